//! Implementations of the speech and language ports: one module per vendor.
//!
//! This crate deliberately knows no session, no wire format and no environment: whoever wires it passes addresses,
//! keys and commands. Its errors never hold a key or what was said.

pub mod command;
pub mod espeak;
pub mod openai;

mod persona_prompt;
mod speech;
mod wav;
