use std::time::Duration;

use super::{parse, values::Values, variable::Variable};

/// When a session cuts, waits and ends.
#[derive(Debug, Clone)]
pub struct SessionNumbers {
    /// A segment is closed when so many bytes arrived, of whatever encoding.
    pub segment_bytes: usize,
    /// A segment is closed when nothing arrived for so long.
    pub segment_silence: Duration,
    /// A session in which nothing happens is ended after this.
    pub idle_timeout: Duration,
    /// A session without a socket is kept for this long.
    pub grace: Duration,
    pub longest: Duration,
    /// Streamed speech is sent so long before it is to be heard.
    pub speech_lead: Duration,
}

const SEGMENT_BYTES: Variable =
    Variable::new("SEGMENT_BYTES", "32000", "A segment of audio is stored when so many bytes arrived");
const SEGMENT_SILENCE_MS: Variable =
    Variable::new("SEGMENT_SILENCE_MS", "2000", "A segment of audio is stored when nothing arrived for so long");
const IDLE_TIMEOUT_MS: Variable =
    Variable::new("IDLE_TIMEOUT_MS", "1800000", "A session in which nothing happens is ended after this");
const GRACE_MS: Variable = Variable::new("GRACE_MS", "120000", "A session whose client is gone is kept for this long");
const MAX_SESSION_MS: Variable = Variable::new("MAX_SESSION_MS", "7200000", "No session lasts longer");
const SPEECH_LEAD_MS: Variable =
    Variable::new("SPEECH_LEAD_MS", "2000", "Streamed speech is sent so long before it is to be heard");

pub(super) const VARIABLES: &[Variable] =
    &[SEGMENT_BYTES, SEGMENT_SILENCE_MS, IDLE_TIMEOUT_MS, GRACE_MS, MAX_SESSION_MS, SPEECH_LEAD_MS];

const DAY_MS: u64 = 86_400_000;

pub(super) fn read(values: &mut Values) -> SessionNumbers {
    SessionNumbers {
        segment_bytes: parse::number(values, &SEGMENT_BYTES, 1000..=16 << 20),
        segment_silence: parse::milliseconds(values, &SEGMENT_SILENCE_MS, 100..=60_000),
        idle_timeout: parse::milliseconds(values, &IDLE_TIMEOUT_MS, 1000..=DAY_MS),
        grace: parse::milliseconds(values, &GRACE_MS, 0..=DAY_MS),
        longest: parse::milliseconds(values, &MAX_SESSION_MS, 1000..=DAY_MS),
        speech_lead: parse::milliseconds(values, &SPEECH_LEAD_MS, 200..=60_000),
    }
}
