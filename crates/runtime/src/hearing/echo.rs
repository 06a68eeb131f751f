//! A client without echo cancellation sends the persona's own voice back; the persona must not take that for the user.

use audio::EchoDetector;
use session::SoundChange;

/// An echo comes so much later than what is played.
const WAY_MS: u64 = 600;
/// What does not sound like the persona for so long, where an echo must be expected, is the user.
const CONVINCING_MS: u64 = 400;
const RATE: u64 = ports::SPEECH_RATE as u64;

/// Judges what a detector takes for speech. Positions are those of the user's audio.
pub(super) struct EchoGuard {
    detector: EchoDetector,
    /// This client sends back what it plays.
    expected: bool,
    /// Until then something may come back.
    playing_until_ms: u64,
    /// What is heard now is not believed to be the user.
    doubted: bool,
    /// Since when it has not been like the persona.
    unlike_since_ms: u64,
}

impl EchoGuard {
    pub(super) fn where_needed(echo_is_cancelled: Option<bool>) -> Option<Self> {
        match echo_is_cancelled {
            Some(true) => None,
            Some(false) => Some(Self::new(true)),
            None => Some(Self::new(false)),
        }
    }

    fn new(expected: bool) -> Self {
        Self { detector: EchoDetector::new(), expected, playing_until_ms: 0, doubted: false, unlike_since_ms: 0 }
    }

    /// The client gets this to play, after what it has got already.
    pub(super) fn play(&mut self, samples: &[i16], head_ms: u64) {
        self.detector.play(samples);
        let from = self.playing_until_ms.saturating_sub(WAY_MS).max(head_ms);
        self.playing_until_ms = from + samples.len() as u64 * 1_000 / RATE + WAY_MS;
    }

    /// The client stops to play. If it plays on later, nobody knows when: for so long everything is doubted.
    pub(super) fn stop(&mut self) {
        self.detector.stop();
    }

    /// What is left of these changes once the persona's own voice is taken out; and whether the user speaks.
    pub(super) fn judge(
        &mut self,
        samples: &[i16],
        changes: Vec<SoundChange>,
        speaking: bool,
        head_ms: u64,
    ) -> (Vec<SoundChange>, bool) {
        self.detector.hear(samples);
        let may_echo = head_ms < self.playing_until_ms;
        let is_echo = may_echo && self.detector.is_echo();
        self.expected |= is_echo;
        if is_echo {
            self.unlike_since_ms = head_ms;
        }
        let was_doubted = self.doubted;
        let mut kept = Vec::with_capacity(changes.len());
        for change in changes {
            match change {
                SoundChange::Started { .. } if may_echo && (is_echo || self.expected) => {
                    self.doubted = true;
                    self.unlike_since_ms = head_ms;
                }
                SoundChange::Stopped { .. } if self.doubted => self.doubted = false,
                SoundChange::Started { .. } | SoundChange::Stopped { .. } | SoundChange::Withdrawn => kept.push(change),
            }
        }
        if speaking && is_echo && !self.doubted {
            self.doubted = true;
            kept.push(SoundChange::Withdrawn);
        }
        let convinced = !may_echo || head_ms.saturating_sub(self.unlike_since_ms) >= CONVINCING_MS;
        if was_doubted && self.doubted && speaking && convinced {
            self.doubted = false;
            kept.push(SoundChange::Started { at_ms: self.unlike_since_ms });
        }
        (kept, speaking && !self.doubted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: SoundChange = SoundChange::Started { at_ms: 90 };
    const STOPPED: SoundChange = SoundChange::Stopped { at_ms: 300 };

    #[test]
    fn while_nothing_is_played_every_change_is_believed() {
        let mut guard = EchoGuard::new(true);
        assert_eq!(guard.judge(&[], vec![STARTED], true, 100), (vec![STARTED], true));
        assert_eq!(guard.judge(&[], vec![STOPPED], false, 400), (vec![STOPPED], false));
    }

    #[test]
    fn where_an_echo_is_expected_speech_during_playing_must_be_unlike_it_for_a_while() {
        let mut guard = EchoGuard::new(true);
        guard.play(&[0; 48_000], 0);
        assert_eq!(guard.judge(&[], vec![STARTED], true, 100), (vec![], false));
        assert_eq!(guard.judge(&[], vec![], true, 300), (vec![], false));
        let believed = SoundChange::Started { at_ms: 100 };
        assert_eq!(guard.judge(&[], vec![], true, 500), (vec![believed], true));
        assert_eq!(guard.judge(&[], vec![STOPPED], false, 700), (vec![STOPPED], false));
    }

    #[test]
    fn a_short_burst_where_an_echo_is_expected_leaves_no_trace() {
        let mut guard = EchoGuard::new(true);
        guard.play(&[0; 48_000], 0);
        assert_eq!(guard.judge(&[], vec![STARTED], true, 100), (vec![], false));
        assert_eq!(guard.judge(&[], vec![STOPPED], false, 300), (vec![], false));
        assert_eq!(guard.judge(&[], vec![STARTED], true, 9_000), (vec![STARTED], true));
    }
}
