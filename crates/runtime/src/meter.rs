//! What happened in this process so far, counted where it happens: an atomic addition each, without a lock, memory or text.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use session::{EndReason, FailureKind, Latency, Problem, Stage};

/// Only ever grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

/// What can take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A segment into the object store.
    Store,
    Transcribe,
    /// From the question to the first words of the answer.
    FirstToken,
    /// The whole answer.
    Answer,
    Speak,
    Animate,
    /// Records into the database.
    Commit,
}

/// Of a turn, from the user's last word to the persona's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnPart {
    EndOfTurn,
    Stored,
    Transcribed,
    FirstToken,
    FirstSentence,
    FirstAudio,
    Played,
    Unaccounted,
    Total,
}

/// Upper bounds of the buckets, in milliseconds; longer times fall into one more.
pub const BOUNDS_MS: [u64; 14] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

#[derive(Debug, Default)]
pub struct Durations {
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    sum_us: AtomicU64,
}

/// [`Durations`] as they were at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// How many fell into each bucket; not cumulative.
    pub buckets: [u64; BOUNDS_MS.len() + 1],
    pub sum: Duration,
}

#[derive(Debug, Default)]
pub struct Meter {
    pub sessions_opened: Counter,
    pub chunks: Counter,
    /// As received, of whatever encoding.
    pub audio_bytes: Counter,
    pub lost_audio_bytes: Counter,
    /// Stored.
    pub segments: Counter,
    /// Of the user.
    pub turns: Counter,
    /// Of the persona.
    pub replies: Counter,
    /// Replies that were cut short.
    pub interruptions: Counter,
    /// Attempts to store a segment; each is made again.
    pub failed_puts: Counter,
    /// Attempts to write something down; each is made again.
    pub failed_commits: Counter,
    ended: [Counter; END_REASONS.len()],
    problems: [[Counter; FAILURES.len()]; STAGES.len()],
    durations: [Durations; Step::ALL.len()],
    turn_parts: [Durations; TurnPart::ALL.len()],
}

/// In the order of their declaration.
const END_REASONS: [EndReason; 5] =
    [EndReason::UserEnded, EndReason::Idle, EndReason::MaxLength, EndReason::Disconnected, EndReason::Suspended];
const STAGES: [Stage; 5] = [Stage::Store, Stage::Transcribe, Stage::Answer, Stage::Speak, Stage::Animate];
const FAILURES: [FailureKind; 5] = [
    FailureKind::Unavailable,
    FailureKind::RateLimited,
    FailureKind::TimedOut,
    FailureKind::Rejected,
    FailureKind::Garbled,
];

impl Meter {
    pub fn durations(&self, step: Step) -> &Durations {
        &self.durations[step as usize]
    }

    pub fn turn_part(&self, part: TurnPart) -> &Durations {
        &self.turn_parts[part as usize]
    }

    pub fn ended(&self) -> impl Iterator<Item = (EndReason, u64)> + '_ {
        END_REASONS.into_iter().zip(&self.ended).map(|(reason, count)| (reason, count.get()))
    }

    pub fn problems(&self) -> impl Iterator<Item = (Stage, FailureKind, u64)> + '_ {
        STAGES.into_iter().zip(&self.problems).flat_map(|(stage, kinds)| {
            FAILURES.into_iter().zip(kinds).map(move |(kind, count)| (stage, kind, count.get()))
        })
    }

    pub(crate) fn on_ended(&self, reason: EndReason) {
        self.ended[reason as usize].add(1);
    }

    pub(crate) fn on_latency(&self, latency: &Latency) {
        for part in TurnPart::ALL {
            self.turn_part(part).observe(Duration::from_millis(part.of(latency)));
        }
    }

    pub(crate) fn on_problem(&self, problem: &Problem) {
        self.problems[problem.stage as usize][problem.failure.kind as usize].add(1);
    }
}

impl Counter {
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Step {
    pub const ALL: [Self; 7] =
        [Self::Store, Self::Transcribe, Self::FirstToken, Self::Answer, Self::Speak, Self::Animate, Self::Commit];
}

impl TurnPart {
    pub const ALL: [Self; 9] = [
        Self::EndOfTurn,
        Self::Stored,
        Self::Transcribed,
        Self::FirstToken,
        Self::FirstSentence,
        Self::FirstAudio,
        Self::Played,
        Self::Unaccounted,
        Self::Total,
    ];

    fn of(self, latency: &Latency) -> u64 {
        match self {
            Self::EndOfTurn => latency.end_of_turn_ms,
            Self::Stored => latency.stored_ms,
            Self::Transcribed => latency.transcribed_ms,
            Self::FirstToken => latency.first_token_ms,
            Self::FirstSentence => latency.first_sentence_ms,
            Self::FirstAudio => latency.first_audio_ms,
            Self::Played => latency.played_ms,
            Self::Unaccounted => latency.unaccounted_ms,
            Self::Total => latency.total_ms,
        }
    }
}

impl Durations {
    pub fn observe(&self, duration: Duration) {
        let bucket = BOUNDS_MS.partition_point(|bound| Duration::from_millis(*bound) < duration);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub fn now(&self) -> Distribution {
        Distribution {
            buckets: self.buckets.each_ref().map(|bucket| bucket.load(Ordering::Relaxed)),
            sum: Duration::from_micros(self.sum_us.load(Ordering::Relaxed)),
        }
    }
}

impl Distribution {
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The time that `share` (0 to 1) of all took at most, estimated within its bucket; beyond the last bound, that bound.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let wanted = share * self.count() as f64;
        let (mut below, mut from_ms) = (0.0, 0.0);
        for (bucket, bound_ms) in self.buckets.iter().zip(BOUNDS_MS) {
            let (inside, to_ms) = (*bucket as f64, bound_ms as f64);
            if inside > 0.0 && below + inside >= wanted {
                let ms = from_ms + (to_ms - from_ms) * (wanted - below) / inside;
                return Some(Duration::from_secs_f64(ms / 1_000.0));
            }
            below += inside;
            from_ms = to_ms;
        }
        (self.count() > 0).then(|| Duration::from_millis(BOUNDS_MS[BOUNDS_MS.len() - 1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_at_the_place_of_its_number() {
        assert!(END_REASONS.iter().enumerate().all(|(place, reason)| *reason as usize == place));
        assert!(STAGES.iter().enumerate().all(|(place, stage)| *stage as usize == place));
        assert!(FAILURES.iter().enumerate().all(|(place, kind)| *kind as usize == place));
        assert!(Step::ALL.iter().enumerate().all(|(place, step)| *step as usize == place));
        assert!(TurnPart::ALL.iter().enumerate().all(|(place, part)| *part as usize == place));
    }

    #[test]
    fn a_time_on_a_bound_belongs_to_the_bucket_below_it() {
        let durations = Durations::default();
        for ms in [1, 2, 3, 30_000, 30_001] {
            durations.observe(Duration::from_millis(ms));
        }
        let now = durations.now();
        assert_eq!((now.buckets[0], now.buckets[1], now.buckets[2]), (1, 1, 1));
        assert_eq!((now.buckets[13], now.buckets[14]), (1, 1));
        assert_eq!(now.sum, Duration::from_millis(60_007));
    }

    #[test]
    fn quantiles_are_estimated_within_their_bucket() {
        let durations = Durations::default();
        assert_eq!(durations.now().quantile(0.5), None);
        for _ in 0..90 {
            durations.observe(Duration::from_millis(15));
        }
        for _ in 0..10 {
            durations.observe(Duration::from_secs(60));
        }
        let now = durations.now();
        assert_eq!(now.quantile(0.45), Some(Duration::from_millis(15)));
        assert_eq!(now.quantile(0.95), Some(Duration::from_secs(30)));
    }
}
