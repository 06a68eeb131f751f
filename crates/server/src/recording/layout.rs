use std::collections::BTreeSet;

use ports::{HeardRecord, SegmentRecord, Timestamp, TurnRecord};
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
/// The same for what begins a turn: there a pause is likely.
const TURN_JITTER_MS: i64 = 250;

impl Layout {
    pub fn new(segments: &[SegmentRecord], turns: &[TurnRecord], until: Timestamp) -> Self {
        let begin = |segment: &SegmentRecord| segment.at.0.saturating_sub(milliseconds(segment.duration_ms));
        let speeches: Vec<Speech> = turns.iter().filter_map(Speech::of).collect();
        let begins = segments.iter().map(begin).chain(speeches.iter().map(|speech| speech.begin));
        let origin = begins.min().unwrap_or(0);
        // What is copied has no silence between its segments, however long nobody spoke.
        let is_copied = speeches.is_empty() && trainee::is_copied(segments);
        let first: BTreeSet<u64> = turns.iter().filter_map(|turn| Some(turn.heard.segments?.0)).collect();
        let jitter = |number: u64| match first.contains(&number) {
            _ if is_copied => i64::MAX,
            true => TURN_JITTER_MS,
            false => JITTER_MS,
        };
        let mut end = i64::MIN;
        let recorded = |segment: &SegmentRecord| {
            let begin = begin(segment);
            let begin = if begin < end.saturating_add(jitter(segment.number)) { end } else { begin };
            end = begin.saturating_add(milliseconds(segment.duration_ms));
            (segment.number, span(origin, begin, end))
        };
        Self {
            segments: segments.iter().map(recorded).collect(),
            speeches: speeches.iter().enumerate().map(|(index, _)| place_speech(origin, &speeches[index..])).collect(),
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

/// What was heard of an answer, where nothing follows it.
struct Speech {
    turn: u32,
    begin: i64,
    end: i64,
}

impl Speech {
    /// All of it may have been kept before it was talked over.
    fn of(turn: &TurnRecord) -> Option<Self> {
        let spoken = turn.spoken.as_ref()?;
        let heard_ms = turn.cut_short.as_ref().map_or(u64::MAX, |cut| cut.heard_ms);
        let begin = spoken.at.0;
        let end = begin.saturating_add(milliseconds(spoken.duration_ms.min(heard_ms)));
        Some(Self { turn: spoken.turn, begin, end })
    }
}

/// The first of these. The one that follows it cuts it short: the persona has one mouth.
fn place_speech(origin: i64, speeches: &[Speech]) -> (u32, Span) {
    let speech = &speeches[0];
    let next = speeches.get(1).map_or(i64::MAX, |next| next.begin);
    (speech.turn, span(origin, speech.begin, speech.end.min(next)))
}

fn span(origin: i64, begin: i64, end: i64) -> Span {
    Span { begin_ms: since(origin, begin), end_ms: since(origin, end) }
}

fn since(origin: i64, at: i64) -> u64 {
    u64::try_from(at.saturating_sub(origin)).unwrap_or(0)
}

fn milliseconds(duration: u64) -> i64 {
    i64::try_from(duration).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use ports::{CutShortRecord, ObjectKey, SessionId, SpokenRecord};

    use super::*;

    fn segment(number: u64, media_type: &str, at: i64, duration_ms: u64) -> SegmentRecord {
        SegmentRecord {
            number,
            object: ObjectKey::of_session(&SessionId::parse("one").unwrap(), "audio", number, "ogg"),
            media_type: media_type.to_owned(),
            received_bytes: 1,
            duration_ms,
            through_seq: None,
            part: None,
            intake_state: Vec::new(),
            event_seq: 1,
            at: Timestamp(at),
        }
    }

    fn turn(number: u32, segments: Option<(u64, u64)>, spoken: Option<(i64, u64)>) -> TurnRecord {
        let heard = HeardRecord {
            turn: number,
            text: String::new(),
            language: "en-US".to_owned(),
            confidence: None,
            provider: "test".to_owned(),
            segments,
            said_as: None,
            duration_ms: 0,
            event_seq: 1,
            at: Timestamp(0),
        };
        let object = ObjectKey::of_session(&SessionId::parse("one").unwrap(), "replies", number.into(), "wav");
        let spoken = spoken.map(|(at, duration_ms)| SpokenRecord {
            turn: number,
            object,
            duration_ms,
            event_seq: 1,
            at: Timestamp(at),
        });
        TurnRecord { heard, answered: None, cut_short: None, spoken }
    }

    fn some(begin_ms: u64, end_ms: u64) -> Option<Span> {
        Some(Span { begin_ms, end_ms })
    }

    fn wav(number: u64, at: i64, duration_ms: u64) -> SegmentRecord {
        segment(number, "audio/wav", at, duration_ms)
    }

    #[test]
    fn a_turn_lies_where_its_segments_were_recorded_and_its_answer_where_it_was_spoken() {
        // The second segment came late, but was recorded right after the first one; the third was not.
        let segments = [wav(1, 11_000, 1_000), wav(2, 12_700, 1_000), wav(3, 30_000, 2_000)];
        let turns = [turn(1, Some((1, 2)), Some((14_000, 3_000))), turn(2, Some((3, 3)), None), turn(3, None, None)];
        let layout = Layout::new(&segments, &turns, Timestamp(40_000));
        assert_eq!((layout.heard(&turns[0].heard), layout.spoken(1)), (some(0, 2_000), some(4_000, 7_000)));
        assert_eq!((layout.heard(&turns[1].heard), layout.spoken(2)), (some(18_000, 20_000), None));
        assert_eq!((layout.heard(&turns[2].heard), layout.spoken(3)), (None, None));
        assert_eq!(layout.heard(&turn(4, Some((3, 4)), None).heard), None);
    }

    #[test]
    fn who_speaks_again_at_once_is_not_moved_to_the_turn_before() {
        let segments = [wav(1, 11_000, 1_000), wav(2, 13_000, 1_000), wav(3, 14_100, 1_000)];
        let turns = [turn(1, Some((1, 1)), None), turn(2, Some((2, 2)), None), turn(3, Some((3, 3)), None)];
        let layout = Layout::new(&segments, &turns, Timestamp(40_000));
        let heard = turns.each_ref().map(|turn| layout.heard(&turn.heard));
        assert_eq!(heard, [some(0, 1_000), some(2_000, 3_000), some(3_000, 4_000)]);
    }

    #[test]
    fn what_is_copied_has_no_silence_in_it() {
        let opus = |number, at| segment(number, "audio/ogg; codecs=opus", at, 1_000);
        let (segments, until) = ([opus(1, 11_000), opus(2, 60_000)], Timestamp(90_000));
        let copied = [turn(1, Some((1, 1)), None), turn(2, Some((2, 2)), None)];
        assert_eq!(Layout::new(&segments, &copied, until).heard(&copied[1].heard), some(1_000, 2_000));
        let both = [turn(1, Some((1, 1)), Some((12_000, 100))), turn(2, Some((2, 2)), None)];
        assert_eq!(Layout::new(&segments, &both, until).heard(&both[1].heard), some(49_000, 50_000));
    }

    #[test]
    fn an_answer_is_cut_short_by_the_next_one_and_by_the_end() {
        let turns = [
            turn(1, None, Some((1_000, 5_000))),
            turn(2, None, Some((3_000, 5_000))),
            turn(3, None, Some((9_000, 5_000))),
        ];
        let layout = Layout::new(&[], &turns, Timestamp(4_000));
        assert_eq!([1, 2, 3].map(|turn| layout.spoken(turn)), [some(0, 2_000), some(2_000, 3_000), None]);
    }

    #[test]
    fn an_answer_that_was_kept_whole_ends_where_it_was_talked_over() {
        let mut turns = [turn(1, None, Some((1_000, 5_000))), turn(2, None, Some((9_000, 5_000)))];
        for (turn, heard_ms) in turns.iter_mut().zip([1_500, 0]) {
            let (turn_number, at) = (turn.heard.turn, Timestamp(0));
            let heard_text = String::new();
            turn.cut_short = Some(CutShortRecord { turn: turn_number, heard_text, heard_ms, event_seq: 2, at });
        }
        let layout = Layout::new(&[], &turns, Timestamp(40_000));
        assert_eq!([1, 2].map(|turn| layout.spoken(turn)), [some(0, 1_500), None]);
    }
}
