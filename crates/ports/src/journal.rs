use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Line, ObjectKey, SessionId, StoreError, Timestamp, Usage, UserId};

/// The book of a live session. It is written before the client is told. Null characters are left out of every text.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Returns once all the records are durable. Writing the same record twice changes nothing
    /// (segments by number, turns by number), so a caller that is unsure writes again: what was recorded first stands.
    /// All records of a call are written or none, in whatever order it holds them.
    /// [`StoreError::Conflict`] once another process took the session.
    /// [`StoreError::NotFound`] for a session that the catalogue does not have, [`StoreError::Refused`] for an answer, a cut
    /// or a voice without what it follows. An [`EndedRecord`] completes the session, as the catalogue shows it.
    /// Implementations gather concurrent calls into one commit.
    async fn record(&self, session: &SessionId, records: Vec<Record>) -> Result<(), StoreError>;

    /// This process has the session from now on, and none that had it before writes anything of it any more.
    /// [`StoreError::NotFound`] when there is no such session, or it is over.
    async fn take(&self, session: &SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Whether no other process was the last one to take it.
    async fn holds(&self, session: &SessionId) -> Result<bool, StoreError>;

    /// What a new process needs to go on with a session that an old one left; `None` if nothing was recorded yet.
    async fn resume(&self, session: &SessionId) -> Result<Option<Resumption>, StoreError>;

    /// The segments of a session in order, for its recording and its report.
    async fn segments(&self, session: &SessionId) -> Result<Vec<SegmentRecord>, StoreError>;

    /// The turns of a session in order.
    async fn turns(&self, session: &SessionId) -> Result<Vec<TurnRecord>, StoreError>;

    /// What coaches whispered, oldest first.
    async fn hints(&self, session: &SessionId) -> Result<Vec<HintRecord>, StoreError>;
}

#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Events up to this number may be told from now on, so whoever resumes counts from there. The highest one stands.
    Numbered {
        event_seq: u64,
    },
    Segment(SegmentRecord),
    /// What a segment turned out to be after it was written down. The last one stands.
    Part {
        segment: u64,
        part: SegmentPart,
    },
    Heard(HeardRecord),
    Answered(AnsweredRecord),
    CutShort(CutShortRecord),
    Spoken(SpokenRecord),
    Ended(EndedRecord),
    Hint(HintRecord),
}

/// A stretch of the user's audio that the object store has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// 1, 2, 3 ... within the session.
    pub number: u64,
    pub object: ObjectKey,
    pub media_type: String,
    /// Bytes as received from the client.
    pub received_bytes: u64,
    pub duration_ms: u64,
    /// The last numbered chunk that is stored with this segment, for a client that numbers.
    pub through_seq: Option<u64>,
    /// Nothing where a server wrote it that did not say so yet.
    pub part: Option<SegmentPart>,
    /// What the intake held at the cut; a resumed session goes on from here.
    pub intake_state: Vec<u8>,
    /// The newest event the session may have used when this was written.
    pub event_seq: u64,
    pub at: Timestamp,
}

/// What a segment is to the user's turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentPart {
    /// It belongs to a turn that goes on.
    GoesOn,
    /// A turn ends with it.
    Closes,
    /// It belongs to no turn, and what came before it since a turn closed does not either.
    Leaves,
}

impl SegmentPart {
    /// As it is written down.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoesOn => "goes_on",
            Self::Closes => "closes",
            Self::Leaves => "leaves",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::GoesOn, Self::Closes, Self::Leaves].into_iter().find(|part| part.name() == name)
    }
}

/// Hints, and names of what was said, that are remembered of a session: what was said or whispered just before a connection broke
/// may come again, or have to.
pub const RESUMED: usize = 16;

/// What the user said in a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardRecord {
    pub turn: u32,
    pub text: String,
    pub language: String,
    pub confidence: Option<f32>,
    pub provider: String,
    /// First and last segment, unless the turn was typed.
    pub segments: Option<(u64, u64)>,
    /// What the client called these words when it said them, if it did.
    pub said_as: Option<String>,
    pub duration_ms: u64,
    pub event_seq: u64,
    pub at: Timestamp,
}

/// What the persona answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AnsweredRecord {
    pub turn: u32,
    pub text: String,
    pub provider: String,
    pub usage: Option<Usage>,
    pub event_seq: u64,
    pub at: Timestamp,
}

/// Of an answer only this was heard; follows its [`AnsweredRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutShortRecord {
    pub turn: u32,
    /// The beginning of the answer's text; empty where nothing was heard.
    pub heard_text: String,
    pub heard_ms: u64,
    pub event_seq: u64,
    pub at: Timestamp,
}

/// The persona's voice in a turn; follows its [`AnsweredRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenRecord {
    pub turn: u32,
    pub object: ObjectKey,
    pub duration_ms: u64,
    pub event_seq: u64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRecord {
    /// `user_ended`, `timeout`, `client_disconnect`, ...
    pub reason: String,
    pub duration_ms: u64,
    pub turns: u32,
    pub event_seq: u64,
    pub at: Timestamp,
}

/// What a coach whispered to the trainee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HintRecord {
    pub coach: UserId,
    pub text: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TurnRecord {
    pub heard: HeardRecord,
    pub answered: Option<AnsweredRecord>,
    pub cut_short: Option<CutShortRecord>,
    pub spoken: Option<SpokenRecord>,
}

impl TurnRecord {
    /// What was heard of the answer, if anything was.
    pub fn heard_answer(&self) -> Option<&str> {
        let answered = self.answered.as_ref()?;
        let heard = self.cut_short.as_ref().map_or(&answered.text, |cut| &cut.heard_text);
        (!heard.is_empty()).then_some(heard)
    }

    /// What followed in the answer after it was cut short, if anything did.
    pub fn unheard_answer(&self) -> Option<&str> {
        let (answered, cut) = (self.answered.as_ref()?, self.cut_short.as_ref()?);
        answered.text.strip_prefix(cut.heard_text.as_str()).filter(|rest| !rest.trim().is_empty())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Resumption {
    pub last_segment: Option<SegmentRecord>,
    /// Stored after what the last turn was heard from, in order; of very many, the newest.
    pub untranscribed: Vec<SegmentRecord>,
    /// The highest `through_seq` of all segments.
    pub through_seq: Option<u64>,
    pub last_turn: u32,
    pub answered_turns: u32,
    /// The last turn was heard, and nobody answered.
    pub is_unanswered: bool,
    pub last_event_seq: u64,
    /// Milliseconds of audio stored so far.
    pub duration_ms: u64,
    /// What was said and heard in every turn, oldest first. The opening is the catalogue's and not among them.
    pub history: Vec<Line>,
    /// What the client called its words, of the newest turns, oldest first.
    pub said_as: Vec<String>,
    /// The newest of what coaches whispered, oldest first.
    pub hints: Vec<HintRecord>,
    pub ended: Option<EndedRecord>,
}
