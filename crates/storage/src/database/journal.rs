//! The book of a session, written through the group commit and read from the tables.

use async_trait::async_trait;
use ports::{
    AnsweredRecord, CutShortRecord, EndedRecord, HeardRecord, HintRecord, Journal, Line, ObjectKey, RESUMED, Record,
    Resumption, SegmentPart, SegmentRecord, SessionId, Speaker, SpokenRecord, StoreError, Timestamp, TurnRecord, Usage,
    UserId,
};
use sqlx::FromRow;

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
    rows::HOLDER,
    texts::WithoutNulls as _,
};

macro_rules! select_segments {
    ($rest:literal) => {
        concat!(
            "SELECT s.number, s.object, s.media_type, s.received_bytes, s.duration_ms, s.through_seq,
                COALESCE(p.part, s.part) AS part, s.intake_state, s.event_seq, s.at
             FROM segments s LEFT JOIN segment_parts p ON p.session_id = s.session_id AND p.segment = s.number
             WHERE s.session_id = $1 ",
            $rest
        )
    };
}

#[async_trait]
impl Journal for Database {
    async fn record(&self, session: &SessionId, records: Vec<Record>) -> Result<(), StoreError> {
        let records = records.into_iter().map(Record::without_nulls).collect();
        match self.journal.record(session.clone(), records).await {
            // It is one of the records that belongs to nothing.
            Err(StoreError::NotFound(missing)) if self.find_session(session).await?.is_some() => {
                Err(StoreError::Refused(missing))
            }
            written => written,
        }
    }

    async fn take(&self, session: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        // What this process handed over when it had the session before is written or refused by now.
        self.journal.record(session.clone(), Vec::new()).await?;
        let taken = execute!(&*self.writes.turn().await?, db => sqlx::query(
            "INSERT INTO session_holders (session_id, holder, at)
             SELECT id, $2, $3 FROM sessions WHERE id = $1 AND status = 'active'
             ON CONFLICT (session_id) DO UPDATE SET holder = excluded.holder, at = excluded.at",
        )
        .bind(session.as_str())
        .bind(&*self.holder)
        .bind(at.0)
        .execute(db))?;
        if taken == 1 { Ok(()) } else { Err(StoreError::NotFound(format!("session {session}, or it is over"))) }
    }

    async fn holds(&self, session: &SessionId) -> Result<bool, StoreError> {
        let holder: Option<String> = on!(&self.reads, db => sqlx::query_scalar(HOLDER)
            .bind(session.as_str())
            .fetch_optional(db))?;
        Ok(holder.is_none_or(|holder| *holder == *self.holder))
    }

    async fn resume(&self, session: &SessionId) -> Result<Option<Resumption>, StoreError> {
        let sums = self.segment_sums(session).await?;
        let last_segment = self.last_segment(session).await?;
        let turns = self.turns(session).await?;
        let untranscribed = self.segments_after(session, last_transcribed(&turns)).await?;
        let ended = self.ending(session).await?;
        let numbered = self.numbered(session).await?;
        if numbered.is_none() && last_segment.is_none() && turns.is_empty() && ended.is_none() {
            return Ok(None);
        }
        Ok(Some(Resumption {
            last_segment,
            untranscribed,
            is_unanswered: turns.last().is_some_and(|turn| turn.answered.is_none()),
            through_seq: sums.through_seq.map(i64::cast_unsigned),
            last_turn: turns.last().map_or(0, |turn| turn.heard.turn),
            answered_turns: count_answered(&turns),
            last_event_seq: last_event_seq(&sums, &turns, ended.as_ref()).max(numbered.unwrap_or(0)),
            duration_ms: sums.duration_ms,
            said_as: newest(turns.iter().filter_map(|turn| turn.heard.said_as.clone()).collect()),
            hints: newest(self.hints(session).await?),
            history: turns.into_iter().flat_map(lines).collect(),
            ended,
        }))
    }

    async fn segments(&self, session: &SessionId) -> Result<Vec<SegmentRecord>, StoreError> {
        let rows: Vec<SegmentRow> = on!(&self.reads, db => sqlx::query_as(
            select_segments!("ORDER BY s.number"),
        )
        .bind(session.as_str())
        .fetch_all(db))?;
        Ok(rows.into_iter().map(SegmentRow::into_record).collect())
    }

    async fn hints(&self, session: &SessionId) -> Result<Vec<HintRecord>, StoreError> {
        let rows: Vec<(String, String, i64)> = on!(&self.reads, db => sqlx::query_as(
            "SELECT coach, text, at FROM hints WHERE session_id = $1 ORDER BY at, coach",
        )
        .bind(session.as_str())
        .fetch_all(db))?;
        rows.into_iter()
            .map(|(coach, text, at)| {
                let coach = UserId::parse(&coach).map_err(|error| unreadable("a coach", error))?;
                Ok(HintRecord { coach, text, at: Timestamp(at) })
            })
            .collect()
    }

    async fn turns(&self, session: &SessionId) -> Result<Vec<TurnRecord>, StoreError> {
        let rows: Vec<TurnRow> = on!(&self.reads, db => sqlx::query_as(
            "SELECT t.turn, t.text, t.language, t.confidence, t.provider, t.first_segment, t.last_segment,
                t.said_as, t.duration_ms, t.event_seq, t.at,
                a.text AS answer, a.provider AS answered_by, a.input_tokens, a.output_tokens,
                a.event_seq AS answered_event_seq, a.at AS answered_at,
                s.object AS speech, s.duration_ms AS speech_ms,
                s.event_seq AS spoken_event_seq, s.at AS spoken_at,
                c.heard_text, c.heard_ms, c.event_seq AS cut_event_seq, c.at AS cut_at
             FROM turns t
             LEFT JOIN answers a ON a.session_id = t.session_id AND a.turn = t.turn
             LEFT JOIN speeches s ON s.session_id = t.session_id AND s.turn = t.turn
             LEFT JOIN cuts c ON c.session_id = t.session_id AND c.turn = t.turn
             WHERE t.session_id = $1 ORDER BY t.turn",
        )
        .bind(session.as_str())
        .fetch_all(db))?;
        rows.into_iter().map(TurnRow::into_record).collect()
    }
}

impl Database {
    async fn numbered(&self, session: &SessionId) -> Result<Option<u64>, StoreError> {
        let numbered: Option<i64> = on!(&self.reads, db => sqlx::query_scalar(
            "SELECT event_seq FROM event_numbers WHERE session_id = $1",
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        Ok(numbered.map(i64::cast_unsigned))
    }

    async fn segment_sums(&self, session: &SessionId) -> Result<SegmentSums, StoreError> {
        on!(&self.reads, db => sqlx::query_as(
            "SELECT MAX(through_seq) AS through_seq,
                COALESCE(MAX(event_seq), 0) AS event_seq,
                CAST(COALESCE(SUM(duration_ms), 0) AS BIGINT) AS duration_ms
             FROM segments WHERE session_id = $1",
        )
        .bind(session.as_str())
        .fetch_one(db))
    }

    async fn last_segment(&self, session: &SessionId) -> Result<Option<SegmentRecord>, StoreError> {
        let row: Option<SegmentRow> = on!(&self.reads, db => sqlx::query_as(
            select_segments!("ORDER BY s.number DESC LIMIT 1"),
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        Ok(row.map(SegmentRow::into_record))
    }

    async fn segments_after(&self, session: &SessionId, number: u64) -> Result<Vec<SegmentRecord>, StoreError> {
        /// Nobody answers what was said longer ago.
        const MOST: i64 = 64;
        let rows: Vec<SegmentRow> = on!(&self.reads, db => sqlx::query_as(
            select_segments!("AND s.number > $2 ORDER BY s.number DESC LIMIT $3"),
        )
        .bind(session.as_str())
        .bind(number.cast_signed())
        .bind(MOST)
        .fetch_all(db))?;
        Ok(rows.into_iter().rev().map(SegmentRow::into_record).collect())
    }

    async fn ending(&self, session: &SessionId) -> Result<Option<EndedRecord>, StoreError> {
        let row: Option<EndingRow> = on!(&self.reads, db => sqlx::query_as(
            "SELECT reason, duration_ms, turns, event_seq, at FROM endings WHERE session_id = $1",
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        Ok(row.map(EndingRow::into_record))
    }
}

fn newest<T>(mut all: Vec<T>) -> Vec<T> {
    all.split_off(all.len().saturating_sub(RESUMED))
}

fn last_transcribed(turns: &[TurnRecord]) -> u64 {
    turns.iter().filter_map(|turn| turn.heard.segments).map(|(_, last)| last).max().unwrap_or(0)
}

fn count_answered(turns: &[TurnRecord]) -> u32 {
    let answered = turns.iter().filter(|turn| turn.answered.is_some()).count();
    u32::try_from(answered).unwrap_or(u32::MAX)
}

fn last_event_seq(sums: &SegmentSums, turns: &[TurnRecord], ended: Option<&EndedRecord>) -> u64 {
    let of_turn = |turn: &TurnRecord| {
        let answered = turn.answered.as_ref().map_or(0, |answer| answer.event_seq);
        let spoken = turn.spoken.as_ref().map_or(0, |speech| speech.event_seq);
        let cut = turn.cut_short.as_ref().map_or(0, |cut| cut.event_seq);
        turn.heard.event_seq.max(answered).max(spoken).max(cut)
    };
    let of_turns = turns.iter().map(of_turn).max().unwrap_or(0);
    let of_ending = ended.map_or(0, |ended| ended.event_seq);
    sums.event_seq.max(of_turns).max(of_ending)
}

fn lines(turn: TurnRecord) -> impl Iterator<Item = Line> {
    let persona = turn.heard_answer().map(|text| Line { speaker: Speaker::Persona, text: text.into() });
    let user = Line { speaker: Speaker::User, text: turn.heard.text.into() };
    std::iter::once(user).chain(persona)
}

#[derive(FromRow)]
struct SegmentSums {
    through_seq: Option<i64>,
    #[sqlx(try_from = "i64")]
    event_seq: u64,
    #[sqlx(try_from = "i64")]
    duration_ms: u64,
}

#[derive(FromRow)]
struct SegmentRow {
    #[sqlx(try_from = "i64")]
    number: u64,
    #[sqlx(try_from = "String")]
    object: ObjectKey,
    media_type: String,
    #[sqlx(try_from = "i64")]
    received_bytes: u64,
    #[sqlx(try_from = "i64")]
    duration_ms: u64,
    through_seq: Option<i64>,
    part: Option<String>,
    intake_state: Vec<u8>,
    #[sqlx(try_from = "i64")]
    event_seq: u64,
    at: i64,
}

impl SegmentRow {
    fn into_record(self) -> SegmentRecord {
        SegmentRecord {
            number: self.number,
            object: self.object,
            media_type: self.media_type,
            received_bytes: self.received_bytes,
            duration_ms: self.duration_ms,
            through_seq: self.through_seq.map(i64::cast_unsigned),
            part: self.part.as_deref().and_then(SegmentPart::named),
            intake_state: self.intake_state,
            event_seq: self.event_seq,
            at: Timestamp(self.at),
        }
    }
}

#[derive(FromRow)]
struct TurnRow {
    #[sqlx(try_from = "i64")]
    turn: u32,
    text: String,
    language: String,
    confidence: Option<f64>,
    provider: String,
    first_segment: Option<i64>,
    last_segment: Option<i64>,
    said_as: Option<String>,
    #[sqlx(try_from = "i64")]
    duration_ms: u64,
    #[sqlx(try_from = "i64")]
    event_seq: u64,
    at: i64,
    #[sqlx(flatten)]
    answer: AnswerColumns,
    #[sqlx(flatten)]
    speech: SpeechColumns,
    #[sqlx(flatten)]
    cut: CutColumns,
}

#[derive(FromRow)]
struct AnswerColumns {
    answer: Option<String>,
    answered_by: Option<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    answered_event_seq: Option<i64>,
    answered_at: Option<i64>,
}

#[derive(FromRow)]
struct CutColumns {
    heard_text: Option<String>,
    heard_ms: Option<i64>,
    cut_event_seq: Option<i64>,
    cut_at: Option<i64>,
}

#[derive(FromRow)]
struct SpeechColumns {
    speech: Option<String>,
    speech_ms: Option<i64>,
    spoken_event_seq: Option<i64>,
    spoken_at: Option<i64>,
}

impl TurnRow {
    fn into_record(self) -> Result<TurnRecord, StoreError> {
        Ok(TurnRecord {
            answered: self.answer.into_record(self.turn)?,
            spoken: self.speech.into_record(self.turn)?,
            cut_short: self.cut.into_record(self.turn),
            heard: HeardRecord {
                turn: self.turn,
                text: self.text,
                language: self.language,
                confidence: self.confidence.map(|confidence| confidence as f32),
                provider: self.provider,
                segments: self
                    .first_segment
                    .zip(self.last_segment)
                    .map(|(first, last)| (first.cast_unsigned(), last.cast_unsigned())),
                said_as: self.said_as,
                duration_ms: self.duration_ms,
                event_seq: self.event_seq,
                at: Timestamp(self.at),
            },
        })
    }
}

impl AnswerColumns {
    /// Without a joined row every column is null.
    fn into_record(self, turn: u32) -> Result<Option<AnsweredRecord>, StoreError> {
        let (Some(text), Some(provider), Some(event_seq), Some(at)) =
            (self.answer, self.answered_by, self.answered_event_seq, self.answered_at)
        else {
            return Ok(None);
        };
        Ok(Some(AnsweredRecord {
            turn,
            text,
            provider,
            usage: usage(self.input_tokens, self.output_tokens)?,
            event_seq: event_seq.cast_unsigned(),
            at: Timestamp(at),
        }))
    }
}

fn usage(input: Option<i64>, output: Option<i64>) -> Result<Option<Usage>, StoreError> {
    let tokens = |count| u32::try_from(count).map_err(|error| unreadable("a token count", error));
    let Some((input, output)) = input.zip(output) else {
        return Ok(None);
    };
    Ok(Some(Usage { input_tokens: tokens(input)?, output_tokens: tokens(output)? }))
}

impl CutColumns {
    fn into_record(self, turn: u32) -> Option<CutShortRecord> {
        Some(CutShortRecord {
            turn,
            heard_text: self.heard_text?,
            heard_ms: self.heard_ms?.cast_unsigned(),
            event_seq: self.cut_event_seq?.cast_unsigned(),
            at: Timestamp(self.cut_at?),
        })
    }
}

impl SpeechColumns {
    fn into_record(self, turn: u32) -> Result<Option<SpokenRecord>, StoreError> {
        let (Some(object), Some(duration_ms), Some(event_seq), Some(at)) =
            (self.speech, self.speech_ms, self.spoken_event_seq, self.spoken_at)
        else {
            return Ok(None);
        };
        Ok(Some(SpokenRecord {
            turn,
            object: ObjectKey::parse(&object).map_err(|bad| unreadable("an object key", bad))?,
            duration_ms: duration_ms.cast_unsigned(),
            event_seq: event_seq.cast_unsigned(),
            at: Timestamp(at),
        }))
    }
}

#[derive(FromRow)]
struct EndingRow {
    reason: String,
    #[sqlx(try_from = "i64")]
    duration_ms: u64,
    #[sqlx(try_from = "i64")]
    turns: u32,
    #[sqlx(try_from = "i64")]
    event_seq: u64,
    at: i64,
}

impl EndingRow {
    fn into_record(self) -> EndedRecord {
        EndedRecord {
            reason: self.reason,
            duration_ms: self.duration_ms,
            turns: self.turns,
            event_seq: self.event_seq,
            at: Timestamp(self.at),
        }
    }
}
