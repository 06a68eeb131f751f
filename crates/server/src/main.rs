use std::process::ExitCode;

use clap::Parser as _;
use server::cli::Cli;

/// Thousands of sessions come and go; the system's allocator keeps what they leave.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the log may not have started yet")]
fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("repartee: {error:#}");
    ExitCode::FAILURE
}
