//! Loads a server that runs already, and prints what it did.

use std::{fmt::Write as _, io::Write as _, time::Duration};

use hdrhistogram::Histogram;
use tokio::time::sleep;

use crate::{
    fleet::Fleet,
    machine,
    tally::{Seen, Totals},
    trainee::Load,
};

pub(crate) struct Run {
    pub(crate) load: Load,
    pub(crate) sessions: usize,
    pub(crate) pace: Pace,
    pub(crate) speaking: Duration,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    Every(Duration),
    Flood { window: usize },
}

/// Of this process, beside its connections.
const OTHER_FILES: u64 = 64;

pub(crate) async fn run(run: Run) -> anyhow::Result<()> {
    let Run { load, sessions, pace, speaking } = run;
    machine::open_files(sessions as u64 + OTHER_FILES)?;
    say(&format!("{sessions} trainees arrive at {}\n", load.url))?;
    let mut fleet = Fleet::new(load);
    fleet.grow_to(sessions).await?;
    say(&format!("They speak for {} s\n", speaking.as_secs_f64()))?;
    let tally = std::sync::Arc::clone(&fleet.tally);
    tally.measure_from_now();
    let before = tally.totals();
    match pace {
        Pace::Every(interval) => fleet.speak(interval),
        Pace::Flood { window } => fleet.flood(window),
    }
    sleep(speaking).await;
    let after = tally.totals();
    let chunk_bytes = fleet.chunk_bytes();
    let hanging = fleet.leave().await;
    say(&report(&before, &after, &tally.totals(), chunk_bytes, &tally.seen(), hanging))
}

fn report(before: &Totals, after: &Totals, end: &Totals, chunk_bytes: u64, seen: &Seen, hanging: usize) -> String {
    let seconds = after.seconds_since(before);
    let per_second = |chunks: f64| chunks / seconds;
    let stored = (after.stored_bytes - before.stored_bytes) as f64 / chunk_bytes as f64;
    let mut text = String::from("\n");
    let _ = writeln!(
        text,
        "chunks per second, sent    {:>12.1}",
        per_second((after.sent_chunks - before.sent_chunks) as f64)
    );
    let _ = writeln!(text, "chunks per second, stored  {:>12.1}", per_second(stored));
    let _ = writeln!(text, "\nms from the chunk that fills a segment       p50      p99    p99.9   segments");
    let _ = writeln!(text, "  to audio-received                  {}", percentiles(&seen.to_stored));
    let _ = writeln!(text, "  to ai-response                     {}", percentiles(&seen.to_answer));
    let _ = writeln!(text, "\nbytes that were never acknowledged  {}", end.unstored_bytes());
    let _ = writeln!(text, "sessions that did not end           {hanging}");
    if seen.errors.is_empty() {
        text += "errors                              none\n";
    }
    for (code, count) in &seen.errors {
        let _ = writeln!(text, "errors: {count} x {code}");
    }
    text
}

fn percentiles(histogram: &Histogram<u64>) -> String {
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    format!("{:>10.2} {:>8.2} {:>8.2} {:>10}", at(0.5), at(0.99), at(0.999), histogram.len())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes())?;
    Ok(output.flush()?)
}
