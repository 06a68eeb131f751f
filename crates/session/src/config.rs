use serde::{Deserialize, Serialize};

use crate::{Cutting, Endpointing, Heard, Interruption, Line, Source};

/// The knobs of a session. All durations are in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Config {
    pub manner: Manner,
    pub interruption: Interruption,
    /// Who stops sending audio in mid-speech, as a muted microphone does, has stopped to speak after so long.
    pub stall_ms: u64,
    /// Audio that the object store does not have yet may be this large; more is refused.
    pub max_buffered_bytes: u64,
    /// Without a word from the client for so long, the session ends.
    pub idle_ms: u64,
    /// How long a session without any socket waits for one.
    pub grace_ms: u64,
    pub max_session_ms: u64,
    /// How long an ending session may take to finish the turns that were begun.
    pub ending_ms: u64,
    /// How long an ending session waits for a store that is down before it gives up what it holds.
    pub store_patience_ms: u64,
    pub limits: StageLimits,
    /// Final texts of a recognising or typing client that may wait for their turn.
    pub max_waiting_texts: usize,
    /// The persona sees at most this many lines.
    pub history_lines: usize,
    /// A longer answer is cut off here.
    pub max_reply_chars: usize,
}

/// How one client converses. Another one that takes the session over may do so differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    pub detection: TurnDetection,
    pub cutting: Cutting,
    pub endpointing: Endpointing,
    /// Speaking over the persona cuts it short.
    pub barge_in: bool,
    pub speech: Speech,
}

/// How a client hears the persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speech {
    /// It reads.
    Mute,
    /// It plays each reply from a file, and does not say how far it has come.
    Whole,
    /// It plays pieces as they come, and says how far it has come.
    Streamed,
}

/// How long each stage of a turn may take; past it the stage counts as failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageLimits {
    pub transcribe_ms: u64,
    /// Between two pieces of the answer, and until the first.
    pub answer_ms: u64,
    /// Between two pieces of speech, and until the first.
    pub speak_ms: u64,
    pub animate_ms: u64,
}

/// Who says that a user turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TurnDetection {
    /// Every full segment is a turn.
    Threshold,
    /// The client, with an end-of-turn command.
    Manual,
    /// The user, by falling silent.
    Voice,
}

/// What the session knows when it opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Briefing {
    pub language: String,
    pub voice: Option<String>,
    /// Who answers, where an answer is cut short before its source was told.
    pub persona: Source,
    /// After this many answers the client is told that the end has come.
    pub max_turns: u32,
    /// What was said before: the persona's opening, or everything so far when a session is resumed.
    pub history: Vec<Line>,
    /// Of a resumed session; 0 in a new one.
    pub last_turn: u32,
    pub answered_turns: u32,
    pub left_over: LeftOver,
}

/// What another process had begun and not finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOver {
    /// The last turn was heard, and nobody answered.
    pub unanswered: bool,
    /// Turns that were said to their end, and that nobody transcribed.
    pub said: Option<Heard>,
    /// The beginning of a turn that is not over.
    pub begun: Option<Heard>,
    /// Nobody wrote down what this is to the user's turns.
    pub unclear: Option<Heard>,
}
