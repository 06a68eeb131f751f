//! Writes one record. What is already there stays as it is.

use ports::{
    AnsweredRecord, EndedRecord, HeardRecord, HintRecord, Record, SegmentRecord, SessionId, SpokenRecord, StoreError,
    Timestamp,
};

use super::backend::{Transaction, execute};

pub(super) async fn write(
    transaction: &mut Transaction,
    session: &SessionId,
    record: &Record,
) -> Result<(), StoreError> {
    match record {
        Record::Numbered { event_seq } => write_numbered(transaction, session, *event_seq).await,
        Record::Segment(segment) => write_segment(transaction, session, segment).await,
        Record::Heard(heard) => write_heard(transaction, session, heard).await,
        Record::Answered(answered) => write_answered(transaction, session, answered).await,
        Record::Spoken(spoken) => write_spoken(transaction, session, spoken).await,
        Record::Ended(ended) => write_ended(transaction, session, ended).await,
        Record::Hint(hint) => write_hint(transaction, session, hint).await,
    }
}

/// A session is completed once; an abandoned one stays abandoned.
pub(super) async fn complete(
    transaction: &mut Transaction,
    session: &SessionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "UPDATE sessions SET status = 'completed', closed_at = $2
         WHERE id = $1 AND status = 'active'",
    )
    .bind(session.as_str())
    .bind(at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_hint(transaction: &mut Transaction, session: &SessionId, hint: &HintRecord) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "INSERT INTO hints (session_id, at, coach, text) VALUES ($1, $2, $3, $4)
         ON CONFLICT (session_id, at, coach) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(hint.at.0)
    .bind(hint.coach.as_str())
    .bind(&hint.text)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_numbered(transaction: &mut Transaction, session: &SessionId, event_seq: u64) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "INSERT INTO event_numbers (session_id, event_seq) VALUES ($1, $2)
         ON CONFLICT (session_id) DO UPDATE SET event_seq = excluded.event_seq
         WHERE event_numbers.event_seq < excluded.event_seq",
    )
    .bind(session.as_str())
    .bind(event_seq.cast_signed())
    .execute(&mut **t))?;
    Ok(())
}

async fn write_segment(
    transaction: &mut Transaction,
    session: &SessionId,
    segment: &SegmentRecord,
) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "INSERT INTO segments (session_id, number, object, media_type, received_bytes,
            duration_ms, through_seq, intake_state, event_seq, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (session_id, number) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(segment.number.cast_signed())
    .bind(segment.object.as_str())
    .bind(&segment.media_type)
    .bind(segment.received_bytes.cast_signed())
    .bind(segment.duration_ms.cast_signed())
    .bind(segment.through_seq.map(u64::cast_signed))
    .bind(&segment.intake_state)
    .bind(segment.event_seq.cast_signed())
    .bind(segment.at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_heard(
    transaction: &mut Transaction,
    session: &SessionId,
    heard: &HeardRecord,
) -> Result<(), StoreError> {
    let (first, last) = heard.segments.unzip();
    execute!(transaction, t => sqlx::query(
        "INSERT INTO turns (session_id, turn, text, language, confidence, provider,
            first_segment, last_segment, duration_ms, event_seq, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (session_id, turn) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(i64::from(heard.turn))
    .bind(&heard.text)
    .bind(&heard.language)
    .bind(heard.confidence.map(f64::from))
    .bind(&heard.provider)
    .bind(first.map(u64::cast_signed))
    .bind(last.map(u64::cast_signed))
    .bind(heard.duration_ms.cast_signed())
    .bind(heard.event_seq.cast_signed())
    .bind(heard.at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_answered(
    transaction: &mut Transaction,
    session: &SessionId,
    answered: &AnsweredRecord,
) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "INSERT INTO answers (session_id, turn, text, provider, input_tokens, output_tokens,
            event_seq, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (session_id, turn) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(i64::from(answered.turn))
    .bind(&answered.text)
    .bind(&answered.provider)
    .bind(answered.usage.map(|usage| i64::from(usage.input_tokens)))
    .bind(answered.usage.map(|usage| i64::from(usage.output_tokens)))
    .bind(answered.event_seq.cast_signed())
    .bind(answered.at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_spoken(
    transaction: &mut Transaction,
    session: &SessionId,
    spoken: &SpokenRecord,
) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
        "INSERT INTO speeches (session_id, turn, object, duration_ms, event_seq, at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id, turn) DO NOTHING",
    )
    .bind(session.as_str())
    .bind(i64::from(spoken.turn))
    .bind(spoken.object.as_str())
    .bind(spoken.duration_ms.cast_signed())
    .bind(spoken.event_seq.cast_signed())
    .bind(spoken.at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn write_ended(
    transaction: &mut Transaction,
    session: &SessionId,
    ended: &EndedRecord,
) -> Result<(), StoreError> {
    execute!(transaction, t => sqlx::query(
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
    .execute(&mut **t))?;
    complete(transaction, session, ended.at).await
}
