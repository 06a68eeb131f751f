use serde::{Deserialize, Serialize};

use crate::{Animation, Failure, Finish, Heard, Latency, Source, Stored, TurnId, Usage};

/// What the people in the room are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    State {
        state: State,
        turn: Option<TurnId>,
    },
    /// The object store has this audio.
    AudioStored(Stored),
    /// The user begins to speak, at this position of their audio.
    SpeechStarted {
        at_ms: u64,
    },
    /// The user fell silent, for a moment or for the persona.
    SpeechStopped {
        at_ms: u64,
        end_of_turn: bool,
    },
    /// The user's words so far; the first `stable_chars` will not change.
    Partial {
        turn: TurnId,
        text: String,
        stable_chars: u32,
    },
    Transcript {
        turn: TurnId,
        text: String,
        language: String,
        confidence: Option<f32>,
        by: Source,
        /// Boxed like all that is rare and large: many events are on their way at once.
        audio: Option<Box<Heard>>,
    },
    /// The user's turn held nothing to answer.
    Silence {
        turn: TurnId,
    },
    ReplyDelta {
        turn: TurnId,
        index: u32,
        text: String,
    },
    Reply {
        turn: TurnId,
        text: String,
        count: u32,
        max: u32,
        by: Source,
        finish: Finish,
        usage: Option<Usage>,
    },
    /// The voice and face of a reply.
    Face {
        turn: TurnId,
        audio: Option<String>,
        duration_ms: u64,
        animation: Option<Box<Animation>>,
        by: Option<Source>,
    },
    /// Nothing of this turn follows.
    Interrupted {
        turn: TurnId,
        heard_ms: u64,
        heard_text: String,
        reason: InterruptReason,
    },
    /// Where the time of a turn went.
    Latency(Box<Latency>),
    /// As many answers were given as the scenario allows. The session stays open.
    TurnsUsedUp {
        turns: u32,
    },
    Problem(Problem),
    /// The store was away for longer than one can wait: so much of what was said is lost.
    AudioLost {
        bytes: u64,
    },
    /// The last event of a session.
    Ended {
        reason: EndReason,
        turns: u32,
        duration_ms: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Listening,
    Hearing,
    Transcribing,
    Thinking,
    Speaking,
    Paused,
    Reconnecting,
    Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterruptReason {
    /// The user spoke over the persona.
    BargeIn,
    Client,
    SessionEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    UserEnded,
    /// The client said nothing for too long.
    Idle,
    /// The session lasted as long as one may.
    MaxLength,
    /// Nobody came back after a disconnect.
    Disconnected,
    /// The server went away; the session can be resumed.
    Suspended,
}

/// Something failed. It ends the turn if the stage is required, never the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub stage: Stage,
    pub turn: Option<TurnId>,
    pub failure: Failure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Store,
    Transcribe,
    Answer,
    Speak,
    Animate,
}
