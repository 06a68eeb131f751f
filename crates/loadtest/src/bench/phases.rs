//! What is done to the server and to the echo, and what that cost them.

use std::{collections::BTreeMap, path::Path, process::Command, time::Duration};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::time::sleep;

use super::{CHUNK_BYTES, Cores, Plan, SEGMENT_BYTES};
use crate::{
    cli::run_name,
    fleet::Fleet,
    machine,
    process::Process,
    recording::Recording,
    tally::{Seen, Totals},
    tokens::Tokens,
    trainee::{Load, Peer},
};

pub(super) struct Bench<'a> {
    pub(super) server: &'a Path,
    pub(super) cores: &'a Cores,
    pub(super) plan: Plan,
    /// Deleted at the end only: a file system that has just deleted thousands of files may be slow to make new ones.
    pub(super) data: TempDir,
}

/// What a stretch of time cost a process.
pub(super) struct Stretch {
    seconds: f64,
    cpu: Duration,
    /// Stored or sent back.
    chunks: f64,
    pub(super) seen: Seen,
}

pub(super) struct Speaking {
    pub(super) load: Stretch,
    /// Of every segment, those that were answered after the measured stretch included.
    pub(super) seen: Seen,
    pub(super) active_kilobytes: f64,
}

pub(super) struct Scales {
    pub(super) idle_kilobytes: f64,
    pub(super) costs: Vec<Scale>,
    pub(super) errors: BTreeMap<String, u64>,
}

pub(super) struct Scale {
    pub(super) sessions: usize,
    pub(super) cost: f64,
}

const CHUNK_INTERVAL: Duration = Duration::from_millis(250);
/// Sessions that are there before memory is counted: what the first ones need is not theirs alone.
const FIRST: usize = 8;
/// Chunks of a flooding trainee that are not stored.
const WINDOW: usize = 64;
/// What was sent is stored and answered, and memory has settled.
const SETTLING: Duration = Duration::from_secs(1);
/// The server lives for a minute and listens on this machine only.
pub(super) const SECRET: &str = "a secret that is good for one bench and no longer";

impl Bench<'_> {
    pub(super) async fn echo_speaking(&self) -> anyhow::Result<Stretch> {
        let echo = self.start_echo()?;
        let mut fleet = fleet(&echo.url, Peer::Echo)?;
        fleet.grow_to(self.plan.trainees).await?;
        fleet.speak(CHUNK_INTERVAL);
        sleep(self.plan.warm_up).await;
        measure(&fleet, &echo, self.plan.echo_speaking).await
    }

    pub(super) async fn speaking(&self) -> anyhow::Result<Speaking> {
        let process = self.start_server("speaking")?;
        let mut fleet = fleet(&process.url, Peer::Repartee)?;
        fleet.grow_to(FIRST).await?;
        fleet.speak(CHUNK_INTERVAL);
        sleep(self.plan.warm_up).await;
        let before = process.memory()?;
        fleet.grow_to(self.plan.trainees).await?;
        fleet.speak(CHUNK_INTERVAL);
        sleep(self.plan.warm_up).await;
        let load = measure(&fleet, &process, self.plan.speaking).await?;
        let more = process.memory()?.saturating_sub(before).saturating_sub(fleet.tally.totals().unstored_bytes());
        fleet.be_quiet();
        sleep(SETTLING).await;
        let seen = fleet.tally.seen();
        Ok(Speaking { load, seen, active_kilobytes: kilobytes_each(more, self.plan.trainees - FIRST) })
    }

    pub(super) async fn echo_flood(&self) -> anyhow::Result<Stretch> {
        let echo = self.start_echo()?;
        self.flood_of(&echo, Peer::Echo).await
    }

    pub(super) async fn flood(&self) -> anyhow::Result<Stretch> {
        let process = self.start_server("flood")?;
        self.flood_of(&process, Peer::Repartee).await
    }

    /// The same chunks per second in all, by more and more trainees.
    pub(super) async fn scale(&self) -> anyhow::Result<Scales> {
        let process = self.start_server("scale")?;
        let mut fleet = fleet(&process.url, Peer::Repartee)?;
        fleet.grow_to(FIRST).await?;
        sleep(SETTLING).await;
        let before = process.memory()?;
        let [fewer, _] = self.plan.scale;
        fleet.grow_to(fewer).await?;
        sleep(SETTLING).await;
        let idle_kilobytes = kilobytes_each(process.memory()?.saturating_sub(before), fewer - FIRST);
        let mut costs = Vec::new();
        for sessions in self.plan.scale {
            fleet.be_quiet();
            fleet.grow_to(sessions).await?;
            fleet.speak(CHUNK_INTERVAL.mul_f64(sessions as f64 / self.plan.trainees as f64));
            sleep(self.plan.warm_up).await;
            let cost = measure(&fleet, &process, self.plan.scale_speaking).await?.cost();
            costs.push(Scale { sessions, cost });
        }
        Ok(Scales { idle_kilobytes, costs, errors: fleet.tally.seen().errors })
    }

    async fn flood_of(&self, process: &Process, peer: Peer) -> anyhow::Result<Stretch> {
        let mut fleet = fleet(&process.url, peer)?;
        fleet.grow_to(self.plan.flooding_trainees).await?;
        fleet.flood(WINDOW);
        sleep(self.plan.warm_up).await;
        measure(&fleet, process, self.plan.flooding).await
    }

    fn start_echo(&self) -> anyhow::Result<Process> {
        let program = std::env::current_exe().context("cannot find this program")?;
        Process::start(Command::new(program).arg("echo"), Some(self.cores.server))
    }

    fn start_server(&self, phase: &str) -> anyhow::Result<Process> {
        self.start_server_with(phase, [("LLM_PROVIDER", "scenario"), ("TTS_PROVIDER", "none")])
    }

    pub(super) fn start_server_with<'a>(
        &self,
        phase: &str,
        providers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> anyhow::Result<Process> {
        let data = self.data.path().join(phase);
        std::fs::create_dir(&data).with_context(|| format!("cannot make {}", data.display()))?;
        machine::touch_memory(&data, self.plan.touched_megabytes)?;
        let mut command = Command::new(self.server);
        // Neither the caller's settings nor a `.env` of the working directory count.
        command.arg("serve").env_clear().current_dir(&data).env("DATA_DIR", &data);
        command.envs([
            ("PORT", "0"),
            ("JWT_SECRET", SECRET),
            ("STT_PROVIDER", "scripted"),
            ("AVATAR_PROVIDER", "none"),
            ("RATE_EVENTS_PER_SECOND", "0"),
            ("RATE_BYTES_PER_SECOND", "0"),
            ("MAX_SESSIONS", "0"),
            ("MAX_CONNECTIONS_PER_ADDRESS", "0"),
            // Thousands of trainees who share a pace are silent for seconds, and still in the middle of a segment.
            ("SEGMENT_SILENCE_MS", "60000"),
            ("LOG", "warn"),
        ]);
        command.envs(providers);
        Process::start(&mut command, Some(self.cores.server))
    }
}

impl Stretch {
    /// CPU seconds per 1000 chunks.
    pub(super) fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000.0 / self.chunks
    }

    pub(super) fn chunks_per_second(&self) -> f64 {
        self.chunks / self.seconds
    }

    /// Were it busy all the time.
    pub(super) fn chunks_per_core_second(&self) -> f64 {
        self.chunks / self.cpu.as_secs_f64()
    }

    /// Percent of its core.
    pub(super) fn busy(&self) -> f64 {
        self.cpu.as_secs_f64() * 100.0 / self.seconds
    }
}

impl Speaking {
    pub(super) fn segments_per_second(&self) -> f64 {
        self.load.seen.to_stored.len() as f64 / self.load.seconds
    }

    pub(super) fn answers_per_second(&self) -> f64 {
        self.load.seen.to_answer.len() as f64 / self.load.seconds
    }
}

async fn measure(fleet: &Fleet, process: &Process, span: Duration) -> anyhow::Result<Stretch> {
    fleet.tally.measure_from_now();
    let (before, cpu_before) = (fleet.tally.totals(), process.cpu()?);
    sleep(span).await;
    let (after, cpu_after) = (fleet.tally.totals(), process.cpu()?);
    let Totals { stored_bytes, .. } = after;
    let chunks = (stored_bytes - before.stored_bytes) as f64 / fleet.chunk_bytes() as f64;
    anyhow::ensure!(chunks > 0.0, "nothing was stored: {:?}", fleet.tally.seen().errors);
    let seconds = after.seconds_since(&before);
    Ok(Stretch { seconds, cpu: cpu_after - cpu_before, chunks, seen: fleet.tally.seen() })
}

fn fleet(url: &str, peer: Peer) -> anyhow::Result<Fleet> {
    Ok(Fleet::new(Load {
        url: url.to_owned(),
        peer,
        recording: Recording::tone(CHUNK_BYTES),
        segment_bytes: SEGMENT_BYTES,
        binary: false,
        numbered: false,
        scenario: "test-scenario".to_owned(),
        tokens: Tokens::signed_with(SECRET),
        run: run_name()?,
    }))
}

fn kilobytes_each(bytes: u64, sessions: usize) -> f64 {
    bytes as f64 / 1024.0 / sessions as f64
}
