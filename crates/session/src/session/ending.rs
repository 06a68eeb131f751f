//! How a session ends: what was begun is finished, within bounds.

use super::{Phase, Session};
use crate::{
    EndReason, Event, Fact, InterruptReason, Output, Timer,
    listening::{Closing, Then},
};

impl Session {
    /// Nothing new is taken; what was said to its end is stored and, within a bound, answered.
    pub(super) fn begin_ending(&mut self, reason: EndReason) {
        if self.phase != Phase::Open {
            return;
        }
        self.end_what_is_being_said(reason);
        self.doubtful = None;
        self.interrupt_what_sounds();
        self.phase = Phase::Ending(reason);
        self.speak_on();
        for timer in [Timer::Idle, Timer::Grace, Timer::MaxLength] {
            self.timers.disarm(timer);
        }
        self.timers.arm(Timer::Ending, self.now + self.config.ending_ms);
        self.timers.arm(Timer::Patience, self.now + self.config.store_patience_ms);
    }

    /// It is a turn now, unless another process goes on with it.
    fn end_what_is_being_said(&mut self, reason: EndReason) {
        if reason == EndReason::Suspended {
            self.cut(self.at_a_full_segment());
            return self.hear_no_more();
        }
        self.close_saying();
        let now = self.now;
        let closes = Then::Closes(Closing::unheard(now));
        self.cut(if self.hears() { Then::Leaves } else { closes });
    }

    /// The ending has taken long enough. What the store does not have yet is still waited for.
    pub(super) fn stop_answering(&mut self) {
        if let Phase::Ending(reason) = self.phase {
            self.phase = Phase::Closing(reason);
        }
        self.interrupt(InterruptReason::SessionEnd);
        self.on_stage_overdue();
        let keeping = std::mem::take(&mut self.keeping).into_iter().map(|(op, _)| op);
        self.outputs.extend(keeping.chain(self.listeners.forget_all()).map(Output::Cancel));
    }

    pub(super) fn close_if_done(&mut self) {
        match self.phase {
            Phase::Ending(reason) if self.turn.is_none() && self.listening.is_at_rest() && self.keeping.is_empty() => {
                self.close(reason);
            }
            Phase::Closing(reason) if self.listening.is_stored() => self.close(reason),
            Phase::Open | Phase::Ending(_) | Phase::Closing(_) | Phase::Over(_) => (),
        }
    }

    fn close(&mut self, reason: EndReason) {
        let (turns, duration_ms) = (self.answered_turns, self.now.0);
        self.phase = Phase::Over(reason);
        self.outputs.extend(self.listeners.forget_all().into_iter().map(Output::Cancel));
        self.timers.disarm_all();
        if reason != EndReason::Suspended {
            self.outputs.push_back(Output::Record(Fact::Ended { reason, turns, duration_ms }));
        }
        self.tell(Event::Ended { reason, turns, duration_ms });
    }
}
