//! What the process before this one stored of the user's turns and did not come to.

use ports::{SegmentPart, SegmentRecord};
use session::Heard;

#[derive(Debug, Default)]
pub(crate) struct LeftBehind<'a> {
    /// Of turns that were said to their end.
    said: Vec<&'a SegmentRecord>,
    /// Of one that was not.
    begun: Vec<&'a SegmentRecord>,
    /// An older server did not write down what they are.
    unclear: Vec<&'a SegmentRecord>,
}

impl<'a> LeftBehind<'a> {
    /// `untranscribed` is in order.
    pub(crate) fn of(untranscribed: &'a [SegmentRecord]) -> Self {
        let mut left = Self::default();
        let mut before = None;
        for segment in untranscribed {
            if matches!(segment.part, Some(SegmentPart::GoesOn | SegmentPart::Closes)) {
                // Speech is heard a little after it began.
                left.begun.extend(before.take());
                left.begun.push(segment);
            }
            match segment.part {
                Some(SegmentPart::GoesOn) => (),
                Some(SegmentPart::Closes) => left.said.append(&mut left.begun),
                Some(SegmentPart::Leaves) => {
                    left.begun.clear();
                    before = Some(segment);
                }
                None => left.unclear.push(segment),
            }
        }
        left
    }

    pub(crate) fn said(&self) -> Option<Heard> {
        heard(&self.said)
    }

    pub(crate) fn begun(&self) -> Option<Heard> {
        heard(&self.begun)
    }

    pub(crate) fn unclear(&self) -> Option<Heard> {
        heard(&self.unclear)
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = &'a SegmentRecord> {
        self.unclear.iter().chain(&self.said).chain(&self.begun).copied()
    }
}

fn heard(segments: &[&SegmentRecord]) -> Option<Heard> {
    let (first, last) = segments.first().zip(segments.last())?;
    Some(Heard {
        first_segment: first.number,
        last_segment: last.number,
        duration_ms: segments.iter().map(|segment| segment.duration_ms).sum(),
        first_seq: None,
        last_seq: last.through_seq,
    })
}

#[cfg(test)]
mod tests {
    use SegmentPart::{Closes, GoesOn, Leaves};
    use ports::{ObjectKey, SessionId, Timestamp};

    use super::*;

    /// The numbers of what was said and what was begun, where the segments from 1 on are these parts.
    fn left(parts: &[Option<SegmentPart>]) -> (Vec<u64>, Vec<u64>) {
        let segment = |(number, part): (u64, &Option<SegmentPart>)| SegmentRecord {
            number,
            object: ObjectKey::of_session(&SessionId::parse("s").unwrap(), "audio", number, "wav"),
            media_type: "audio/wav".to_owned(),
            received_bytes: 1,
            duration_ms: 500,
            through_seq: Some(10 * number),
            part: *part,
            intake_state: Vec::new(),
            event_seq: 1,
            at: Timestamp(1),
        };
        let segments: Vec<_> = (1..).zip(parts).map(segment).collect();
        let left = LeftBehind::of(&segments);
        let numbers = |segments: &[&SegmentRecord]| segments.iter().map(|segment| segment.number).collect();
        (numbers(&left.said), numbers(&left.begun))
    }

    #[test]
    fn a_turn_that_was_closed_was_said_and_what_came_after_it_was_begun() {
        assert_eq!(left(&[Some(GoesOn), Some(Closes), Some(GoesOn)]), (vec![1, 2], vec![3]));
        assert_eq!(left(&[Some(Closes), Some(GoesOn), Some(Closes)]), (vec![1, 2, 3], vec![]));
    }

    #[test]
    fn what_belongs_to_no_turn_is_left_out_with_what_came_before_it() {
        assert_eq!(left(&[Some(Leaves), Some(GoesOn), Some(Leaves), Some(Leaves)]), (vec![], vec![]));
        assert_eq!(left(&[Some(Closes), Some(Leaves), Some(Leaves)]), (vec![1], vec![]));
    }

    #[test]
    fn the_silence_in_which_speech_began_comes_with_it() {
        assert_eq!(left(&[Some(Leaves), Some(Leaves), Some(GoesOn), Some(GoesOn)]), (vec![], vec![2, 3, 4]));
        assert_eq!(left(&[Some(Closes), Some(Leaves), Some(GoesOn), Some(Closes)]), (vec![1, 2, 3, 4], vec![]));
    }

    #[test]
    fn what_an_older_server_wrote_is_unclear() {
        assert_eq!(left(&[None, None, Some(Closes)]), (vec![3], vec![]));
    }
}
