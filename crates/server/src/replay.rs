//! Recorded sessions, lived through once more.

use std::{
    fmt,
    fs::File,
    io::{BufReader, Write},
    path::Path,
};

use anyhow::Context as _;
use serde::Serialize;
use tape::{Difference, Outcome, Summary};

/// Tells of every file how it went; an error is said at the end, so that all of them are looked at.
pub fn replay(files: &[impl AsRef<Path>], timeline: bool, report: &mut impl Write) -> anyhow::Result<()> {
    let mut failed = 0;
    for file in files {
        let name = file.as_ref().display();
        match of_file(file.as_ref(), timeline, report) {
            Ok(Outcome::Identical(summary)) => writeln!(report, "{name}: {}", Told(&summary))?,
            Ok(Outcome::Empty) => writeln!(report, "{name}: empty, the server stopped before anything was written")?,
            Ok(Outcome::Different(difference)) => {
                failed += 1;
                writeln!(report, "{name}: {}", Told(&*difference))?;
            }
            Err(error) => {
                failed += 1;
                writeln!(report, "{name}: {error:#}")?;
            }
        }
    }
    anyhow::ensure!(
        failed == 0,
        "{failed} of {} not replayed to the identical outputs",
        count(files.len(), "recording")
    );
    Ok(())
}

fn of_file(path: &Path, timeline: bool, report: &mut impl Write) -> anyhow::Result<Outcome> {
    let file = File::open(path).context("cannot be opened")?;
    let mut written = Ok(());
    let outcome = tape::replay(BufReader::new(file), |at, moment| {
        if let Some(text) = moment.describe().filter(|_| timeline && written.is_ok()) {
            written = writeln!(report, "{at}  {text}");
        }
    });
    written?;
    Ok(outcome?)
}

/// As a person reads it.
struct Told<'a, T>(&'a T);

impl fmt::Display for Told<'_, Summary> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { version, words: _, inputs, outputs, duration_ms, is_over, given_up, cut_off } = self.0;
        let (inputs, outputs) = (count(*inputs, "input"), count(*outputs, "output"));
        write!(f, "identical, {inputs}, {outputs}, {} of session time", Span(*duration_ms))?;
        match (given_up, cut_off) {
            (Some(why), _) => write!(f, "; the recording was given up there: {why}")?,
            (None, Some(line)) => write!(f, "; the recording breaks off in line {line}")?,
            (None, None) if !is_over => f.write_str("; the session was not over there")?,
            (None, None) => (),
        }
        note_version(f, version)
    }
}

impl fmt::Display for Told<'_, Difference> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { line, at, input, version, recorded, replayed } = self.0;
        writeln!(f, "different in line {line}, at {}", at.to_string().trim_start())?;
        match input {
            Some(input) => writeln!(f, "  happened:  {}", json(input))?,
            None => writeln!(f, "  happened:  the session opened")?,
        }
        let side = |output: &Option<session::Output>| output.as_ref().map_or("nothing more".to_owned(), json);
        writeln!(f, "  recorded:  {}", side(recorded))?;
        write!(f, "  replayed:  {}", side(replayed))?;
        note_version(f, version)
    }
}

fn note_version(f: &mut fmt::Formatter<'_>, version: &str) -> fmt::Result {
    let ours = env!("CARGO_PKG_VERSION");
    if version == ours {
        return Ok(());
    }
    write!(f, "\n  recorded by version {version}, replayed by version {ours}")
}

/// As it stands in the file.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

fn count(number: impl fmt::Display, what: &str) -> String {
    let number = number.to_string();
    if number == "1" { format!("1 {what}") } else { format!("{number} {what}s") }
}

struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, ms) = (self.0 / 60_000, self.0 % 60_000);
        if minutes > 0 {
            write!(f, "{minutes} min ")?;
        }
        write!(f, "{}.{:03} s", ms / 1_000, ms % 1_000)
    }
}
