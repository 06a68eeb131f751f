//! The turn that is being answered.

use crate::{Heard, OpId, Source, Stage, State, TurnId};

#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) id: TurnId,
    pub(crate) op: OpId,
    pub(crate) doing: Doing,
}

/// Each stage carries only what it needs.
#[derive(Debug)]
pub(crate) enum Doing {
    Transcribing { heard: Heard },
    Answering { text: String, deltas: u32 },
    Speaking { text: String },
    Animating { voice: Option<Voice> },
}

#[derive(Debug)]
pub(crate) struct Voice {
    pub(crate) audio: String,
    pub(crate) duration_ms: u64,
    pub(crate) by: Source,
}

impl Turn {
    pub(crate) fn stage(&self) -> Stage {
        match self.doing {
            Doing::Transcribing { .. } => Stage::Transcribe,
            Doing::Answering { .. } => Stage::Answer,
            Doing::Speaking { .. } => Stage::Speak,
            Doing::Animating { .. } => Stage::Animate,
        }
    }

    pub(crate) fn state(&self) -> State {
        match self.doing {
            Doing::Transcribing { .. } => State::Transcribing,
            Doing::Answering { .. } => State::Thinking,
            Doing::Speaking { .. } | Doing::Animating { .. } => State::Speaking,
        }
    }
}
