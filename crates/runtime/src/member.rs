use std::collections::VecDeque;

use audio::AudioError;
use ports::{Scenario, SessionId, Timestamp, UserId};
use session::Refusal;

use crate::{Happening, HistoryLine};

/// Connections are numbered in the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

/// Somebody in a session's room, at the far end of a transport.
pub trait Member: Send + Sync + 'static {
    fn id(&self) -> MemberId;

    fn user(&self) -> &UserId;

    /// Must neither wait nor fail: a transport that cannot send decides by itself what it drops or closes.
    fn tell(&self, told: Told<'_>);
}

/// What a member is told.
pub enum Told<'a> {
    /// The member is in the room now.
    Joined(Joined<'a>),
    /// Something happened in the session; everybody in the room is told the same.
    Happened { session: &'a SessionId, happening: &'a Happening },
    /// A coach whispers.
    Hint { session: &'a SessionId, coach: &'a UserId, text: &'a str, at: Timestamp },
    /// What this member asked for is not done.
    Rejected { session: &'a SessionId, rejection: &'a Rejection },
}

pub struct Joined<'a> {
    pub session: &'a SessionId,
    pub scenario: &'a Scenario,
    /// The number of this event, for the first member of a new session.
    pub event_seq: Option<u64>,
    /// The session existed before.
    pub resumed: bool,
    pub through_seq: Option<u64>,
    pub next_seq: u64,
    pub last_event_seq: u64,
    pub history: &'a VecDeque<HistoryLine>,
    /// Which the session speaks at the moment.
    pub language: &'a str,
    pub config: &'a session::Config,
}

/// How one request ends, for a client that wants to know.
pub trait Reply: Send {
    /// `through_seq` is the last numbered chunk that is stored.
    fn answer(self: Box<Self>, outcome: Result<Option<u64>, &Rejection>);
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    Refused(Refusal),
    Audio(AudioError),
    /// A numbered chunk is missing.
    Gap {
        expected: u64,
        got: u64,
    },
    /// Another connection of the same user has the session now.
    TakenOver,
    /// The session that is watched goes on in another process.
    Elsewhere,
    /// Observers only watch.
    ReadOnly,
    /// Nobody watches over the connection that speaks in the session.
    Speaking,
    /// Only somebody who observes the session may whisper.
    NotObserving,
    /// The session is over.
    Ended,
    /// What was said cannot be written down at the moment.
    DatabaseDown,
}
