//! How much of a reply was heard. The client says so now and then; in between, its playing goes on as time does.

use crate::SessionTime;

/// Clients report every 250 ms. One that is silent for longer may be asleep, and then it plays nothing.
const UNREPORTED_MS: u64 = 400;
/// Until the client begins to play, beyond the way of the first piece.
const CUSHION_MS: u64 = 300;
/// A report that is so late will not come.
const OVERDUE_MS: u64 = 1_000;

#[derive(Debug, Default)]
pub(crate) struct Playback {
    /// Given to the mouth so far.
    total_ms: u64,
    /// Where the playing stood, and when that was known.
    known: Option<Known>,
    held: bool,
    done: bool,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    position_ms: u64,
    at: SessionTime,
    /// Of a client that says how far it is: it is not believed to play beyond this without saying so again.
    until: Option<SessionTime>,
}

impl Playback {
    pub(crate) fn total_ms(&self) -> u64 {
        self.total_ms
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.known.is_some()
    }

    pub(crate) fn on_voiced(&mut self, ms: u64, now: SessionTime) {
        self.settle(now);
        self.total_ms += ms;
        if !self.held {
            self.known.get_or_insert(Known { position_ms: 0, at: now, until: None });
        }
    }

    /// The client has played so much; it is believed as far as there was something to play.
    pub(crate) fn on_played(&mut self, ms: u64, done: bool, now: SessionTime) {
        if self.total_ms == 0 {
            return;
        }
        let position_ms = ms.min(self.total_ms);
        self.known = Some(Known { position_ms, at: now, until: Some(now + UNREPORTED_MS) });
        self.done |= done;
    }

    /// Nothing is played until [`Self::go_on`].
    pub(crate) fn hold(&mut self, now: SessionTime) {
        self.settle(now);
        self.held = true;
    }

    pub(crate) fn go_on(&mut self, now: SessionTime) {
        self.held = false;
        match &mut self.known {
            Some(known) => {
                known.at = now;
                known.until = known.until.map(|_| now + UNREPORTED_MS);
            }
            None if self.total_ms > 0 => self.known = Some(Known { position_ms: 0, at: now, until: None }),
            None => (),
        }
    }

    pub(crate) fn position_ms(&self, now: SessionTime) -> u64 {
        let Some(Known { position_ms, at, until }) = self.known else {
            return 0;
        };
        if self.held {
            return position_ms;
        }
        let played_until = until.map_or(now, |until| until.min(now));
        position_ms.saturating_add(played_until.since(at)).min(self.total_ms)
    }

    /// When this position is reached, if nothing happens before.
    pub(crate) fn reaches(&self, position: u64) -> Option<SessionTime> {
        let known = self.known.filter(|_| !self.held)?;
        Some(known.at + position.saturating_sub(known.position_ms))
    }

    pub(crate) fn left_ms(&self, now: SessionTime) -> u64 {
        self.total_ms - self.position_ms(now)
    }

    /// Nothing is left to be heard.
    pub(crate) fn is_over(&self, now: SessionTime) -> bool {
        self.done || self.position_ms(now) == self.total_ms
    }

    /// When all of it was heard, as far as one can know.
    pub(crate) fn ends_at(&self) -> Option<SessionTime> {
        let known = self.known.filter(|_| !self.held)?;
        if self.done {
            return Some(known.at);
        }
        let late = if known.until.is_some() { OVERDUE_MS } else { CUSHION_MS };
        Some(known.at + (self.total_ms - known.position_ms) + late)
    }

    fn settle(&mut self, now: SessionTime) {
        let position_ms = self.position_ms(now);
        if let Some(known) = &mut self.known {
            known.position_ms = position_ms;
            known.at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> SessionTime {
        SessionTime(ms)
    }

    #[test]
    fn without_reports_playing_goes_on_as_time_does_until_nothing_is_left() {
        let mut playback = Playback::default();
        playback.on_voiced(500, at(1_000));
        assert_eq!(playback.position_ms(at(1_200)), 200);
        assert_eq!(playback.position_ms(at(9_000)), 500);
        playback.on_voiced(1_000, at(2_000));
        assert_eq!(playback.position_ms(at(2_100)), 600, "what ran dry goes on where it stopped");
    }

    #[test]
    fn a_client_that_falls_silent_is_believed_for_one_word_more() {
        let mut playback = Playback::default();
        playback.on_voiced(10_000, at(0));
        playback.on_played(750, false, at(1_000));
        assert_eq!(playback.position_ms(at(1_100)), 850);
        assert_eq!(playback.position_ms(at(60_000)), 1_150);
        playback.on_voiced(1_000, at(60_000));
        assert_eq!(playback.position_ms(at(70_000)), 1_150, "new speech does not make it play");
    }

    #[test]
    fn while_it_is_held_nothing_is_heard() {
        let mut playback = Playback::default();
        playback.on_voiced(2_000, at(0));
        playback.hold(at(300));
        assert_eq!((playback.position_ms(at(5_000)), playback.ends_at()), (300, None));
        playback.go_on(at(5_000));
        assert_eq!(playback.position_ms(at(5_100)), 400);
        assert_eq!(playback.ends_at(), Some(at(5_000 + 1_700 + CUSHION_MS)));
    }

    #[test]
    fn speech_that_comes_while_it_is_held_begins_afterwards() {
        let mut playback = Playback::default();
        playback.hold(at(0));
        playback.on_voiced(1_000, at(100));
        assert!(!playback.has_begun());
        playback.go_on(at(900));
        assert_eq!(playback.position_ms(at(1_000)), 100);
    }

    #[test]
    fn no_client_has_heard_more_than_was_said() {
        let mut playback = Playback::default();
        playback.on_voiced(1_000, at(0));
        playback.on_played(u64::MAX, true, at(10));
        assert_eq!(playback.position_ms(at(10)), 1_000);
        assert_eq!(playback.ends_at(), Some(at(10)));
    }
}
