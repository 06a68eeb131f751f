//! Nothing is lost: whatever fails, hangs, dies or comes twice, what was said is stored once and written down before it is told.
//!
//! Time is simulated, the stores are in memory and fail when they are told to; sessions, audio and everything between are real.

#![expect(clippy::unwrap_used, reason = "a test that finds something missing fails")]

mod chunks;
mod elsewhere;
mod endings;
mod journal;
mod objects;
mod outages;
mod people;
mod providers;
mod random;
mod recordings;
mod resuming;
mod seats;
mod telling;
mod words;
mod world;
