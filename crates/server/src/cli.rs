//! The command line. Parses, and hands over; it knows no more than which command does what.

use std::{io::Write as _, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use ports::UserId;
use tokio::runtime::Runtime;

use crate::{
    auth::{NewToken, Tokens, load_or_generate, parse_role},
    clock,
    config::{
        Config,
        parse::{SPAN, span},
    },
    replay, telemetry,
    wiring::open_database,
};

/// A realtime voice roleplay backend.
#[derive(Debug, Parser)]
#[command(name = "repartee", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  repartee                                    serve on http://127.0.0.1:3001
  PORT=8080 repartee serve                    serve on another port
  repartee token --user ann --role coach      a token for Ann
  repartee config example > .env              every variable with its default
  repartee config check                       what is in force, secrets hidden
  repartee replay recordings/*.jsonl          whether recorded sessions do the same again

Everything is configured by environment variables or a `.env` file in the working directory.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (the default)
    Serve,
    /// Print a token signed with the configured secret
    Token(TokenArguments),
    /// Bring the database up to date; serving does that too
    Migrate,
    /// Replay recorded sessions and compare what they do
    ///
    /// With RECORD_SESSIONS=DIR the server writes a file of every session: whatever happened to it, line by line, and what
    /// it did about it. The same things lead to the same again, so a replay shows how a session went, and whether this
    /// version behaves as the one that recorded it. No provider, store or client is needed.
    ///
    /// The exit status is 0 if all of them did the same again, and 1 if one did something else or cannot be read.
    #[command(verbatim_doc_comment)]
    Replay(ReplayArguments),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
struct TokenArguments {
    /// Id of the user
    #[arg(long, value_parser = UserId::parse)]
    user: UserId,
    /// E-mail of the user
    #[arg(long)]
    email: Option<String>,
    /// trainee, coach or admin
    #[arg(long, default_value = "trainee", value_parser = ["trainee", "coach", "admin"])]
    role: String,
    /// How long it is good, such as 3600, 12h or 7d; JWT_EXPIRES_IN without it
    #[arg(long, value_parser = parse_span)]
    expires_in: Option<std::time::Duration>,
}

#[derive(Debug, Args)]
#[command(after_help = REPLAY_EXAMPLES)]
struct ReplayArguments {
    /// Recordings, as the server wrote them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print what happened, second by second; words that were not recorded are x's
    #[arg(long)]
    timeline: bool,
}

const REPLAY_EXAMPLES: &str = "\
Examples:
  RECORD_SESSIONS=recordings repartee serve   record what happens in every session from now on
  repartee replay recordings/*.jsonl          whether they do the same again
  repartee replay --timeline FILE | less      how a session went

RECORD_WORDS=true records what is said, too; without it a reader finds the shape of it.";

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every value, secrets hidden, and where it came from
    Check,
    /// Print an example `.env`
    Example,
}

impl Cli {
    pub fn run(self) -> anyhow::Result<()> {
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve => serve(),
            Command::Token(arguments) => print_token(&arguments),
            Command::Migrate => runtime()?.block_on(migrate()),
            Command::Replay(ReplayArguments { files, timeline }) => {
                replay::replay(&files, timeline, &mut std::io::stdout().lock())
            }
            Command::Config(ConfigCommand::Check) => print_settings(),
            Command::Config(ConfigCommand::Example) => print(&Config::example()),
        }
    }
}

fn serve() -> anyhow::Result<()> {
    let config = Config::load()?;
    let telemetry = telemetry::start(&config.logging, config.operations.traces.as_ref())?;
    let served = runtime()?.block_on(crate::serve::serve(config, |ready| print(&ready.to_string())));
    telemetry.stop();
    served
}

async fn migrate() -> anyhow::Result<()> {
    let config = Config::load()?;
    let database = open_database(&config).await?;
    let pending = database.pending_migrations().await?;
    database.migrate().await?;
    let applied: String = pending.iter().map(|name| format!("applied {name}\n")).collect();
    print(if applied.is_empty() { "nothing to do\n" } else { &applied })
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the async runtime")
}

fn print_token(arguments: &TokenArguments) -> anyhow::Result<()> {
    let config = Config::load()?;
    let tokens = Tokens::new(&config.auth, &load_or_generate(&config)?);
    let email = match &arguments.email {
        Some(email) => email.clone(),
        None => format!("{}@token.invalid", arguments.user),
    };
    let token = NewToken { user: &arguments.user, email: &email, role: parse_role(&arguments.role) };
    let good_for = arguments.expires_in.unwrap_or(config.auth.expires_in);
    let token = tokens.sign_for(&token, good_for, clock::now());
    print(&format!("{token}\n"))
}

fn print_settings() -> anyhow::Result<()> {
    let config = Config::load()?;
    let mut table = String::new();
    let width = config.settings.iter().map(|setting| setting.name.len()).max().unwrap_or_default();
    for setting in &config.settings {
        let origin = setting.origin.to_string();
        table += &format!("{:<width$}  {:<13}{}\n", setting.name, origin, setting.shown);
    }
    for notice in &config.notices {
        table += &format!("\n{notice}\n");
    }
    print(&table)
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).context("cannot write to the standard output")
}

fn parse_span(text: &str) -> Result<std::time::Duration, String> {
    span(text).ok_or_else(|| format!("allowed: {SPAN}"))
}
