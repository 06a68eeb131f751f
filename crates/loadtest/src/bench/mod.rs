//! Measures a server of its own on one core, next to a plain echo of the same bytes and, in a flood, to what only stores them, and
//! compares with the aims.
//!
//! The server stores every segment and writes every turn; only its voice and its face are switched off, which would
//! measure another program. In live conversations they are simulated, beside the load. When a turn counts as over is measured
//! without a server, on synthesised dialogues.

mod cores;
mod live;
mod phases;
mod table;
mod turns;
mod voice;

use std::{
    fmt::Write as _,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
pub(crate) use cores::Cores;

use crate::machine;
use live::Live;
use phases::{Bench, Scale};
use table::{Aim, Table};
use turns::Comparison;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Trainees with four chunks per second each.
    trainees: usize,
    speaking: Duration,
    echo_speaking: Duration,
    flooding_trainees: usize,
    flooding: Duration,
    /// Trainees who share among them what `trainees` send.
    scale: [usize; 2],
    scale_speaking: Duration,
    warm_up: Duration,
    /// Live conversations.
    talkers: usize,
    live: Duration,
    live_warm_up: Duration,
    /// Of each of four dialogues.
    dialogue_turns: usize,
    /// Of memory, touched before a server fills files with it.
    touched_megabytes: usize,
}

/// Long enough for a room to retain all that it retains.
pub(crate) const FULL: Plan = Plan {
    trainees: 200,
    speaking: Duration::from_secs(40),
    echo_speaking: Duration::from_secs(20),
    flooding_trainees: 16,
    flooding: Duration::from_secs(8),
    scale: [1_000, 4_000],
    scale_speaking: Duration::from_secs(10),
    warm_up: Duration::from_secs(3),
    talkers: 200,
    live: Duration::from_secs(30),
    live_warm_up: Duration::from_secs(14),
    dialogue_turns: 60,
    touched_megabytes: 900,
};

pub(crate) const QUICK: Plan = Plan {
    trainees: 20,
    speaking: Duration::from_secs(3),
    echo_speaking: Duration::from_secs(2),
    flooding_trainees: 4,
    flooding: Duration::from_secs(1),
    scale: [40, 80],
    scale_speaking: Duration::from_secs(2),
    warm_up: Duration::from_secs(1),
    talkers: 10,
    live: Duration::from_secs(7),
    live_warm_up: Duration::from_secs(12),
    dialogue_turns: 15,
    touched_megabytes: 0,
};

const CHUNK_BYTES: usize = 8_000;
const SEGMENT_BYTES: u64 = 32_000;
/// Of the server and of this program, beside their connections.
const OTHER_FILES: u64 = 256;

pub(crate) async fn bench(server: &Path, cores: &Cores, plan: Plan) -> anyhow::Result<()> {
    let began = Instant::now();
    let [_, most] = plan.scale;
    machine::open_files(most as u64 + OTHER_FILES)?;
    say(&format!("{cores}\nData in {}, up to 4 GB\n", std::env::temp_dir().display()))?;
    let data = tempfile::tempdir().context("cannot make a folder for the server's data")?;
    let bench = Bench { server, cores, plan, data };
    say("A voice, heard ...\n")?;
    let voice = voice::measure()?;
    say("An echo and the server in turns: the same chunks at the same pace ...\n")?;
    let speaking = bench.speaking().await?;
    say("An echo, what only stores, and the server in turns: as fast as they take it ...\n")?;
    let flood = bench.flood().await?;
    say("Many sessions ...\n")?;
    let scale = bench.scale().await?;
    say("Live conversations ...\n")?;
    let live = bench.live().await?;

    let (echo, server) = (&speaking.echo, &speaking.server);
    let cost = server.cost();
    let mut table = Table::new("repartee", "plain echo");
    let trainees = plan.trainees;
    table.section(&format!("{trainees} sessions, 4 chunks per second each"));
    table.compare("CPU seconds per 1000 chunks", cost, echo.cost(), 4, Some(Aim::AtMost(3.0)));
    let (stored, echoed, answered) = (&server.seen.to_stored, &echo.seen.to_stored, &server.seen.to_answer);
    let ms =
        |histogram: &hdrhistogram::Histogram<u64>, quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    table.row("ms to audio-received, p50", ms(stored, 0.5), Some(ms(echoed, 0.5)), 2, None);
    table.row("ms to audio-received, p99", ms(stored, 0.99), Some(ms(echoed, 0.99)), 2, Some(Aim::AtMost(10.0)));
    table.row("ms to audio-received, p99.9", ms(stored, 0.999), Some(ms(echoed, 0.999)), 2, None);
    table.row("ms to ai-response, p50", ms(answered, 0.5), None, 2, None);
    table.row("ms to ai-response, p99", ms(answered, 0.99), None, 2, None);
    table.row("ms to ai-response, p99.9", ms(answered, 0.999), None, 2, None);
    table.row("segments per second", speaking.segments_per_second(), None, 1, None);
    table.row("answers per second", speaking.answers_per_second(), None, 1, None);
    table.section(&format!("Flood, {} sessions", plan.flooding_trainees));
    table.compare(
        "chunks per second of one core",
        flood.server.chunks_per_core_second(),
        flood.echo.chunks_per_core_second(),
        0,
        Some(Aim::AtLeast(0.45)),
    );
    table.compare(
        "the same, of what only stores",
        flood.keeper.chunks_per_core_second(),
        flood.echo.chunks_per_core_second(),
        0,
        None,
    );
    table.row("chunks per second", flood.server.chunks_per_second(), Some(flood.echo.chunks_per_second()), 0, None);
    table.row("busy, percent of its core", flood.server.busy(), Some(flood.echo.busy()), 0, None);
    table.section("Memory of a session, KB");
    table.row("idle: connected and started", scale.idle_kilobytes, None, 1, Some(Aim::AtMost(40.0)));
    table.row("active, beyond what is not stored", speaking.active_kilobytes, None, 1, Some(Aim::AtMost(120.0)));
    table.section(&format!("CPU seconds per 1000 chunks, {} chunks per second in all", trainees * 4));
    table.row(&format!("{trainees} sessions"), cost, None, 4, None);
    for Scale { sessions, cost: many } in &scale.costs {
        table.compare_with(&format!("{sessions} sessions"), *many, cost, 4, Aim::AtMost(1.25));
    }
    table.section(&format!("{} live conversations, beyond what model and voice take", plan.talkers));
    let Live { seconds, busy, heard } = &live;
    let (added, to_silence) = (&heard.added, &heard.to_silence);
    table.row("ms from the news of a thought's end to speech, p50", ms(added, 0.5), None, 2, Some(Aim::AtMost(2.0)));
    table.row("ms from the news of a thought's end to speech, p99", ms(added, 0.99), None, 2, Some(Aim::AtMost(10.0)));
    table.row("ms from an interruption to silence, p50", ms(to_silence, 0.5), None, 2, None);
    table.row("ms from an interruption to silence, p99", ms(to_silence, 0.99), None, 2, Some(Aim::AtMost(20.0)));
    table.row("answers too early to tell, percent", heard.unclear as f64 * 100.0 / added.len() as f64, None, 1, None);
    table.row("answers per second", added.len() as f64 / seconds, None, 1, None);
    table.row("pieces of speech per second", heard.frames as f64 / seconds, None, 0, None);
    table.row("busy, percent of its core", *busy, None, 0, None);
    table.section("Microseconds of one core to hear a second of speech; beside it, to decode it");
    table.row("voice activity alone", voice.activity, Some(voice.decoding), 0, None);
    table.compare("taken, decoded, listened to", voice.hearing, voice.decoding, 0, Some(Aim::AtMost(2.0)));
    say("Dialogues with pauses, fillers and noise ...\n")?;
    let mut report = table.to_string() + &end_of_turn(plan.dialogue_turns)?;
    let errors = [
        ("speaking", &server.seen.errors),
        ("flooding", &flood.server.seen.errors),
        ("they are many", &scale.errors),
        ("they converse", &live.heard.errors),
    ];
    for (phase, errors) in errors {
        for (code, count) in errors {
            let _ = writeln!(report, "Errors while {phase}: {count} x {code}");
        }
    }
    let _ = writeln!(report, "In all {:.0} s", began.elapsed().as_secs_f64());
    say(&report)
}

fn end_of_turn(turns: usize) -> anyhow::Result<String> {
    let Some(Comparison { pauses, policy, plain }) = turns::compare(turns)? else {
        return Ok("End of turn: not measured, espeak-ng is not installed\n".to_owned());
    };
    let mut table = Table::new("repartee", "700 ms");
    table.section(&format!("End of turn, {} synthesised turns with {pauses} pauses", policy.turns));
    let fewer = Aim::AtMost(0.99);
    table.compare("cut off, percent of turns", policy.cut_off_percent(), plain.cut_off_percent(), 1, Some(fewer));
    table.compare("ms from the last sound, p50", policy.delay_ms(0.5), plain.delay_ms(0.5), 0, Some(fewer));
    table.row("ms from the last sound, p90", policy.delay_ms(0.9), Some(plain.delay_ms(0.9)), 0, None);
    Ok(table.to_string())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes())?;
    Ok(output.flush()?)
}
