use std::time::{Duration, Instant};

use audio::{
    Declared, Intake, Limits, LiveDecoder, SAMPLE_RATE, decode,
    vad::{SpeechDetector, SpeechSettings},
};

/// A browser's, nine seconds of speech.
const RECORDING: &[u8] = include_bytes!("../../../audio/tests/fixtures/chromium.webm");
/// A quarter of a second.
const CHUNK_BYTES: usize = 2_100;
/// The best of them counts: what else the machine does only makes it slower.
const ROUNDS: usize = 10;

/// Microseconds of one core for a second of speech.
pub(super) struct Voice {
    /// Nothing but its Opus packets, in one go.
    pub(super) decoding: f64,
    /// Whether somebody speaks.
    pub(super) activity: f64,
    /// Everything that hearing costs: a chunk is taken, decoded, and listened to.
    pub(super) hearing: f64,
}

pub(super) fn measure() -> anyhow::Result<Voice> {
    let mut intake = Intake::new(Limits::default());
    intake.push(RECORDING, &Declared::unknown())?;
    let stored: Vec<_> = intake.cut().into_iter().map(|segment| segment.bytes()).collect();
    let samples = decode(&stored)?;
    let [mut decoding, mut activity, mut hearing] = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        decoding = decoding.min(time(|| decode(&stored).map(|samples| samples.len()))?);
        activity = activity.min(time(|| Ok(detector().hear(&samples).len()))?);
        hearing = hearing.min(time(hear)?);
    }
    let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE);
    let [decoding, activity, hearing] =
        [decoding, activity, hearing].map(|duration| duration.as_secs_f64() * 1e6 / seconds);
    Ok(Voice { decoding, activity, hearing })
}

/// How often speech began or ended.
fn hear() -> Result<usize, audio::AudioError> {
    let (mut intake, mut decoder, mut detector) = (Intake::new(Limits::default()), LiveDecoder::new(), detector());
    let mut changes = 0;
    for chunk in RECORDING.chunks(CHUNK_BYTES) {
        intake.push_heard(chunk, &Declared::unknown(), &mut decoder)?;
        changes += detector.hear(&decoder.take()).len();
    }
    Ok(changes)
}

fn detector() -> SpeechDetector {
    SpeechDetector::new(SpeechSettings::default())
}

fn time(work: impl FnOnce() -> Result<usize, audio::AudioError>) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let found = work()?;
    let took = began.elapsed();
    anyhow::ensure!(found > 0, "the recording is silent");
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hearing_costs_more_than_each_of_its_parts() {
        let Voice { decoding, activity, hearing } = measure().unwrap();
        assert!(decoding > 0.0 && activity > 0.0);
        assert!(hearing > decoding.max(activity), "{hearing} for {decoding} and {activity}");
    }
}
