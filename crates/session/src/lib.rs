//! What a roleplay session is: one user talking with one persona.
//!
//! The machine takes one [`Input`] at a time together with the time it happened, and answers with [`Output`]s:
//! events to tell, work to start or cancel, facts to write down. It does nothing itself.
//!
//! It deliberately knows no clock, no runtime, no wire name, no vendor, no database and no audio bytes:
//! it counts the bytes that the runtime keeps and decides where to cut them.

mod config;
mod cutting;
mod degrading;
mod endpointing;
mod event;
mod hearing;
mod history;
mod input;
mod interruption;
mod latency;
mod listening;
mod output;
mod playback;
mod redaction;
mod reply;
mod sentences;
mod session;
mod time;
mod timers;
#[rustfmt::skip] // One word to a line would be a thousand lines.
mod vocabulary;
mod words;

pub use config::{Briefing, Config, LeftOver, Manner, Speech, StageLimits, TurnDetection};
pub use cutting::Cutting;
pub use endpointing::Endpointing;
pub use event::{EndReason, Event, InterruptReason, Problem, Stage, State};
pub use hearing::SoFar;
pub use history::{Line, Speaker};
pub use input::{
    Animation, Command, Failure, FailureKind, Finish, Input, Link, MouthShape, OpEvent, Sound, SoundChange, Source,
    Stored, Usage, Viseme,
};
pub use interruption::{Interruption, is_backchannel};
pub use latency::Latency;
pub use output::{Cut, Fact, Heard, Mouth, Output, SegmentPart, Work};
pub use redaction::{outline, redact};
pub use sentences::Sentences;
pub use session::{Refusal, Session};
pub use time::{OpId, SessionTime, TurnId};
pub use timers::Timer;
