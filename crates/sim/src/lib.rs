//! A world for sessions to live in: users, clients, a network and providers on virtual time, by script or by chance,
//! and a witness who knows what must never happen.
//!
//! It deliberately knows no clock, no task and no wire: a life of ten minutes takes milliseconds, and the same seed is
//! the same life on every machine.

mod agenda;
mod bug;
mod chance;
mod fixture;
mod life;
mod loudspeaker;
mod machine;
mod microphone;
mod mouth;
mod providers;
mod record;
mod scenario;
mod simulation;
mod texts;
mod witness;
mod world;

pub use bug::Bug;
pub use chance::Chance;
pub use fixture::{Opening, live_again};
pub use machine::Machine;
pub use microphone::Voice;
pub use providers::{Does, Provider, source};
pub use record::Line;
pub use scenario::{Scenario, assert_timeline, briefing, config};
pub use simulation::Simulation;
pub use witness::{Fault, Witness};
pub use world::{Act, Setting, World};
