//! Any server that speaks OpenAI's HTTP interface: the original, the clouds that copy it, and local ones.

mod chat;
mod connection;
mod event_lines;
mod speaker;
mod transcriber;

pub use chat::ChatModel;
pub use connection::{Endpoint, Timeouts};
pub use speaker::Speaker;
pub use transcriber::Transcriber;

const PROVIDER: &str = "openai";

#[cfg(test)]
mod scripted_server;
