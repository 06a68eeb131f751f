//! A journal in memory that keeps the port's contract, and fails or hangs when it is told to.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ports::{
    AnsweredRecord, CutShortRecord, EndedRecord, HintRecord, Journal, Line, RESUMED, Record, Resumption, SegmentRecord,
    SessionId, Speaker, SpokenRecord, StoreError, Timestamp, TurnRecord,
};

use crate::world::Weather;

/// The book of the one session that a test plays.
#[derive(Default)]
pub(crate) struct Book(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// The process that has the session.
    holder: Option<Arc<str>>,
    is_deleted: bool,
    numbered: u64,
    segments: Vec<SegmentRecord>,
    turns: Vec<TurnRecord>,
    ended: Option<EndedRecord>,
    hints: Vec<HintRecord>,
}

impl Book {
    /// It has the session from now on.
    pub(crate) fn is_taken_by(&self, process: &str) {
        self.0.lock().unwrap().holder = Some(process.into());
    }

    /// The catalogue has the session no longer.
    pub(crate) fn is_deleted(&self) {
        self.0.lock().unwrap().is_deleted = true;
    }

    /// It has one by the same name again, of which nothing is written down.
    pub(crate) fn is_begun_anew(&self) {
        *self.0.lock().unwrap() = Pages::default();
    }

    fn is_held_by(&self, process: &str) -> bool {
        self.0.lock().unwrap().holder.as_deref().is_none_or(|holder| holder == process)
    }

    pub(crate) fn hints(&self) -> Vec<HintRecord> {
        self.0.lock().unwrap().hints.clone()
    }

    pub(crate) fn segments(&self) -> Vec<SegmentRecord> {
        self.0.lock().unwrap().segments.clone()
    }

    pub(crate) fn turns(&self) -> Vec<TurnRecord> {
        self.0.lock().unwrap().turns.clone()
    }

    pub(crate) fn ended(&self) -> Option<EndedRecord> {
        self.0.lock().unwrap().ended.clone()
    }

    pub(crate) fn has_segment(&self, number: u64) -> Option<SegmentRecord> {
        self.0.lock().unwrap().segments.iter().find(|segment| segment.number == number).cloned()
    }

    /// The highest event number that a later process knows not to use.
    pub(crate) fn counted(&self) -> u64 {
        self.resumption().map_or(0, |resumption| resumption.last_event_seq)
    }

    pub(crate) fn resumption(&self) -> Option<Resumption> {
        let pages = self.0.lock().unwrap();
        let Pages { numbered, segments, turns, ended, hints, .. } = &*pages;
        if *numbered == 0 && segments.is_empty() && turns.is_empty() && ended.is_none() {
            return None;
        }
        let of_turn = |turn: &TurnRecord| {
            let answered = turn.answered.as_ref().map_or(0, |answered| answered.event_seq);
            let spoken = turn.spoken.as_ref().map_or(0, |spoken| spoken.event_seq);
            turn.heard.event_seq.max(answered).max(spoken)
        };
        let of_segments = segments.iter().map(|segment| segment.event_seq);
        let of_ended = ended.iter().map(|ended| ended.event_seq);
        let last_event_seq = of_segments.chain(turns.iter().map(of_turn)).chain(of_ended).max().unwrap_or(0);
        Some(Resumption {
            last_segment: segments.iter().max_by_key(|segment| segment.number).cloned(),
            untranscribed: untranscribed(segments, turns),
            is_unanswered: turns.last().is_some_and(|turn| turn.answered.is_none()),
            through_seq: segments.iter().filter_map(|segment| segment.through_seq).max(),
            last_turn: turns.iter().map(|turn| turn.heard.turn).max().unwrap_or(0),
            answered_turns: turns.iter().filter(|turn| turn.answered.is_some()).count() as u32,
            last_event_seq: last_event_seq.max(*numbered),
            duration_ms: segments.iter().map(|segment| segment.duration_ms).sum(),
            history: turns.iter().flat_map(lines).collect(),
            said_as: turns.iter().filter_map(|turn| turn.heard.said_as.clone()).collect(),
            hints: hints[hints.len().saturating_sub(RESUMED)..].to_vec(),
            ended: ended.clone(),
        })
    }

    fn write(&self, record: Record) {
        let mut pages = self.0.lock().unwrap();
        match record {
            Record::Numbered { event_seq } => pages.numbered = pages.numbered.max(event_seq),
            Record::Segment(segment) => {
                if pages.segments.iter().all(|known| known.number != segment.number) {
                    pages.segments.push(segment);
                }
            }
            Record::Part { segment, part } => {
                for known in pages.segments.iter_mut().filter(|known| known.number == segment) {
                    known.part = Some(part);
                }
            }
            Record::Heard(heard) => {
                if pages.turns.iter().all(|known| known.heard.turn != heard.turn) {
                    pages.turns.push(TurnRecord { heard, answered: None, cut_short: None, spoken: None });
                }
            }
            Record::Answered(answered) => {
                let AnsweredRecord { turn, .. } = answered;
                pages.turn(turn).answered.get_or_insert(answered);
            }
            Record::CutShort(cut) => {
                let CutShortRecord { turn, .. } = cut;
                pages.turn(turn).cut_short.get_or_insert(cut);
            }
            Record::Spoken(spoken) => {
                let SpokenRecord { turn, .. } = spoken;
                pages.turn(turn).spoken.get_or_insert(spoken);
            }
            Record::Ended(ended) => {
                pages.ended.get_or_insert(ended);
            }
            Record::Hint(hint) => pages.hints.push(hint),
        }
    }
}

impl Pages {
    fn turn(&mut self, turn: u32) -> &mut TurnRecord {
        let found = self.turns.iter_mut().find(|known| known.heard.turn == turn);
        found.unwrap_or_else(|| panic!("turn {turn} was never heard"))
    }
}

fn untranscribed(segments: &[SegmentRecord], turns: &[TurnRecord]) -> Vec<SegmentRecord> {
    let last = turns.iter().filter_map(|turn| turn.heard.segments).map(|(_, last)| last).max().unwrap_or(0);
    segments.iter().filter(|segment| segment.number > last).cloned().collect()
}

fn lines(turn: &TurnRecord) -> impl Iterator<Item = Line> {
    let user = Line { speaker: Speaker::User, text: turn.heard.text.as_str().into() };
    let persona = turn.heard_answer().map(|text| Line { speaker: Speaker::Persona, text: text.into() });
    std::iter::once(user).chain(persona)
}

/// The journal as one process reaches it.
pub(crate) struct Reached {
    pub(crate) book: Arc<Book>,
    pub(crate) weather: Arc<Weather>,
    pub(crate) process: Arc<str>,
}

#[async_trait]
impl Journal for Reached {
    async fn record(&self, _: &SessionId, records: Vec<Record>) -> Result<(), StoreError> {
        let down = |()| StoreError::Unavailable("the test made the journal fail".to_owned());
        self.weather.before().await.map_err(down)?;
        if !self.book.is_held_by(&self.process) {
            return Err(StoreError::Conflict("another process has this session".to_owned()));
        }
        if self.book.0.lock().unwrap().is_deleted {
            return Err(StoreError::NotFound("this session".to_owned()));
        }
        for record in records {
            self.book.write(record);
        }
        self.weather.after().await;
        Ok(())
    }

    async fn take(&self, _: &SessionId, _: Timestamp) -> Result<(), StoreError> {
        self.book.is_taken_by(&self.process);
        Ok(())
    }

    async fn holds(&self, _: &SessionId) -> Result<bool, StoreError> {
        let is_held = self.book.is_held_by(&self.process);
        // The answer takes longer to come back than something else takes to be written.
        for _ in 0..4 {
            self.weather.after().await;
        }
        Ok(is_held)
    }

    async fn resume(&self, _: &SessionId) -> Result<Option<Resumption>, StoreError> {
        let is_deleted = self.book.0.lock().unwrap().is_deleted;
        Ok(self.book.resumption().filter(|_| !is_deleted))
    }

    async fn segments(&self, _: &SessionId) -> Result<Vec<SegmentRecord>, StoreError> {
        Ok(self.book.segments())
    }

    async fn turns(&self, _: &SessionId) -> Result<Vec<TurnRecord>, StoreError> {
        Ok(self.book.turns())
    }

    async fn hints(&self, _: &SessionId) -> Result<Vec<HintRecord>, StoreError> {
        Ok(self.book.hints())
    }
}
