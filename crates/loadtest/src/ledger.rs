//! Which chunk filled which segment, and when it was sent.

use std::{collections::VecDeque, time::Instant};

/// The open accounts of one session. Audio comes back in the order in which it was sent.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// As the server counts them; less audio is a segment that silence closed, not a chunk.
    segment_bytes: u64,
    sent_bytes: u64,
    settled_bytes: u64,
    /// Up to which byte each chunk reaches that is not settled.
    chunks: VecDeque<(u64, Instant)>,
    /// Stored and not transcribed.
    segments: VecDeque<(String, Instant)>,
    /// Transcribed and not answered.
    turns: VecDeque<(String, Instant)>,
}

/// Turns that ended without an answer are forgotten when so many others follow.
const OPEN_TURNS: usize = 64;
const OPEN_SEGMENTS: usize = 1_024;

impl Ledger {
    pub(crate) fn new(segment_bytes: u64) -> Self {
        Self {
            segment_bytes,
            sent_bytes: 0,
            settled_bytes: 0,
            chunks: VecDeque::new(),
            segments: VecDeque::new(),
            turns: VecDeque::new(),
        }
    }

    /// Chunks that the server neither stored nor refused.
    pub(crate) fn open_chunks(&self) -> usize {
        self.chunks.len()
    }

    pub(crate) fn on_sent(&mut self, bytes: u64, at: Instant) {
        self.sent_bytes += bytes;
        self.chunks.push_back((self.sent_bytes, at));
    }

    /// Answers when the chunk was sent that filled this segment.
    pub(crate) fn on_stored(&mut self, segment: String, bytes: u64) -> Option<Instant> {
        self.settled_bytes += bytes;
        let mut filled = None;
        while let Some((reaches, at)) = self.chunks.front().copied().filter(|chunk| chunk.0 <= self.settled_bytes) {
            filled = (reaches == self.settled_bytes).then_some(at);
            self.chunks.pop_front();
        }
        let filled = filled.filter(|_| bytes >= self.segment_bytes)?;
        if self.segments.len() == OPEN_SEGMENTS {
            self.segments.pop_front();
        }
        self.segments.push_back((segment, filled));
        Some(filled)
    }

    /// The oldest chunk was sent back, or will not be stored: its size, and when it was sent.
    pub(crate) fn settle_oldest(&mut self) -> Option<(u64, Instant)> {
        let (reaches, at) = self.chunks.pop_front()?;
        let bytes = reaches - self.settled_bytes;
        self.settled_bytes = reaches;
        Some((bytes, at))
    }

    /// A turn has waited since the first of its segments was filled.
    pub(crate) fn on_transcribed(&mut self, turn: String, segments: &[String]) {
        let since = self.segments.iter().find(|(id, _)| segments.contains(id)).map(|(_, at)| *at);
        self.segments.retain(|(id, _)| !segments.contains(id));
        if let Some(since) = since {
            if self.turns.len() == OPEN_TURNS {
                self.turns.pop_front();
            }
            self.turns.push_back((turn, since));
        }
    }

    pub(crate) fn on_answered(&mut self, turn: &str) -> Option<Instant> {
        let position = self.turns.iter().position(|(id, _)| id == turn)?;
        self.turns.remove(position).map(|(_, since)| since)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sent(chunks: u64) -> (Ledger, Vec<Instant>) {
        let mut ledger = Ledger::new(32_000);
        let begin = Instant::now();
        let times: Vec<Instant> = (0..chunks).map(|chunk| begin + Duration::from_millis(chunk)).collect();
        for at in &times {
            ledger.on_sent(8_000, *at);
        }
        (ledger, times)
    }

    #[test]
    fn a_segment_is_filled_by_the_last_chunk_in_it() {
        let (mut ledger, times) = sent(9);
        assert_eq!(ledger.on_stored("1".to_owned(), 32_000), Some(times[3]));
        assert_eq!(ledger.on_stored("2".to_owned(), 32_000), Some(times[7]));
        assert_eq!(ledger.open_chunks(), 1);
    }

    #[test]
    fn a_segment_that_silence_closed_is_not_measured() {
        let (mut ledger, times) = sent(6);
        assert_eq!(ledger.on_stored("1".to_owned(), 16_000), None);
        assert_eq!(ledger.on_stored("2".to_owned(), 32_000), Some(times[5]));
    }

    #[test]
    fn a_turn_is_answered_since_its_first_segment() {
        let (mut ledger, times) = sent(8);
        ledger.on_stored("1".to_owned(), 32_000);
        ledger.on_stored("2".to_owned(), 32_000);
        ledger.on_transcribed("5".to_owned(), &["1".to_owned(), "2".to_owned()]);
        assert_eq!(ledger.on_answered("4"), None);
        assert_eq!(ledger.on_answered("5"), Some(times[3]));
        assert_eq!(ledger.on_answered("5"), None);
    }

    #[test]
    fn a_refused_chunk_does_not_shift_the_others() {
        let (mut ledger, times) = sent(5);
        assert_eq!(ledger.settle_oldest(), Some((8_000, times[0])));
        assert_eq!(ledger.on_stored("1".to_owned(), 32_000), Some(times[4]));
        assert_eq!(ledger.open_chunks(), 0);
    }
}
