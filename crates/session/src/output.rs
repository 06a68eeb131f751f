use serde::{Deserialize, Serialize};

use crate::{EndReason, Event, Line, OpId, Source, Stored, TurnId, Usage};

/// Everything a session can ask of the world, to be carried out in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Tell everybody in the room, once every fact before it is written down.
    Event(Event),
    /// What was received up to here is one piece from now on.
    Cut(Cut),
    /// What the persona's mouth does.
    Mouth(Mouth),
    /// A listening recogniser gets no more audio: it says what it heard.
    Finish(OpId),
    /// Begin outside work; its reports come back as [`crate::Input::Op`] with the same id.
    Start(OpId, Work),
    /// Stop it. Whatever it still reports is ignored.
    Cancel(OpId),
    /// Write it down.
    Record(Fact),
}

/// Speech goes from the voice to the room without passing through the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mouth {
    /// What is spoken from now on belongs to this turn.
    Begin(TurnId),
    /// Say nothing for now.
    Hold,
    /// Say on from where it stopped.
    GoOn,
    /// Nothing more will be spoken in this turn.
    Finish,
    /// Say no more of this turn.
    Stop,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Put this piece into the object store.
    Store {
        cut: Cut,
    },
    Transcribe {
        turn: TurnId,
        heard: Heard,
        language: String,
    },
    /// Understand speech while it goes on, from a little before it began.
    Listen {
        turn: TurnId,
        language: String,
    },
    /// `number` counts answers: 1 is the first.
    Answer {
        turn: TurnId,
        number: u32,
        language: String,
        history: Vec<Line>,
    },
    /// One stretch of the reply, 0 is the first.
    Speak {
        turn: TurnId,
        stretch: u32,
        text: String,
        language: String,
        voice: Option<String>,
    },
    /// Put what was spoken of this turn into the object store, or the beginning of it.
    Keep {
        turn: TurnId,
        until_ms: Option<u64>,
    },
    /// With the speech of the same turn, if there is any.
    Animate {
        turn: TurnId,
        text: String,
        language: String,
    },
}

impl Work {
    /// What is stored belongs to no turn yet.
    pub fn turn(&self) -> Option<TurnId> {
        match self {
            Self::Store { .. } => None,
            Self::Transcribe { turn, .. }
            | Self::Listen { turn, .. }
            | Self::Answer { turn, .. }
            | Self::Speak { turn, .. }
            | Self::Keep { turn, .. }
            | Self::Animate { turn, .. } => Some(*turn),
        }
    }
}

/// A stretch of audio by the ordinals of its chunks, both inclusive; 0 is the session's first chunk in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    pub first: u64,
    pub last: u64,
}

/// The stored audio of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub first_segment: u64,
    pub last_segment: u64,
    pub duration_ms: u64,
    pub first_seq: Option<u64>,
    pub last_seq: Option<u64>,
}

/// What a piece of audio is to the user's turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentPart {
    /// It belongs to a turn that goes on.
    GoesOn,
    /// A turn ends with it.
    Closes,
    /// It belongs to no turn, and what came before it since a turn closed does not either.
    Leaves,
}

/// What must outlive the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    Stored {
        audio: Stored,
        part: SegmentPart,
    },
    /// What a segment turned out to be that is stored already.
    Part {
        segment: u64,
        part: SegmentPart,
    },
    Heard {
        turn: TurnId,
        text: String,
        language: String,
        confidence: Option<f32>,
        by: Source,
        audio: Option<Heard>,
    },
    Answered {
        turn: TurnId,
        text: String,
        by: Source,
        usage: Option<Usage>,
    },
    /// Of an answer that was cut short, only this was heard.
    CutShort {
        turn: TurnId,
        heard_text: String,
        heard_ms: u64,
    },
    Spoken {
        turn: TurnId,
        audio: String,
        duration_ms: u64,
    },
    Ended {
        reason: EndReason,
        turns: u32,
        duration_ms: u64,
    },
}
