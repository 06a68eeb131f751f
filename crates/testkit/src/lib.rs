//! What the tests of several crates need from the machine: temporary folders, free ports, and real
//! services that start for one test and are gone after it.
//!
//! Each of [`postgres`], [`s3`] and [`redis`] uses the server that its variable names, and otherwise
//! starts one of its own on a free port. Where no such program is installed they answer `None` after
//! one loud line; with `CI=true` they panic instead, because there a skipped test is a failed one.
//!
//! A [`SocketClient`] speaks Socket.IO with any server, and a [`Wire`] is a connection that can be cut.
//!
//! This crate is for tests only and deliberately knows nothing of the product.

mod postgres;
mod process;
mod redis;
mod s3;
mod skip;
mod socket;
mod temp;
mod wire;

pub use postgres::{Postgres, postgres};
pub use process::{Process, free_port};
pub use redis::{Redis, redis};
pub use s3::{S3, s3};
pub use skip::skipped;
pub use socket::{SocketClient, SocketEvent};
pub use temp::TempDir;
pub use wire::Wire;
