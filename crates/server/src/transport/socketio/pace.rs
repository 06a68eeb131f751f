//! How fast one connection may send, and one user's connections together. Whoever is faster is not refused but slowed down:
//! nothing is lost.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A burst may be so many seconds' worth.
const BURST_SECONDS: f64 = 4.0;
/// A user's connections together may send as much as so many of them.
const CONNECTIONS: u32 = 4;

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

    /// Of all connections of a user, where one may send so much.
    pub(super) fn of_a_user(events_per_second: Option<u32>, bytes_per_second: Option<u32>) -> Mutex<Self> {
        let times = |limit: u32| limit.saturating_mul(CONNECTIONS);
        Mutex::new(Self::new(events_per_second.map(times), bytes_per_second.map(times)))
    }

    /// The same, where `shared` is that of the whole user.
    pub(super) fn count_with(&mut self, shared: &Mutex<Self>, bytes: usize) -> Duration {
        let of_user = shared.lock().unwrap_or_else(PoisonError::into_inner).count(bytes);
        self.count(bytes).max(of_user)
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
    async fn a_users_connections_share_what_four_of_them_may_send() {
        let user = Pace::of_a_user(None, Some(100));
        let mut connections: Vec<Pace> = (0..8).map(|_| Pace::new(None, Some(100))).collect();
        let mut send = |number: usize| connections[number].count_with(&user, 400);
        for number in 0..4 {
            assert_eq!(send(number), Duration::ZERO);
        }
        assert_eq!(send(4), Duration::from_secs(1));
        assert_eq!(send(5), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_nobody_waits() {
        let mut pace = Pace::new(None, None);
        assert_eq!((0..10_000).map(|_| pace.count(1 << 20)).max(), Some(Duration::ZERO));
    }
}
