//! What every implementation of a storage port must do, as suites that its tests call.
//!
//! A suite asks for a fresh, empty implementation before every check and panics in the check that
//! fails. Checks are sentences; they may be read as the long form of the port's documentation.

pub mod catalog;
pub mod example;
pub mod journal;
pub mod object_store;
