//! Writes the records of many calls in few statements. What is already there stays as it is.

use ports::{
    AnsweredRecord, CutShortRecord, EndedRecord, HeardRecord, HintRecord, Record, SegmentRecord, SessionId,
    SpokenRecord, StoreError, Timestamp,
};

use super::backend::{Connection, execute, insert};

/// Rows of one statement at most. A turn binds 11 values; SQLite takes 32 766 in a statement, PostgreSQL 65 535.
const ROWS: usize = 256;

type Row<'a, T> = (&'a SessionId, &'a T);

/// Records in the order in which they are written: a turn before its answer, an answer before its voice.
#[derive(Default)]
pub(super) struct Records<'a> {
    segments: Vec<Row<'a, SegmentRecord>>,
    heard: Vec<Row<'a, HeardRecord>>,
    answered: Vec<Row<'a, AnsweredRecord>>,
    cut_short: Vec<Row<'a, CutShortRecord>>,
    spoken: Vec<Row<'a, SpokenRecord>>,
    hints: Vec<Row<'a, HintRecord>>,
    numbered: Vec<Row<'a, u64>>,
    ended: Vec<Row<'a, EndedRecord>>,
}

impl<'a> Records<'a> {
    pub(super) fn add(&mut self, session: &'a SessionId, record: &'a Record) {
        match record {
            Record::Numbered { event_seq } => self.numbered.push((session, event_seq)),
            Record::Segment(segment) => self.segments.push((session, segment)),
            Record::Heard(heard) => self.heard.push((session, heard)),
            Record::Answered(answered) => self.answered.push((session, answered)),
            Record::CutShort(cut) => self.cut_short.push((session, cut)),
            Record::Spoken(spoken) => self.spoken.push((session, spoken)),
            Record::Ended(ended) => self.ended.push((session, ended)),
            Record::Hint(hint) => self.hints.push((session, hint)),
        }
    }

    /// Then they are written whole or not at all without a transaction around them.
    pub(super) fn are_one_statement(&self) -> bool {
        let statements = stretches(&self.segments).count()
            + stretches(&self.heard).count()
            + stretches(&self.answered).count()
            + stretches(&self.cut_short).count()
            + stretches(&self.spoken).count()
            + self.hints.len()
            + self.numbered.len();
        self.ended.is_empty() && statements <= 1
    }

    pub(super) async fn write(&self, connection: &mut Connection<'_>) -> Result<(), StoreError> {
        for rows in stretches(&self.segments) {
            insert_segments(connection, rows).await?;
        }
        for rows in stretches(&self.heard) {
            insert_turns(connection, rows).await?;
        }
        for rows in stretches(&self.answered) {
            insert_answers(connection, rows).await?;
        }
        for rows in stretches(&self.cut_short) {
            insert_cuts(connection, rows).await?;
        }
        for rows in stretches(&self.spoken) {
            insert_speeches(connection, rows).await?;
        }
        for (session, hint) in &self.hints {
            write_hint(connection, session, hint).await?;
        }
        for (session, event_seq) in &self.numbered {
            write_numbered(connection, session, **event_seq).await?;
        }
        for (session, ended) in &self.ended {
            write_ended(connection, session, ended).await?;
        }
        Ok(())
    }
}

/// Their lengths are powers of two, so that a connection knows every statement after a while and
/// need not prepare it again for each number of rows.
fn stretches<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = rows.len().checked_ilog2()?;
        let (stretch, others) = rows.split_at(ROWS.min(1 << power));
        rows = others;
        Some(stretch)
    })
}

/// A session is completed once; an abandoned one stays abandoned.
pub(super) async fn complete(
    connection: &mut Connection<'_>,
    session: &SessionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(connection, c => sqlx::query(
        "UPDATE sessions SET status = 'completed', closed_at = $2
         WHERE id = $1 AND status = 'active'",
    )
    .bind(session.as_str())
    .bind(at.0)
    .execute(&mut **c))?;
    Ok(())
}

async fn insert_segments(connection: &mut Connection<'_>, rows: &[Row<'_, SegmentRecord>]) -> Result<(), StoreError> {
    let into = "INSERT INTO segments (session_id, number, object, media_type, received_bytes,
        duration_ms, through_seq, intake_state, event_seq, at) ";
    insert!(connection, into, rows, |mut row, (session, segment)| {
        row.push_bind(session.as_str())
            .push_bind(segment.number.cast_signed())
            .push_bind(segment.object.as_str())
            .push_bind(&segment.media_type)
            .push_bind(segment.received_bytes.cast_signed())
            .push_bind(segment.duration_ms.cast_signed())
            .push_bind(segment.through_seq.map(u64::cast_signed))
            .push_bind(&segment.intake_state)
            .push_bind(segment.event_seq.cast_signed())
            .push_bind(segment.at.0);
    })
}

async fn insert_turns(connection: &mut Connection<'_>, rows: &[Row<'_, HeardRecord>]) -> Result<(), StoreError> {
    let into = "INSERT INTO turns (session_id, turn, text, language, confidence, provider,
        first_segment, last_segment, duration_ms, event_seq, at) ";
    insert!(connection, into, rows, |mut row, (session, heard)| {
        let (first, last) = heard.segments.unzip();
        row.push_bind(session.as_str())
            .push_bind(i64::from(heard.turn))
            .push_bind(&heard.text)
            .push_bind(&heard.language)
            .push_bind(heard.confidence.map(f64::from))
            .push_bind(&heard.provider)
            .push_bind(first.map(u64::cast_signed))
            .push_bind(last.map(u64::cast_signed))
            .push_bind(heard.duration_ms.cast_signed())
            .push_bind(heard.event_seq.cast_signed())
            .push_bind(heard.at.0);
    })
}

async fn insert_answers(connection: &mut Connection<'_>, rows: &[Row<'_, AnsweredRecord>]) -> Result<(), StoreError> {
    let into = "INSERT INTO answers (session_id, turn, text, provider, input_tokens, output_tokens,
        event_seq, at) ";
    insert!(connection, into, rows, |mut row, (session, answered)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(answered.turn))
            .push_bind(&answered.text)
            .push_bind(&answered.provider)
            .push_bind(answered.usage.map(|usage| i64::from(usage.input_tokens)))
            .push_bind(answered.usage.map(|usage| i64::from(usage.output_tokens)))
            .push_bind(answered.event_seq.cast_signed())
            .push_bind(answered.at.0);
    })
}

async fn insert_cuts(connection: &mut Connection<'_>, rows: &[Row<'_, CutShortRecord>]) -> Result<(), StoreError> {
    let into = "INSERT INTO cuts (session_id, turn, heard_text, heard_ms, event_seq, at) ";
    insert!(connection, into, rows, |mut row, (session, cut)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(cut.turn))
            .push_bind(&cut.heard_text)
            .push_bind(cut.heard_ms.cast_signed())
            .push_bind(cut.event_seq.cast_signed())
            .push_bind(cut.at.0);
    })
}

async fn insert_speeches(connection: &mut Connection<'_>, rows: &[Row<'_, SpokenRecord>]) -> Result<(), StoreError> {
    let into = "INSERT INTO speeches (session_id, turn, object, duration_ms, event_seq, at) ";
    insert!(connection, into, rows, |mut row, (session, spoken)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(spoken.turn))
            .push_bind(spoken.object.as_str())
            .push_bind(spoken.duration_ms.cast_signed())
            .push_bind(spoken.event_seq.cast_signed())
            .push_bind(spoken.at.0);
    })
}

async fn write_hint(connection: &mut Connection<'_>, session: &SessionId, hint: &HintRecord) -> Result<(), StoreError> {
    execute!(connection, c => sqlx::query(
        "INSERT INTO hints (session_id, at, coach, text) VALUES ($1, $2, $3, $4)
         ON CONFLICT (session_id, at, coach) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(hint.at.0)
    .bind(hint.coach.as_str())
    .bind(&hint.text)
    .execute(&mut **c))?;
    Ok(())
}

async fn write_numbered(
    connection: &mut Connection<'_>,
    session: &SessionId,
    event_seq: u64,
) -> Result<(), StoreError> {
    execute!(connection, c => sqlx::query(
        "INSERT INTO event_numbers (session_id, event_seq) VALUES ($1, $2)
         ON CONFLICT (session_id) DO UPDATE SET event_seq = excluded.event_seq
         WHERE event_numbers.event_seq < excluded.event_seq",
    )
    .bind(session.as_str())
    .bind(event_seq.cast_signed())
    .execute(&mut **c))?;
    Ok(())
}

async fn write_ended(
    connection: &mut Connection<'_>,
    session: &SessionId,
    ended: &EndedRecord,
) -> Result<(), StoreError> {
    execute!(connection, c => sqlx::query(
        "INSERT INTO endings (session_id, reason, duration_ms, turns, event_seq, at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(&ended.reason)
    .bind(ended.duration_ms.cast_signed())
    .bind(i64::from(ended.turns))
    .bind(ended.event_seq.cast_signed())
    .bind(ended.at.0)
    .execute(&mut **c))?;
    complete(connection, session, ended.at).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_stretches_of_known_lengths_and_none_is_lost() {
        for count in [0, 1, 2, 3, 200, 511, 600] {
            let rows: Vec<usize> = (0..count).collect();
            let cut: Vec<&[usize]> = stretches(&rows).collect();
            assert!(cut.iter().all(|rows| rows.len().is_power_of_two() && rows.len() <= ROWS));
            assert_eq!(cut.concat(), rows);
        }
    }
}
