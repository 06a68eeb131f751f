//! Any local program as a recogniser or a voice.
//!
//! The command is a line for `sh`. `{wav}`, `{text_file}`, `{language}` and `{voice}` in it stand for shell-quoted
//! values, so they are written without quotes around them.

mod placeholders;
mod recogniser;
mod run;
mod speaker;

pub use recogniser::CommandRecogniser;
pub use speaker::CommandSpeaker;

pub(crate) use placeholders::fill;
pub(crate) use run::{Limits, run};
