//! The real server is killed, and its stores go away, at any moment of a session; the client comes back and nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test that finds something missing fails")]

mod book;
mod departures;
mod outages;
mod place;
mod recorder;
mod seeds;
mod speaking;
