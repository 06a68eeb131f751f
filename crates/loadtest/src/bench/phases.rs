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
    tally::Seen,
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

/// A process that is measured, and the trainees who talk to it.
struct Side {
    process: Process,
    fleet: Fleet,
}

/// What a stretch of time cost the process.
pub(super) struct Stretch {
    /// While trainees were active.
    seconds: f64,
    /// Stored or sent back within these.
    chunks_in_time: f64,
    /// What still waited at their end included.
    chunks: f64,
    /// Of all these chunks.
    cpu: Duration,
    pub(super) seen: Seen,
}

pub(super) struct Speaking {
    pub(super) echo: Stretch,
    pub(super) server: Stretch,
    pub(super) active_kilobytes: f64,
}

pub(super) struct Flood {
    pub(super) echo: Stretch,
    /// Of what stores the same and does nothing else.
    pub(super) keeper: Stretch,
    pub(super) server: Stretch,
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
/// Other tenants of the machine make it slower and faster by the minute: the echo and the server take turns, so often.
const ROUNDS: u32 = 4;
/// Sessions that are there before memory is counted: what the first ones need is not theirs alone.
const FIRST: usize = 8;
/// Chunks of a flooding trainee that are not stored.
const WINDOW: usize = 64;
/// What was sent is stored and answered, and memory has settled.
const SETTLING: Duration = Duration::from_secs(1);
/// The server lives for a minute and listens on this machine only.
pub(super) const SECRET: &str = "a secret that is good for one bench and no longer";

impl Bench<'_> {
    pub(super) async fn speaking(&self) -> anyhow::Result<Speaking> {
        let mut echo = Side::new(self.start_echo()?, Peer::Echo)?;
        echo.fleet.grow_to(self.plan.trainees).await?;
        let mut server = Side::new(self.start_server("speaking")?, Peer::Repartee)?;
        server.fleet.grow_to(FIRST).await?;
        server.fleet.speak(CHUNK_INTERVAL);
        sleep(self.plan.warm_up).await;
        let before = server.process.memory()?;
        server.fleet.grow_to(self.plan.trainees).await?;
        let speak = |fleet: &Fleet| fleet.speak(CHUNK_INTERVAL);
        for side in [&echo, &server] {
            side.act(speak, self.plan.warm_up).await;
        }
        let spans = [self.plan.echo_speaking, self.plan.speaking];
        let [echo, server_speaking] = in_turns([&echo, &server], speak, spans).await?;
        speak(&server.fleet);
        sleep(self.plan.warm_up).await;
        let unstored = server.fleet.tally.totals().unstored_bytes();
        let more = server.process.memory()?.saturating_sub(before).saturating_sub(unstored);
        let active_kilobytes = kilobytes_each(more, self.plan.trainees - FIRST);
        Ok(Speaking { echo, server: server_speaking, active_kilobytes })
    }

    pub(super) async fn flood(&self) -> anyhow::Result<Flood> {
        let mut echo = Side::new(self.start_echo()?, Peer::Echo)?;
        let mut keeper = Side::new(self.start_keeper()?, Peer::Repartee)?;
        let mut server = Side::new(self.start_server("flood")?, Peer::Repartee)?;
        let flood = |fleet: &Fleet| fleet.flood(WINDOW);
        for side in [&mut echo, &mut keeper, &mut server] {
            side.fleet.grow_to(self.plan.flooding_trainees).await?;
            side.act(flood, self.plan.warm_up).await;
        }
        let [echo, keeper, server] = in_turns([&echo, &keeper, &server], flood, [self.plan.flooding; 3]).await?;
        Ok(Flood { echo, keeper, server })
    }

    /// The same chunks per second in all, by more and more trainees.
    pub(super) async fn scale(&self) -> anyhow::Result<Scales> {
        let mut side = Side::new(self.start_server("scale")?, Peer::Repartee)?;
        side.fleet.grow_to(FIRST).await?;
        sleep(SETTLING).await;
        let before = side.process.memory()?;
        let [fewer, _] = self.plan.scale;
        side.fleet.grow_to(fewer).await?;
        sleep(SETTLING).await;
        let idle_kilobytes = kilobytes_each(side.process.memory()?.saturating_sub(before), fewer - FIRST);
        let mut costs = Vec::new();
        for sessions in self.plan.scale {
            side.fleet.be_quiet();
            side.fleet.grow_to(sessions).await?;
            side.fleet.speak(CHUNK_INTERVAL.mul_f64(sessions as f64 / self.plan.trainees as f64));
            sleep(self.plan.warm_up).await;
            let cost = measure(&side, self.plan.scale_speaking).await?.cost();
            costs.push(Scale { sessions, cost });
        }
        Ok(Scales { idle_kilobytes, costs, errors: side.fleet.tally.seen().errors })
    }

    fn start_echo(&self) -> anyhow::Result<Process> {
        let program = std::env::current_exe().context("cannot find this program")?;
        Process::start(Command::new(program).arg("echo"), Some(self.cores.server))
    }

    fn start_keeper(&self) -> anyhow::Result<Process> {
        let data = self.data.path().join("kept");
        std::fs::create_dir(&data).with_context(|| format!("cannot make {}", data.display()))?;
        machine::touch_memory(&data, self.plan.touched_megabytes)?;
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut command = Command::new(program);
        command.arg("keep").arg(&data).arg("--segment-bytes").arg(SEGMENT_BYTES.to_string());
        Process::start(&mut command, Some(self.cores.server))
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

impl Side {
    fn new(process: Process, peer: Peer) -> anyhow::Result<Self> {
        let fleet = fleet(&process.url, peer)?;
        Ok(Self { process, fleet })
    }

    /// Answers how many bytes were stored by the end of the span, before those that still waited.
    async fn act(&self, act: impl Fn(&Fleet), span: Duration) -> u64 {
        let before = self.stored_bytes();
        act(&self.fleet);
        sleep(span).await;
        let in_time = self.stored_bytes() - before;
        self.fleet.be_quiet();
        sleep(SETTLING).await;
        in_time
    }

    fn stored_bytes(&self) -> u64 {
        self.fleet.tally.totals().stored_bytes
    }
}

impl Stretch {
    /// CPU seconds per 1000 chunks.
    pub(super) fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000.0 / self.chunks
    }

    pub(super) fn chunks_per_second(&self) -> f64 {
        self.chunks_in_time / self.seconds
    }

    /// Were it busy all the time.
    pub(super) fn chunks_per_core_second(&self) -> f64 {
        self.chunks / self.cpu.as_secs_f64()
    }

    /// Percent of its core.
    pub(super) fn busy(&self) -> f64 {
        self.chunks_per_second() * 100.0 / self.chunks_per_core_second()
    }
}

impl Speaking {
    pub(super) fn segments_per_second(&self) -> f64 {
        self.server.seen.to_stored.len() as f64 / self.server.seconds
    }

    pub(super) fn answers_per_second(&self) -> f64 {
        self.server.seen.to_answer.len() as f64 / self.server.seconds
    }
}

/// Each in its turn. Who is quiet costs next to nothing, so what it costs is counted from the first turn to the last.
async fn in_turns<const N: usize>(
    sides: [&Side; N],
    act: impl Fn(&Fleet),
    spans: [Duration; N],
) -> anyhow::Result<[Stretch; N]> {
    let marks = sides.iter().map(|side| Mark::now(side)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut in_time = [0; N];
    for _ in 0..ROUNDS {
        for (number, side) in sides.into_iter().enumerate() {
            in_time[number] += side.act(&act, spans[number] / ROUNDS).await;
        }
    }
    let stretches = marks.into_iter().zip(sides).zip(spans.into_iter().zip(in_time));
    let stretches = stretches.map(|((mark, side), (span, in_time))| mark.until_now(side, span, in_time));
    let stretches = stretches.collect::<anyhow::Result<Vec<_>>>()?;
    stretches.try_into().ok().context("there is not one for each side")
}

async fn measure(side: &Side, span: Duration) -> anyhow::Result<Stretch> {
    let (began, before) = (Mark::now(side)?, side.stored_bytes());
    sleep(span).await;
    began.until_now(side, span, side.stored_bytes() - before)
}

/// Where a side stood when measuring began.
struct Mark {
    stored_bytes: u64,
    cpu: Duration,
}

impl Mark {
    fn now(side: &Side) -> anyhow::Result<Self> {
        side.fleet.tally.measure_from_now();
        Ok(Self { stored_bytes: side.stored_bytes(), cpu: side.process.cpu()? })
    }

    /// `active` is how long trainees were active, and `in_time` what was stored within that.
    fn until_now(self, side: &Side, active: Duration, in_time: u64) -> anyhow::Result<Stretch> {
        let Side { process, fleet } = side;
        let seen = fleet.tally.seen();
        let chunks = |bytes: u64| bytes as f64 / fleet.chunk_bytes() as f64;
        let stretch = Stretch {
            seconds: active.as_secs_f64(),
            chunks_in_time: chunks(in_time),
            chunks: chunks(side.stored_bytes() - self.stored_bytes),
            cpu: process.cpu()? - self.cpu,
            seen,
        };
        anyhow::ensure!(stretch.chunks > 0.0, "nothing was stored: {:?}", stretch.seen.errors);
        Ok(stretch)
    }
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
