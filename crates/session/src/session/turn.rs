//! The turn that is being answered.

use crate::{OpId, State, TurnId, latency::Ledger, listening::Spoken, reply::Reply};

#[derive(Debug)]
pub(super) struct Turn {
    pub(super) id: TurnId,
    pub(super) ledger: Ledger,
    pub(super) doing: Doing,
}

#[derive(Debug)]
pub(super) enum Doing {
    /// Somebody transcribes it, or listened to it and has not said what it heard.
    Transcribing {
        spoken: Spoken,
        op: Option<OpId>,
    },
    Replying(Reply),
}

impl Turn {
    pub(super) fn reply(&mut self) -> Option<&mut Reply> {
        match &mut self.doing {
            Doing::Replying(reply) => Some(reply),
            Doing::Transcribing { .. } => None,
        }
    }

    pub(super) fn is_replying(&self) -> bool {
        matches!(self.doing, Doing::Replying(_))
    }

    pub(super) fn state(&self) -> State {
        match &self.doing {
            Doing::Transcribing { .. } => State::Transcribing,
            Doing::Replying(reply) if reply.playback.has_begun() || reply.answer.is_none() => State::Speaking,
            Doing::Replying(_) => State::Thinking,
        }
    }
}
