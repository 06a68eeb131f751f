//! The server: configuration, accounts, HTTP, transports and telemetry around the engine.
//!
//! Only this crate knows which implementation stands behind each port. It deliberately does not know
//! how a session behaves (crate `session`), how it is driven (`runtime`) or how a vendor is called.

pub mod address;
mod aside;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod departures;
pub mod deserted;
pub mod feedback;
#[cfg(test)]
mod fixtures;
pub mod http;
pub mod operations;
pub mod recording;
pub mod replay;
pub mod retention;
pub mod serve;
pub mod sessions;
pub mod telemetry;
pub mod transport;
pub mod wiring;
