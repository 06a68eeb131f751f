use ports::{HeardRecord, SegmentRecord, SpokenRecord, Timestamp};
use serde::{Deserialize, Serialize};

use super::trainee;

/// When every piece of a session's recording is heard. What is composed and what a report points at are laid out here alike.
#[derive(Debug)]
pub struct Layout {
    segments: Vec<(u64, Span)>,
    speeches: Vec<(u32, Span)>,
    /// Speech that goes on after this was not heard any more.
    end_ms: u64,
}

/// Milliseconds from the beginning of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub begin_ms: u64,
    pub end_ms: u64,
}

/// What arrives so much later than the audio before it ended was still recorded without a pause.
const JITTER_MS: i64 = 1_500;

impl Layout {
    pub fn new(segments: &[SegmentRecord], speeches: &[SpokenRecord], until: Timestamp) -> Self {
        let heard = segments.iter().map(|segment| {
            let duration = milliseconds(segment.duration_ms);
            (segment.at.0.saturating_sub(duration), duration)
        });
        let spoken = speeches.iter().map(|speech| (speech.at.0, milliseconds(speech.duration_ms)));
        let origin = heard.clone().chain(spoken.clone()).map(|(begin, _)| begin).min().unwrap_or(0);
        // What is copied has no silence between its segments, however long nobody spoke.
        let jitter = if speeches.is_empty() && trainee::is_copied(segments) { i64::MAX } else { JITTER_MS };
        Self {
            segments: segments.iter().map(|segment| segment.number).zip(lay_out(heard, origin, jitter)).collect(),
            speeches: speeches.iter().map(|speech| speech.turn).zip(lay_out(spoken, origin, 0)).collect(),
            end_ms: since(origin, until.0),
        }
    }

    /// In the order of the records.
    pub(super) fn segments(&self) -> impl Iterator<Item = Span> {
        self.segments.iter().map(|(_, span)| *span)
    }

    pub(super) fn speeches(&self) -> impl Iterator<Item = Span> {
        self.speeches.iter().map(|(_, span)| *span)
    }

    pub(super) fn end_ms(&self) -> u64 {
        self.end_ms
    }

    /// Where a turn was recorded; `None` for one that was typed.
    pub fn heard(&self, turn: &HeardRecord) -> Option<Span> {
        let (first, last) = turn.segments?;
        let place = |number: u64| {
            let index = self.segments.binary_search_by_key(&number, |(number, _)| *number).ok()?;
            Some(self.segments[index].1)
        };
        Some(Span { begin_ms: place(first)?.begin_ms, end_ms: place(last)?.end_ms })
    }

    /// Where the persona is heard in a turn; `None` where it was silent.
    pub fn spoken(&self, turn: u32) -> Option<Span> {
        let (_, span) = self.speeches.iter().find(|(number, _)| *number == turn)?;
        let heard = Span { begin_ms: span.begin_ms, end_ms: span.end_ms.min(self.end_ms) };
        (heard.begin_ms < heard.end_ms).then_some(heard)
    }
}

impl Span {
    pub fn duration_ms(self) -> u64 {
        self.end_ms.saturating_sub(self.begin_ms)
    }

    /// What both have in common.
    pub fn within(self, other: Self) -> Option<Self> {
        let common = Self { begin_ms: self.begin_ms.max(other.begin_ms), end_ms: self.end_ms.min(other.end_ms) };
        (common.begin_ms < common.end_ms).then_some(common)
    }
}

/// Pieces with when they begin and how long they are; one voice does not overlap itself.
fn lay_out(pieces: impl Iterator<Item = (i64, i64)>, origin: i64, jitter: i64) -> impl Iterator<Item = Span> {
    let mut end = i64::MIN;
    pieces.map(move |(begin, duration)| {
        let begin = if begin < end.saturating_add(jitter) { end } else { begin };
        end = begin.saturating_add(duration);
        Span { begin_ms: since(origin, begin), end_ms: since(origin, end) }
    })
}

fn since(origin: i64, at: i64) -> u64 {
    u64::try_from(at.saturating_sub(origin)).unwrap_or(0)
}

fn milliseconds(duration: u64) -> i64 {
    i64::try_from(duration).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use ports::{ObjectKey, SessionId};

    use super::*;

    fn segment(number: u64, media_type: &str, at: i64, duration_ms: u64) -> SegmentRecord {
        SegmentRecord {
            number,
            object: ObjectKey::of_session(&SessionId::parse("one").unwrap(), "audio", number, "ogg"),
            media_type: media_type.to_owned(),
            received_bytes: 1,
            duration_ms,
            through_seq: None,
            intake_state: Vec::new(),
            event_seq: 1,
            at: Timestamp(at),
        }
    }

    fn speech(turn: u32, at: i64, duration_ms: u64) -> SpokenRecord {
        let object = ObjectKey::of_session(&SessionId::parse("one").unwrap(), "replies", turn.into(), "wav");
        SpokenRecord { turn, object, duration_ms, event_seq: 1, at: Timestamp(at) }
    }

    fn heard(first: u64, last: u64) -> HeardRecord {
        HeardRecord {
            turn: 1,
            text: String::new(),
            language: "en-US".to_owned(),
            confidence: None,
            provider: "test".to_owned(),
            segments: Some((first, last)),
            duration_ms: 0,
            event_seq: 1,
            at: Timestamp(0),
        }
    }

    fn span(begin_ms: u64, end_ms: u64) -> Option<Span> {
        Some(Span { begin_ms, end_ms })
    }

    #[test]
    fn a_turn_lies_where_its_segments_were_recorded_and_its_answer_where_it_was_spoken() {
        let wav = |number, at, duration| segment(number, "audio/wav", at, duration);
        // The second segment came late, but was recorded right after the first one; the third was not.
        let segments = [wav(1, 11_000, 1_000), wav(2, 12_700, 1_000), wav(3, 30_000, 2_000)];
        let layout = Layout::new(&segments, &[speech(1, 14_000, 3_000)], Timestamp(40_000));
        assert_eq!(layout.heard(&heard(1, 2)), span(0, 2_000));
        assert_eq!(layout.spoken(1), span(4_000, 7_000));
        assert_eq!(layout.heard(&heard(3, 3)), span(18_000, 20_000));
        assert_eq!(layout.heard(&heard(3, 4)), None);
        assert_eq!(layout.heard(&HeardRecord { segments: None, ..heard(1, 1) }), None);
        assert_eq!(layout.spoken(2), None);
    }

    #[test]
    fn what_is_copied_has_no_silence_in_it() {
        let opus = |number, at| segment(number, "audio/ogg; codecs=opus", at, 1_000);
        let (segments, until) = ([opus(1, 11_000), opus(2, 60_000)], Timestamp(90_000));
        assert_eq!(Layout::new(&segments, &[], until).heard(&heard(2, 2)), span(1_000, 2_000));
        let both = Layout::new(&segments, &[speech(1, 12_000, 100)], until);
        assert_eq!(both.heard(&heard(2, 2)), span(49_000, 50_000));
    }

    #[test]
    fn an_answer_is_not_heard_beyond_the_end() {
        let layout = Layout::new(&[], &[speech(1, 1_000, 5_000), speech(2, 9_000, 5_000)], Timestamp(4_000));
        assert_eq!(layout.spoken(1), span(0, 3_000));
        assert_eq!(layout.spoken(2), None);
    }
}
