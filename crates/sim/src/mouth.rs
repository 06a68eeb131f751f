//! The runtime's mouth: speech is let out as time passes, never too far ahead of it.

/// Of one turn. All in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Mouth {
    lead: u64,
    total: u64,
    /// How far the ear would be, had it played all the time, and when that was.
    clock: u64,
    at: u64,
    is_held: bool,
}

impl Mouth {
    pub(crate) fn new(lead: u64, is_held: bool, now: u64) -> Self {
        Self { lead, total: 0, clock: 0, at: now, is_held }
    }

    pub(crate) fn voice(&mut self, ms: u64, now: u64) {
        // Whoever has nothing left to play waits.
        let played = self.clock_at(now).min(self.total);
        (self.clock, self.at) = (played, now);
        self.total += ms;
    }

    pub(crate) fn hold(&mut self, now: u64) {
        (self.clock, self.at, self.is_held) = (self.clock_at(now), now, true);
    }

    pub(crate) fn go_on(&mut self, now: u64) {
        (self.at, self.is_held) = (now, false);
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// So much has left by now.
    pub(crate) fn let_out(&self, now: u64) -> u64 {
        let lead = if self.total > 0 && !(self.is_held && self.clock == 0) { self.lead } else { 0 };
        (self.clock_at(now) + lead).min(self.total)
    }

    fn clock_at(&self, now: u64) -> u64 {
        if self.is_held { self.clock } else { self.clock + now.saturating_sub(self.at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_leaves_ahead_of_time_but_not_too_far() {
        let mut mouth = Mouth::new(500, false, 0);
        mouth.voice(2_000, 100);
        assert_eq!((mouth.let_out(100), mouth.let_out(600), mouth.let_out(9_000)), (500, 1_000, 2_000));
    }

    #[test]
    fn while_it_is_held_nothing_more_leaves() {
        let mut mouth = Mouth::new(500, false, 0);
        mouth.voice(2_000, 0);
        mouth.hold(300);
        mouth.voice(1_000, 400);
        assert_eq!(mouth.let_out(5_000), 800);
        mouth.go_on(5_000);
        assert_eq!(mouth.let_out(5_100), 900);
    }

    #[test]
    fn what_comes_after_a_gap_is_later_by_as_much() {
        let mut mouth = Mouth::new(0, false, 0);
        mouth.voice(100, 0);
        mouth.voice(100, 1_000);
        assert_eq!(mouth.let_out(1_050), 150);
    }
}
