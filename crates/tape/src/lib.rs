//! A recorded session: everything that happened to it and what it did, as lines of JSON that replay.
//!
//! A line holds one input and the outputs that the machine answered with. Because time is an input, the machine does the
//! same again on the same inputs; [`replay`] shows whether it does. This crate deliberately knows no clock, no task, no
//! file and no store: whoever runs sessions writes the lines, and whoever has a file reads it.

mod line;
mod reader;
mod redaction;
mod replay;
mod timeline;

pub use line::{FORMAT, Line, Opened, Step, Words};
pub use reader::{BadTape, Lines};
pub use redaction::Redaction;
pub use replay::{Difference, Moment, Outcome, Summary, replay};
