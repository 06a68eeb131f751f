//! How fast one connection may send. Whoever is faster is not refused but slowed down: nothing is lost.

use std::time::Duration;

use tokio::time::Instant;

/// A burst may be so many seconds' worth.
const BURST_SECONDS: f64 = 4.0;

pub(super) struct Pace {
    events: Option<Bucket>,
    bytes: Option<Bucket>,
}

struct Bucket {
    per_second: f64,
    level: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new(events_per_second: Option<u32>, bytes_per_second: Option<u32>) -> Self {
        Self { events: events_per_second.map(Bucket::full), bytes: bytes_per_second.map(Bucket::full) }
    }

    /// Counts an event; answers how long to wait before the next one.
    pub(super) fn count(&mut self, bytes: usize) -> Duration {
        let events = self.events.as_mut().map(|bucket| bucket.take(1.0));
        let bytes = self.bytes.as_mut().map(|bucket| bucket.take(bytes as f64));
        events.into_iter().chain(bytes).max().unwrap_or_default()
    }
}

impl Bucket {
    fn full(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, level: per_second * BURST_SECONDS, at: Instant::now() }
    }

    fn take(&mut self, amount: f64) -> Duration {
        let now = Instant::now();
        let refilled = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.level = (self.level + refilled).min(self.per_second * BURST_SECONDS) - amount;
        self.at = now;
        if self.level >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.level / self.per_second) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_what_follows_keeps_the_pace() {
        let mut pace = Pace::new(Some(10), None);
        for _ in 0..40 {
            assert_eq!(pace.count(1), Duration::ZERO);
        }
        assert_eq!(pace.count(1), Duration::from_millis(100));
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(pace.count(1), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_count_as_well_as_events() {
        let mut pace = Pace::new(Some(1_000), Some(100));
        assert_eq!(pace.count(500), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_nobody_waits() {
        let mut pace = Pace::new(None, None);
        assert_eq!((0..10_000).map(|_| pace.count(1 << 20)).max(), Some(Duration::ZERO));
    }
}
