//! Runs sessions: one task per session drives the machine, carries out what it asks for, and tells the room.
//!
//! The [`Hub`] knows which sessions live here. A [`Member`] is whoever a transport put into a session's room.
//! This crate knows the ports and the machine; it deliberately knows no wire format, no transport, no token and
//! no vendor.

mod chronicle;
mod clock;
mod ears;
mod engine;
mod gate;
mod hearing;
mod hub;
mod left_behind;
mod live;
mod member;
mod meter;
mod mouth;
mod outbox;
mod recorder;
mod retained;
mod room;
mod spans;
mod translate;
mod wish;
mod words;
mod work;

pub use clock::Clock;
pub use ears::Chunk;
pub use engine::{Engine, Opening};
pub use gate::{Charge, Gate};
pub use hub::{Handle, Hub, NotOpened};
pub use live::{Ask, Envelope, Seat};
pub use member::{Joined, Member, MemberId, Rejection, Reply, Told};
pub use meter::{BOUNDS_MS, Counter, Distribution, Durations, Meter, Step, TurnPart};
pub use mouth::SpeechFrame;
pub use recorder::Recorder;
pub use room::{Happening, HistoryLine, RoomEvent};
pub use spans::SPANS;
pub use wish::Wish;
