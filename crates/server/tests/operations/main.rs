//! The real server process as an operator sees it: its figures, its log, and what is left of it after work and trouble.

mod clock;
mod disk;
mod figures;
mod limits;
mod log;
mod place;
mod replay;
mod soak;
mod traces;
