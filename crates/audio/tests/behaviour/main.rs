//! What the crate promises to those who use it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;
mod composing;
mod cutting;
mod echoes;
mod hostile;
mod listening;
mod live;
mod preroll;
mod recordings;
mod speech;
