//! Where Repartee keeps things: audio in a [`FolderStore`] or an [`S3Store`], and everything with a
//! row in a [`Database`] on SQLite or PostgreSQL.
//!
//! This crate implements the storage ports and passes their contract suites. It deliberately knows
//! no configuration, no session state and nothing about who calls it; it tries nothing again on its
//! own beyond what the S3 client does, because only the caller knows how long it may wait.

mod database;
mod folder;
mod s3;

pub use database::Database;
pub use folder::FolderStore;
pub use s3::{S3Config, S3Store};
