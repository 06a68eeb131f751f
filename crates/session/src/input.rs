use serde::{Deserialize, Serialize};

use crate::{Manner, OpId, TurnId};

/// Everything that can happen to a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    Client(Command),
    Op(OpId, OpEvent),
    Link(Link),
    /// The server is going away: finish the turn and stop; another process goes on, also with what is being said.
    Suspend,
    /// Time has passed.
    Tick,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// The runtime took a chunk of audio that [`crate::Session::admit_audio`] allowed.
    Audio {
        bytes: u64,
        /// What was heard in it, where the runtime listens.
        sound: Option<Sound>,
    },
    /// The client recognised speech itself, or the user typed: a whole turn.
    Said {
        text: String,
        confidence: Option<f32>,
    },
    /// The same, unfinished.
    Saying {
        text: String,
    },
    /// Close the user's turn now.
    EndTurn,
    /// Stop the persona, who was heard so far, where the client says.
    Interrupt {
        played: Option<(TurnId, u64)>,
    },
    /// So much of a reply was heard. A sign of life.
    Played {
        turn: TurnId,
        played_ms: u64,
        done: bool,
    },
    Pause,
    Resume,
    /// From the next turn on.
    SetLanguage {
        language: String,
        voice: Option<String>,
    },
    /// Converse differently from now on.
    Adopt(Manner),
    End,
}

/// What a chunk of audio held. Positions are milliseconds of audio since the microphone's first sample.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// So much was heard in all.
    pub head_ms: u64,
    /// In order.
    pub changes: Vec<SoundChange>,
    /// Somebody speaks at the end of it.
    pub speaking: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoundChange {
    Started {
        at_ms: u64,
    },
    Stopped {
        at_ms: u64,
    },
    /// What was taken for speech was the persona's own voice.
    Withdrawn,
}

/// Whether anybody who may speak is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    Up,
    Down,
}

/// What running work reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OpEvent {
    /// The object store has the audio of this cut; `None` where there was no whole packet in it.
    Stored(Option<Stored>),
    Heard {
        text: String,
        language: Option<String>,
        confidence: Option<f32>,
        by: Source,
    },
    /// All that a listening recogniser has understood so far; the first `stable_chars` will not change.
    Partial {
        text: String,
        stable_chars: u32,
    },
    Token(String),
    Answered {
        finish: Finish,
        usage: Option<Usage>,
        by: Source,
    },
    /// So much more speech is there.
    Voiced {
        ms: u64,
    },
    /// A word begins: where in what is spoken (in `char`s), and when in its speech.
    Word {
        at_char: u32,
        at_ms: u64,
    },
    /// All of it was spoken.
    Spoken {
        by: Source,
    },
    /// The reply's speech is kept under this name.
    Kept {
        audio: String,
        duration_ms: u64,
    },
    Animated {
        animation: Animation,
        by: Source,
    },
    Failed(Failure),
}

/// A cut that the object store has. Segments are numbered by the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// As received, of whatever encoding.
    pub bytes: u64,
    pub first_segment: u64,
    pub last_segment: u64,
    pub duration_ms: u64,
    /// The client's own numbers of the chunks, where it numbers them.
    pub first_seq: Option<u64>,
    pub last_seq: Option<u64>,
}

/// Who did the work, as it is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub provider: String,
    /// Its output is a demonstration and not the real thing.
    pub demo: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    Stop,
    Length,
    Filtered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u32,
    pub output_tokens: u32,
}

/// How the persona's face moves with a reply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Animation {
    pub video_url: Option<String>,
    pub visemes: Vec<Viseme>,
    pub expression: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viseme {
    pub at_ms: u32,
    pub shape: MouthShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MouthShape {
    Closed,
    Slight,
    Open,
    Wide,
    Round,
    Teeth,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    pub retry_after_ms: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    Unavailable,
    RateLimited,
    TimedOut,
    Rejected,
    Garbled,
}

impl Failure {
    pub fn new(kind: FailureKind) -> Self {
        Self { kind, retry_after_ms: None }
    }
}
