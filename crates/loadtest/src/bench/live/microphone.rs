use std::{collections::BTreeSet, time::Duration};

use audio::{
    SAMPLE_RATE,
    vad::{SpeechChange, SpeechDetector, SpeechSettings},
};
use bytes::Bytes;

/// Somebody who speaks for nine seconds.
const RECORDING: &[u8] = include_bytes!("../../../../audio/tests/fixtures/sentence.wav");
const WAV_HEADER: usize = 44;
const BYTES_PER_MS: usize = SAMPLE_RATE as usize * 2 / 1_000;
/// What a browser sends at once.
pub(super) const PIECE: Duration = Duration::from_millis(100);
const PIECE_BYTES: usize = 100 * BYTES_PER_MS;
/// A phrase, which is enough to be a turn; there is a pause after it, in which the thought could be over.
const SPOKEN_MS: usize = 900;
const QUIET_BEFORE_MS: usize = 500;
/// Long enough for the answer to have begun, and too short for it to be over.
const QUIET_AFTER_MS: usize = 4_000;
/// As often as anybody is going to say it.
const ROUNDS: usize = 64;

/// An open microphone: a sentence, and a pause in which the persona begins to answer, over and over.
pub(super) struct Microphone {
    pieces: Vec<Bytes>,
    /// Pieces with which one can know that somebody speaks.
    onsets: BTreeSet<u64>,
}

impl Microphone {
    pub(super) fn new() -> anyhow::Result<Self> {
        let speech = RECORDING.get(WAV_HEADER..WAV_HEADER + SPOKEN_MS * BYTES_PER_MS);
        let speech = speech.ok_or_else(|| anyhow::anyhow!("the recording is too short"))?;
        let mut round = vec![0; QUIET_BEFORE_MS * BYTES_PER_MS];
        round.extend_from_slice(speech);
        round.resize(round.len() + QUIET_AFTER_MS * BYTES_PER_MS, 0);
        let pieces: Vec<Bytes> = round.chunks(PIECE_BYTES).map(Bytes::copy_from_slice).collect();
        let onsets = onsets(&pieces);
        anyhow::ensure!(onsets.len() == ROUNDS, "somebody begins to speak {} times in {ROUNDS} rounds", onsets.len());
        Ok(Self { pieces, onsets })
    }

    /// One round.
    pub(super) fn lasts(&self) -> Duration {
        PIECE * u32::try_from(self.pieces.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn piece(&self, number: u64) -> Bytes {
        let place = number % self.pieces.len() as u64;
        self.pieces[usize::try_from(place).unwrap_or(0)].clone()
    }

    pub(super) fn is_onset(&self, number: u64) -> bool {
        self.onsets.contains(&number)
    }
}

/// Whoever listens as the server does hears the same: once in every round somebody begins to speak.
fn onsets(pieces: &[Bytes]) -> BTreeSet<u64> {
    let mut detector = SpeechDetector::new(SpeechSettings::default());
    let mut begins = |piece: &Bytes| {
        let samples: Vec<i16> = piece.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect();
        detector.hear(&samples).iter().any(|change| matches!(change, SpeechChange::Started { .. }))
    };
    let rounds = std::iter::repeat_n(pieces, ROUNDS).flatten();
    (0..).zip(rounds).filter(|(_, piece)| begins(piece)).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_is_heard_once_soon_after_it_begins() {
        let microphone = Microphone::new().unwrap();
        let round = microphone.pieces.len() as u64;
        for (number, onset) in (0..).zip(&microphone.onsets) {
            let into_the_round = onset - number * round;
            assert!((5..9).contains(&into_the_round), "piece {into_the_round} of round {number}");
        }
    }
}
