use serde::{Deserialize, Serialize};

use crate::SessionTime;

/// Why a session wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    /// When no audio has come for a while: cut what is there.
    Silence,
    /// When the store failed: try again.
    RetryStore,
    /// When recogniser or persona take too long: give them up.
    Stage,
    /// When voice, face or keeping the speech take too long: go on without.
    Voice,
    /// When a speaking user sends no more audio: they have stopped.
    Stall,
    /// When the user has been silent long enough: their turn is over.
    EndOfTurn,
    /// When the user has spoken over the persona for long enough: it is interrupted.
    Confirm,
    /// When it stays unclear whether that was a turn: the persona goes on.
    Settle,
    /// When the next stretch of a reply may be spoken.
    Ahead,
    /// When the reply should have been heard to its end.
    Heard,
    /// When the client has been quiet for too long: end.
    Idle,
    /// When nobody came back after a disconnect: end.
    Grace,
    /// When the session has lasted long enough: end.
    MaxLength,
    /// When ending takes too long: drop the turns that were begun.
    Ending,
    /// When the store does not come back: give up what it never took.
    Patience,
}

/// At most one deadline per timer.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    armed: Vec<(Timer, SessionTime)>,
}

impl Timers {
    /// Replaces the timer's former deadline.
    pub(crate) fn arm(&mut self, timer: Timer, at: SessionTime) {
        self.disarm(timer);
        self.armed.push((timer, at));
    }

    pub(crate) fn disarm(&mut self, timer: Timer) {
        self.armed.retain(|(armed, _)| *armed != timer);
    }

    pub(crate) fn disarm_all(&mut self) {
        self.armed.clear();
    }

    pub(crate) fn is_armed(&self, timer: Timer) -> bool {
        self.armed.iter().any(|(armed, _)| *armed == timer)
    }

    pub(crate) fn next(&self) -> Option<(SessionTime, Timer)> {
        self.armed.iter().map(|(timer, at)| (*at, *timer)).min()
    }

    /// The earliest deadline that has come; it is disarmed.
    pub(crate) fn take_due(&mut self, now: SessionTime) -> Option<Timer> {
        let (_, timer) = self.next().filter(|(at, _)| *at <= now)?;
        self.disarm(timer);
        Some(timer)
    }
}
