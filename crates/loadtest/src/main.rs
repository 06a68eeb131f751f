//! Speaks to a running Repartee as many trainees at once, and says how fast it was answered.
//!
//! It writes Socket.IO frames itself: a full client would cost more than the server it measures. It deliberately knows
//! nothing of the server's crates but `audio` and `session`, whose ears and patience the bench measures; what it believes about the
//! wire stands in `wire`.

mod bench;
mod cli;
mod echo;
mod fleet;
mod keeper;
mod ledger;
mod machine;
mod process;
mod recording;
mod run;
mod tally;
mod tokens;
mod trainee;
mod wire;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tells people what went wrong")]
fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("repartee-load: {error:#}");
    ExitCode::FAILURE
}
