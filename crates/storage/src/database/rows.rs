//! What of the journal goes into which table. Both databases write these rows, each in its own way.

use ports::{Record, SegmentPart, SessionId};
use rusqlite::types::{ToSqlOutput, ValueRef};

/// The insertion into one table. What is already there stays as it is.
pub(super) struct Insertion {
    /// `INSERT INTO table (columns)`
    pub(super) head: &'static str,
    /// `ON CONFLICT ...`
    pub(super) tail: &'static str,
    /// Of a single row, with question marks for its values.
    pub(super) single: &'static str,
}

pub(super) struct Row<'a> {
    pub(super) place: Place,
    pub(super) values: Vec<Value<'a>>,
}

pub(super) enum Value<'a> {
    Text(Option<&'a str>),
    Bytes(&'a [u8]),
    Integer(Option<i64>),
    Real(Option<f64>),
}

/// The tables, in the order in which what was recorded together is written: a turn before its answer, an answer before its voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Segments,
    SegmentParts,
    Turns,
    Answers,
    Cuts,
    Speeches,
    Hints,
    EventNumbers,
    Endings,
}

/// The process that has a session.
pub(super) const HOLDER: &str = "SELECT holder FROM session_holders WHERE session_id = $1";
/// Of several, on PostgreSQL, where nobody else takes them before the transaction is over. The sessions are locked first, as
/// whoever deletes one does: two that lock in different orders may wait for each other.
pub(super) const HOLDERS_LOCKED: &str = "SELECT h.holder FROM sessions s JOIN session_holders h ON h.session_id = s.id
     WHERE s.id = ANY($1) ORDER BY s.id FOR KEY SHARE OF s FOR SHARE OF h";

/// A session that is over; an abandoned one stays abandoned. SQLite numbers its values as they appear.
pub(super) const COMPLETE: &str =
    "UPDATE sessions SET status = 'completed', closed_at = $1 WHERE status = 'active' AND id = $2";

macro_rules! mark {
    ($column:ident) => {
        ", ?"
    };
}

macro_rules! insertion {
    ($table:ident: session_id $($column:ident)*; $conflict:literal) => {
        Insertion {
            head: concat!("INSERT INTO ", stringify!($table), " (session_id", $(", ", stringify!($column),)* ") "),
            tail: concat!(" ON CONFLICT ", $conflict),
            single: concat!(
                "INSERT INTO ", stringify!($table), " (session_id", $(", ", stringify!($column),)* ") VALUES (?",
                $(mark!($column),)* ") ON CONFLICT ", $conflict
            ),
        }
    };
}

impl Place {
    pub(super) fn insertion(self) -> &'static Insertion {
        static SEGMENTS: Insertion = insertion!(
            segments: session_id number object media_type received_bytes duration_ms through_seq part intake_state event_seq at;
            "DO NOTHING"
        );
        static SEGMENT_PARTS: Insertion = insertion!(
            segment_parts: session_id segment part; "(session_id, segment) DO UPDATE SET part = excluded.part"
        );
        static TURNS: Insertion = insertion!(
            turns: session_id turn text language confidence provider first_segment last_segment said_as duration_ms event_seq at;
            "DO NOTHING"
        );
        static ANSWERS: Insertion = insertion!(
            answers: session_id turn text provider input_tokens output_tokens event_seq at; "DO NOTHING"
        );
        static CUTS: Insertion = insertion!(cuts: session_id turn heard_text heard_ms event_seq at; "DO NOTHING");
        static SPEECHES: Insertion =
            insertion!(speeches: session_id turn object duration_ms event_seq at; "DO NOTHING");
        static HINTS: Insertion = insertion!(hints: session_id at coach text; "DO NOTHING");
        static EVENT_NUMBERS: Insertion = insertion!(
            event_numbers: session_id event_seq;
            "(session_id) DO UPDATE SET event_seq = excluded.event_seq
             WHERE event_numbers.event_seq < excluded.event_seq"
        );
        static ENDINGS: Insertion = insertion!(endings: session_id reason duration_ms turns event_seq at; "DO NOTHING");
        match self {
            Self::Segments => &SEGMENTS,
            Self::SegmentParts => &SEGMENT_PARTS,
            Self::Turns => &TURNS,
            Self::Answers => &ANSWERS,
            Self::Cuts => &CUTS,
            Self::Speeches => &SPEECHES,
            Self::Hints => &HINTS,
            Self::EventNumbers => &EVENT_NUMBERS,
            Self::Endings => &ENDINGS,
        }
    }

    /// Where a row is there already, it is changed.
    pub(super) fn changes_rows(self) -> bool {
        matches!(self, Self::EventNumbers | Self::SegmentParts)
    }
}

impl<'a> Row<'a> {
    pub(super) fn of(session: &'a SessionId, record: &'a Record) -> Self {
        let session = Value::from(session.as_str());
        let (place, values) = match record {
            Record::Segment(segment) => (
                Place::Segments,
                vec![
                    session,
                    segment.number.into(),
                    segment.object.as_str().into(),
                    segment.media_type.as_str().into(),
                    segment.received_bytes.into(),
                    segment.duration_ms.into(),
                    segment.through_seq.into(),
                    Value::Text(segment.part.map(SegmentPart::name)),
                    Value::Bytes(&segment.intake_state),
                    segment.event_seq.into(),
                    segment.at.0.into(),
                ],
            ),
            Record::Part { segment, part } => {
                (Place::SegmentParts, vec![session, (*segment).into(), part.name().into()])
            }
            Record::Heard(heard) => (
                Place::Turns,
                vec![
                    session,
                    heard.turn.into(),
                    heard.text.as_str().into(),
                    heard.language.as_str().into(),
                    Value::Real(heard.confidence.map(f64::from)),
                    heard.provider.as_str().into(),
                    heard.segments.map(|(first, _)| first).into(),
                    heard.segments.map(|(_, last)| last).into(),
                    Value::Text(heard.said_as.as_deref()),
                    heard.duration_ms.into(),
                    heard.event_seq.into(),
                    heard.at.0.into(),
                ],
            ),
            Record::Answered(answered) => (
                Place::Answers,
                vec![
                    session,
                    answered.turn.into(),
                    answered.text.as_str().into(),
                    answered.provider.as_str().into(),
                    answered.usage.map(|usage| u64::from(usage.input_tokens)).into(),
                    answered.usage.map(|usage| u64::from(usage.output_tokens)).into(),
                    answered.event_seq.into(),
                    answered.at.0.into(),
                ],
            ),
            Record::CutShort(cut) => (
                Place::Cuts,
                vec![
                    session,
                    cut.turn.into(),
                    cut.heard_text.as_str().into(),
                    cut.heard_ms.into(),
                    cut.event_seq.into(),
                    cut.at.0.into(),
                ],
            ),
            Record::Spoken(spoken) => (
                Place::Speeches,
                vec![
                    session,
                    spoken.turn.into(),
                    spoken.object.as_str().into(),
                    spoken.duration_ms.into(),
                    spoken.event_seq.into(),
                    spoken.at.0.into(),
                ],
            ),
            Record::Hint(hint) => {
                (Place::Hints, vec![session, hint.at.0.into(), hint.coach.as_str().into(), hint.text.as_str().into()])
            }
            Record::Numbered { event_seq } => (Place::EventNumbers, vec![session, (*event_seq).into()]),
            Record::Ended(ended) => (
                Place::Endings,
                vec![
                    session,
                    ended.reason.as_str().into(),
                    ended.duration_ms.into(),
                    ended.turns.into(),
                    ended.event_seq.into(),
                    ended.at.0.into(),
                ],
            ),
        };
        Self { place, values }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Integer(number) => number.map_or(ValueRef::Null, ValueRef::Integer),
            Self::Real(number) => number.map_or(ValueRef::Null, ValueRef::Real),
        }))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(Some(i64::from(number)))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(Some(number.cast_signed()))
    }
}

impl From<Option<u64>> for Value<'_> {
    fn from(number: Option<u64>) -> Self {
        Self::Integer(number.map(u64::cast_signed))
    }
}
