//! The command line. Parses, and hands over.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use crate::{
    bench, echo, keeper,
    recording::Recording,
    run::{self, Pace, Run},
    tokens::Tokens,
    trainee::{Load, Peer},
};

/// A load generator for Repartee: many trainees speak at once, and you see how fast they are answered.
#[derive(Debug, Parser)]
#[command(name = "repartee-load", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  JWT_SECRET=... repartee-load run --sessions 200
      200 trainees, 4 chunks of 8000 bytes per second each, for 30 seconds
  JWT_SECRET=... repartee-load run --url https://practice.example --sessions 50 --seconds 120 --binary --numbered
      the way a modern client sends, over the network
  JWT_SECRET=... repartee-load run --recording speech.webm --chunk-bytes 4000
      what a browser records, instead of a tone
  repartee-load run --token \"$TOKEN\" --sessions 3
      as one user, with a token of the server's own
  JWT_SECRET=... repartee-load run --flood --sessions 8
      as fast as the server takes it; set RATE_EVENTS_PER_SECOND=0 and RATE_BYTES_PER_SECOND=0 there
  repartee-load bench
      measures the server beside this program, next to a plain echo, and compares both with the aims
  TMPDIR=/dev/shm repartee-load bench
      the same without the disk's share

Every trainee is a user of its own (load-0, load-1, ...), with a token signed by the server's JWT_SECRET. The server's
stores are really used: point it at data that you can throw away.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Load a running server and print what it did
    Run(RunArguments),
    /// Start a server and a plain echo on one core each, and measure both
    Bench(BenchArguments),
    /// Serve a plain WebSocket echo on a free port
    Echo,
    /// Serve a plain server that stores what it is sent, and does nothing else, on a free port
    Keep {
        /// Where it stores
        folder: PathBuf,
        /// Bytes of audio in a file
        #[arg(long, default_value_t = 32_000)]
        segment_bytes: usize,
    },
}

#[derive(Debug, Args)]
struct RunArguments {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:3001")]
    url: String,
    /// Trainees, each with a connection and a session of its own
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sessions: u32,
    /// Bytes of audio in a chunk
    #[arg(long, default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(2..=4 << 20))]
    chunk_bytes: u32,
    /// Chunks per second of each trainee
    #[arg(long, default_value_t = 4.0)]
    chunks_per_second: f64,
    /// Send as fast as the server takes it
    #[arg(long, conflicts_with = "chunks_per_second")]
    flood: bool,
    /// With --flood: chunks of a trainee that may wait to be stored; at least a segment's worth
    #[arg(long, default_value_t = 64)]
    window: usize,
    /// How long to speak
    #[arg(long, default_value_t = 30.0)]
    seconds: f64,
    /// Send bytes as binary attachments instead of base64 text
    #[arg(long)]
    binary: bool,
    /// Number the chunks
    #[arg(long)]
    numbered: bool,
    /// Send this file, over and over, instead of a PCM tone
    #[arg(long)]
    recording: Option<PathBuf>,
    /// The token of one user for all sessions, instead of signing one for each
    #[arg(long)]
    token: Option<String>,
    /// What the trainees practise
    #[arg(long, default_value = "test-scenario")]
    scenario: String,
    /// The server's SEGMENT_BYTES
    #[arg(long, default_value_t = 32_000)]
    segment_bytes: u64,
}

#[derive(Debug, Args)]
struct BenchArguments {
    /// Twenty seconds that show that the bench works; its numbers mean little
    #[arg(long)]
    quick: bool,
    /// The server's program; by default the one beside this program
    #[arg(long)]
    server: Option<PathBuf>,
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(arguments) => {
                let run = arguments.run()?;
                runtime()?.block_on(run::run(run))
            }
            Command::Bench(BenchArguments { quick, server }) => {
                let server = server.map_or_else(beside_this_program, Ok)?;
                // Before there are other threads: they stay where this one is.
                let cores = bench::Cores::take()?;
                runtime()?.block_on(bench::bench(&server, &cores, if quick { bench::QUICK } else { bench::FULL }))
            }
            Command::Echo => runtime()?.block_on(echo::serve()),
            Command::Keep { folder, segment_bytes } => {
                // Nobody else is to be woken for anything.
                let runtime =
                    Builder::new_current_thread().enable_all().build().context("cannot start the async runtime")?;
                runtime.block_on(keeper::serve(folder, segment_bytes))
            }
        }
    }
}

impl RunArguments {
    fn run(self) -> anyhow::Result<Run> {
        let tokens = match (self.token, std::env::var("JWT_SECRET")) {
            (Some(token), _) => Tokens::Given(token),
            (None, Ok(secret)) if !secret.is_empty() => Tokens::signed_with(&secret),
            (None, _) => bail!(
                "set JWT_SECRET to the server's secret (development keeps it in DATA_DIR/jwt-secret), or give a --token"
            ),
        };
        let chunk_bytes = self.chunk_bytes as usize;
        let recording = match &self.recording {
            Some(path) => Recording::file(path, chunk_bytes)?,
            None => Recording::tone(chunk_bytes),
        };
        let pace = if self.flood {
            Pace::Flood { window: self.window }
        } else {
            Pace::Every(period(self.chunks_per_second).context("--chunks-per-second: allowed are 0.001 to 10000")?)
        };
        Ok(Run {
            load: Load {
                url: self.url.trim_end_matches('/').to_owned(),
                peer: Peer::Repartee,
                recording,
                segment_bytes: self.segment_bytes,
                binary: self.binary,
                numbered: self.numbered,
                scenario: self.scenario,
                tokens,
                run: run_name()?,
            },
            sessions: self.sessions as usize,
            pace,
            speaking: Duration::try_from_secs_f64(self.seconds).context("--seconds")?,
        })
    }
}

/// Sessions of an earlier run exist already and may have ended.
pub(crate) fn run_name() -> anyhow::Result<String> {
    Ok(format!("{:x}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis()))
}

fn period(per_second: f64) -> Option<Duration> {
    (0.001..=10_000.0).contains(&per_second).then(|| Duration::from_secs_f64(1.0 / per_second))
}

fn beside_this_program() -> anyhow::Result<PathBuf> {
    let server = std::env::current_exe().context("cannot find this program")?.with_file_name("repartee");
    anyhow::ensure!(server.exists(), "there is no {}; build it, or name one with --server", server.display());
    Ok(server)
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the async runtime")
}
