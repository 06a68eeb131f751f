//! What real browsers and ffmpeg recorded is stored and heard again.

use std::{io::Write, process::Stdio, sync::Arc};

use crate::common::{arrivals, compose, fixture, intake, packets, whole};
use audio::{Declared, Format, Segment, decode};

/// Half a second at 16 kHz.
const WINDOW: usize = 8000;

#[test]
fn recordings_as_they_arrived_sound_like_what_was_spoken() {
    let reference = decode([fixture("sentence.wav")]).unwrap();
    for (name, chunks) in arrivals() {
        let mut intake = intake();
        let mut segments = Vec::new();
        let mut held = 0;
        for chunk in &chunks {
            intake.push(chunk, &Declared::unknown()).unwrap();
            held += chunk.len();
            if held >= 32_000 {
                segments.extend(intake.cut());
                held = 0;
            }
        }
        segments.extend(intake.cut());
        assert!(segments.len() > 2, "{name}: {}", segments.len());
        let heard = decode(segments.iter().map(Segment::bytes)).unwrap();
        let (worst, windows) = worst_correlation(&reference, &heard);
        assert!(worst > 0.94 && windows > 10, "{name}: {worst} in one of {windows} windows");
    }
}

#[test]
fn a_cut_leaves_no_seam() {
    for (name, chunks) in arrivals() {
        let uncut = decode(whole(chunks.iter().map(Vec::as_slice)).iter().map(Segment::bytes)).unwrap();
        let mut intake = intake();
        let mut segments = Vec::new();
        for chunk in &chunks {
            intake.push(chunk, &Declared::unknown()).unwrap();
            segments.extend(intake.cut());
        }
        assert_eq!(decode(segments.iter().map(Segment::bytes)).unwrap(), uncut, "{name}");
    }
}

#[test]
fn durations_add_up_to_what_is_heard() {
    for (name, chunks) in arrivals() {
        let segments = whole(chunks.iter().map(Vec::as_slice));
        let heard = decode(segments.iter().map(Segment::bytes)).unwrap();
        let said: u64 = segments.iter().map(|segment| segment.duration_ms).sum();
        assert!(said.abs_diff(heard.len() as u64 / 16) <= 1, "{name}: {said} ms, {} samples", heard.len());
    }
}

#[test]
fn samples_are_stored_byte_for_byte() {
    let wav = fixture("sentence.wav");
    let data = wav.windows(4).position(|window| window == b"data").unwrap() + 8;
    for chunks in [wav.chunks(997), wav[data..].chunks(997)] {
        let segments = whole(chunks);
        assert_eq!(segments.len(), 1);
        assert_eq!(segments[0].format, Format::Wav);
        assert!(packets(&segments)[0] == wav[data..]);
    }
}

#[test]
fn other_players_accept_every_segment() {
    if std::process::Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_err() {
        let mut loud = std::io::stderr();
        writeln!(loud, "SKIPPED other_players_accept_every_segment: ffmpeg is not installed").unwrap();
        assert!(std::env::var_os("CI").is_none(), "ffmpeg must be installed in CI");
        return;
    }
    let mut pcm = arrivals();
    pcm.push(("sentence.wav".to_owned(), fixture("sentence.wav").chunks(50_000).map(<[u8]>::to_vec).collect()));
    for (name, chunks) in pcm {
        let mut intake = intake();
        let mut segments = Vec::new();
        for chunks in chunks.chunks(9) {
            for chunk in chunks {
                intake.push(chunk, &Declared::unknown()).unwrap();
            }
            segments.extend(intake.cut());
        }
        let (format, file) = compose(&segments);
        let duration_ms = segments.iter().map(|segment| segment.duration_ms).sum();
        for segment in segments.iter().chain([&Segment { format, parts: Arc::new([file.into()]), duration_ms }]) {
            let samples = ffmpeg(segment) as u64;
            let expected = segment.duration_ms * 16;
            // Each segment's duration was rounded down to a millisecond.
            let slack = 32 + 16 * segments.len() as u64;
            assert!(samples.abs_diff(expected) <= slack, "{name}: {samples} of {expected} samples");
        }
    }
}

/// How many samples ffmpeg hears at 16 kHz; a complaint of it fails the test.
fn ffmpeg(segment: &Segment) -> usize {
    let mut child = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", "16000", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = segment.bytes();
    let writing = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    output.stdout.len() / 2
}

/// The lowest correlation of any window with speech in it, and how many there are. The recorder's clock slips a little, so each
/// window looks for its own lag.
fn worst_correlation(reference: &[i16], heard: &[i16]) -> (f64, usize) {
    let mut worst = (1.0_f64, 0);
    let mut lag = coarse_lag(reference, heard);
    for start in (0..reference.len().saturating_sub(WINDOW)).step_by(WINDOW) {
        let wanted = &reference[start..start + WINDOW];
        let energy: f64 = wanted.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        if energy / (WINDOW as f64) < 100.0_f64.powi(2) {
            continue;
        }
        let best = (-480_i64..480)
            .filter_map(|step| {
                let at = usize::try_from(start as i64 + lag + step).ok()?;
                Some((correlation(wanted, heard.get(at..at + WINDOW)?), lag + step))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((correlation, found)) = best else { continue };
        lag = found;
        worst = (worst.0.min(correlation), worst.1 + 1);
    }
    worst
}

/// Where the first two seconds lie best, in steps of a quarter millisecond.
fn coarse_lag(reference: &[i16], heard: &[i16]) -> i64 {
    let wanted = &reference[..4 * WINDOW];
    let lags = (-8000_i64..16_000).step_by(4);
    let scored = lags.filter_map(|lag| {
        let skipped = usize::try_from(-lag).unwrap_or(0);
        let at = usize::try_from(lag).unwrap_or(0);
        let length = wanted.len() - skipped;
        Some((correlation(&wanted[skipped..], heard.get(at..at + length)?), lag))
    });
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1
}

fn correlation(a: &[i16], b: &[i16]) -> f64 {
    let (mut product, mut first, mut second) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        product += a * b;
        first += a * a;
        second += b * b;
    }
    product / (first * second).sqrt().max(1.0)
}
