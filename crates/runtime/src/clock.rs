use ports::Timestamp;
use tokio::time::Instant;

/// Wall time that never jumps: it is read once, and from then on only the monotonic clock counts.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
    wall: Timestamp,
}

impl Clock {
    pub fn starting_at(wall: Timestamp) -> Self {
        Self { began: Instant::now(), wall }
    }

    pub fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.wall.0.saturating_add(elapsed))
    }
}
