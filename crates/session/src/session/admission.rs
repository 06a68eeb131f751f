//! What the session takes now, and why it does not take the rest.

use serde::Serialize;

use super::{Phase, Session};
use crate::EndReason;

/// Why the session does not take something now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Refusal {
    Paused,
    Ending,
    /// Another process goes on with it.
    Suspended,
    /// The store does not take audio as fast as it comes.
    BufferFull {
        limit: u64,
        store_is_down: bool,
    },
    /// Too many texts wait for their turn.
    TooManyWaiting {
        limit: usize,
    },
}

impl Session {
    /// Whether a chunk of this size may be taken now.
    pub fn admit_audio(&self, bytes: u64) -> Result<(), Refusal> {
        self.admit_anything()?;
        let limit = self.config.max_buffered_bytes;
        if self.listening.unstored_bytes() + bytes > limit {
            return Err(Refusal::BufferFull { limit, store_is_down: self.listening.is_store_down() });
        }
        Ok(())
    }

    pub fn admit_text(&self) -> Result<(), Refusal> {
        self.admit_anything()?;
        let limit = self.config.max_waiting_texts;
        if self.listening.waiting_texts() >= limit {
            return Err(Refusal::TooManyWaiting { limit });
        }
        Ok(())
    }

    /// Whether a command that is neither would be heeded.
    pub fn admit_command(&self) -> Result<(), Refusal> {
        if self.is_suspended() { Err(Refusal::Suspended) } else { Ok(()) }
    }

    /// Another process goes on with it.
    pub fn is_suspended(&self) -> bool {
        let suspended = EndReason::Suspended;
        [Phase::Ending(suspended), Phase::Closing(suspended), Phase::Over(suspended)].contains(&self.phase)
    }

    fn admit_anything(&self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Open if self.paused => Err(Refusal::Paused),
            Phase::Open => Ok(()),
            _ if self.is_suspended() => Err(Refusal::Suspended),
            Phase::Ending(_) | Phase::Closing(_) | Phase::Over(_) => Err(Refusal::Ending),
        }
    }
}
