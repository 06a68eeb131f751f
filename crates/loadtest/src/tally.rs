//! What all trainees saw together.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

/// Shared by every trainee of a fleet.
pub(crate) struct Tally {
    sent_chunks: AtomicU64,
    sent_bytes: AtomicU64,
    stored_bytes: AtomicU64,
    seen: Mutex<Seen>,
}

/// From the chunk that fills a segment, in microseconds.
#[derive(Clone)]
pub(crate) struct Seen {
    since: Instant,
    pub(crate) to_stored: Histogram<u64>,
    pub(crate) to_answer: Histogram<u64>,
    /// By code.
    pub(crate) errors: BTreeMap<String, u64>,
}

/// Totals at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) at: Instant,
    pub(crate) sent_chunks: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) stored_bytes: u64,
}

const LONGEST: Duration = Duration::from_secs(600);

impl Tally {
    pub(crate) fn new() -> Self {
        let histogram = || {
            Histogram::new_with_max(LONGEST.as_micros() as u64, 3)
                .expect("three digits fit into the range of a latency")
        };
        let seen =
            Seen { since: Instant::now(), to_stored: histogram(), to_answer: histogram(), errors: BTreeMap::new() };
        Self {
            sent_chunks: AtomicU64::new(0),
            sent_bytes: AtomicU64::new(0),
            stored_bytes: AtomicU64::new(0),
            seen: Mutex::new(seen),
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            at: Instant::now(),
            sent_chunks: self.sent_chunks.load(Ordering::Relaxed),
            sent_bytes: self.sent_bytes.load(Ordering::Relaxed),
            stored_bytes: self.stored_bytes.load(Ordering::Relaxed),
        }
    }

    /// Segments that were filled before this moment do not count.
    pub(crate) fn measure_from_now(&self) {
        let mut seen = self.lock();
        seen.since = Instant::now();
        seen.to_stored.reset();
        seen.to_answer.reset();
        seen.errors.clear();
    }

    pub(crate) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    pub(crate) fn on_sent(&self, bytes: u64) {
        self.sent_chunks.fetch_add(1, Ordering::Relaxed);
        self.sent_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn on_stored(&self, bytes: u64, filled: Option<Instant>) {
        self.stored_bytes.fetch_add(bytes, Ordering::Relaxed);
        if let Some(filled) = filled {
            let mut seen = self.lock();
            let since = seen.since;
            record(&mut seen.to_stored, filled, since);
        }
    }

    pub(crate) fn on_answered(&self, filled: Instant) {
        let mut seen = self.lock();
        let since = seen.since;
        record(&mut seen.to_answer, filled, since);
    }

    pub(crate) fn on_error(&self, code: String) {
        *self.lock().errors.entry(code).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Totals {
    pub(crate) fn seconds_since(&self, earlier: &Self) -> f64 {
        self.at.duration_since(earlier.at).as_secs_f64()
    }

    /// Audio that was sent and not acknowledged.
    pub(crate) fn unstored_bytes(&self) -> u64 {
        self.sent_bytes.saturating_sub(self.stored_bytes)
    }
}

fn record(histogram: &mut Histogram<u64>, filled: Instant, since: Instant) {
    if filled >= since {
        histogram.saturating_record(u64::try_from(filled.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_filled_before_measuring_began_does_not_count() {
        let tally = Tally::new();
        let early = Instant::now();
        tally.measure_from_now();
        tally.on_stored(32_000, Some(early));
        tally.on_stored(32_000, Some(Instant::now()));
        assert_eq!(tally.seen().to_stored.len(), 1);
        assert_eq!(tally.totals().stored_bytes, 64_000);
    }
}
