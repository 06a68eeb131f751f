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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_goes_on_evenly_whatever_the_wall_clock_does() {
        // The system's clock is years away from this, and stays wherever it is while a day passes here.
        let clock = Clock::starting_at(Timestamp(1_000));
        tokio::time::advance(Duration::from_secs(86_400)).await;
        assert_eq!(clock.now(), Timestamp(86_401_000));
        assert_eq!(Clock::starting_at(Timestamp(i64::MAX)).now(), Timestamp(i64::MAX));
    }
}
