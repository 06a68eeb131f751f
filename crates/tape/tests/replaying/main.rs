//! Recordings of sessions in which anything may happen, replayed.

mod conversation;
mod files;
mod replays;
