//! The wire: what clients may send, what they are told, and how errors look.
//!
//! One pure module per dialect: a message becomes a [`session::Command`], a [`session::Event`] becomes a message.
//! SPEC.md beside this crate states the rules; tests cite them by number.
//!
//! This crate deliberately knows no socket, no token, no runtime and no clock: times come in as numbers.

mod error;
pub mod roleplay;

pub use error::{ErrorCode, WireError};
