//! Writes the records of many calls in few statements. What is already there stays as it is.

use std::time::Duration;

use ports::{
    AnsweredRecord, CutShortRecord, EndedRecord, HeardRecord, HintRecord, Record, SegmentRecord, SessionId,
    SpokenRecord, StoreError, Timestamp,
};
use sqlx::{PgPool, QueryBuilder, Sqlite, SqlitePool, pool::PoolConnection};
use tokio::time::timeout;

use super::{
    backend::{Backend, Pool, Writer, statement},
    failure::failure,
};

/// Rows of one statement at most. A turn binds 11 values; SQLite takes 32 766 in a statement, PostgreSQL 65 535.
const ROWS: usize = 256;
/// Statements of so many records are kept prepared; there would be too many different ones of more.
const FEW: usize = 4;
/// A transaction that takes longer is given up; its callers may write again.
const DEADLINE: Duration = Duration::from_secs(10);

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
    completed: Vec<(&'a SessionId, Timestamp)>,
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
            Record::Hint(hint) => self.hints.push((session, hint)),
            Record::Ended(ended) => {
                self.ended.push((session, ended));
                self.complete(session, ended.at);
            }
        }
    }

    /// A session is completed once; an abandoned one stays abandoned.
    pub(super) fn complete(&mut self, session: &'a SessionId, at: Timestamp) {
        self.completed.push((session, at));
    }

    /// Writes all of them or none.
    pub(super) async fn commit(&self, pool: &Pool) -> Result<(), StoreError> {
        match pool {
            Backend::Sqlite(pool) => self.commit_as_one_command(pool).await,
            Backend::Postgres(pool) => {
                let late = |_| StoreError::Unavailable(format!("no commit within {DEADLINE:?}"));
                timeout(DEADLINE, self.commit_one_by_one(pool)).await.map_err(late)?
            }
        }
    }

    /// A command to SQLite is a trip to its thread and back, which costs more than what most statements do there.
    async fn commit_as_one_command(&self, pool: &SqlitePool) -> Result<(), StoreError> {
        let alone = self.statements() <= 1;
        let mut script = QueryBuilder::<Sqlite>::new(if alone { "" } else { "BEGIN IMMEDIATE;" });
        self.write(&mut Backend::Sqlite(&mut script)).await?;
        script.push(if alone { "" } else { "COMMIT" });
        let mut doubtful = Doubtful { connection: pool.acquire().await.map_err(failure)?, is_fine: false };
        let writing = script.build().persistent(self.are_few()).execute(&mut *doubtful.connection);
        let Ok(written) = timeout(DEADLINE, writing).await else {
            return Err(StoreError::Unavailable(format!("no commit within {DEADLINE:?}")));
        };
        // A statement alone opens no transaction.
        doubtful.is_fine = alone || written.is_ok();
        written.map(|_| ()).map_err(failure)
    }

    async fn commit_one_by_one(&self, pool: &PgPool) -> Result<(), StoreError> {
        if self.statements() <= 1 {
            let mut connection = pool.acquire().await.map_err(failure)?;
            return self.write(&mut Backend::Postgres(&mut *connection)).await;
        }
        let mut transaction = pool.begin().await.map_err(failure)?;
        self.write(&mut Backend::Postgres(&mut *transaction)).await?;
        transaction.commit().await.map_err(failure)
    }

    fn statements(&self) -> usize {
        stretches(&self.segments).count()
            + stretches(&self.heard).count()
            + stretches(&self.answered).count()
            + stretches(&self.cut_short).count()
            + stretches(&self.spoken).count()
            + self.hints.len()
            + self.numbered.len()
            + self.ended.len()
            + self.completed.len()
    }

    fn are_few(&self) -> bool {
        // Whatever ended is also completed.
        let rare = self.hints.len() + self.completed.len();
        let counts = [
            self.segments.len(),
            self.heard.len(),
            self.answered.len(),
            self.cut_short.len(),
            self.spoken.len(),
            self.numbered.len(),
        ];
        rare <= 1 && counts.into_iter().all(|count| count <= FEW)
    }

    async fn write(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        for rows in stretches(&self.segments) {
            insert_segments(writer, rows).await?;
        }
        for rows in stretches(&self.heard) {
            insert_turns(writer, rows).await?;
        }
        for rows in stretches(&self.answered) {
            insert_answers(writer, rows).await?;
        }
        for rows in stretches(&self.cut_short) {
            insert_cuts(writer, rows).await?;
        }
        for rows in stretches(&self.spoken) {
            insert_speeches(writer, rows).await?;
        }
        for (session, hint) in &self.hints {
            insert_hint(writer, session, hint).await?;
        }
        for (session, event_seq) in &self.numbered {
            write_numbered(writer, session, **event_seq).await?;
        }
        for (session, ended) in &self.ended {
            insert_ending(writer, session, ended).await?;
        }
        for (session, at) in &self.completed {
            complete(writer, session, *at).await?;
        }
        Ok(())
    }
}

/// A connection that may be in the middle of a transaction: unless it is fine, what it did is undone with it. Nobody says so
/// where whoever waits for it is dropped.
struct Doubtful {
    connection: PoolConnection<Sqlite>,
    is_fine: bool,
}

impl Drop for Doubtful {
    fn drop(&mut self) {
        if !self.is_fine {
            self.connection.close_on_drop();
        }
    }
}

/// Their lengths are powers of two, so that there are few different statements to prepare.
fn stretches<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = rows.len().checked_ilog2()?;
        let (stretch, others) = rows.split_at(ROWS.min(1 << power));
        rows = others;
        Some(stretch)
    })
}

async fn complete(writer: &mut Writer<'_>, session: &SessionId, at: Timestamp) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("UPDATE sessions SET status = 'completed', closed_at = ")
        .push_bind(at.0)
        .push(" WHERE status = 'active' AND id = ")
        .push_bind(session.as_str()))
}

async fn insert_segments(writer: &mut Writer<'_>, rows: &[Row<'_, SegmentRecord>]) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO segments (session_id, number, object, media_type, received_bytes,
        duration_ms, through_seq, intake_state, event_seq, at) ")
        .push_values(rows, |mut row, (session, segment)| {
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
        .push(" ON CONFLICT DO NOTHING"))
}

async fn insert_turns(writer: &mut Writer<'_>, rows: &[Row<'_, HeardRecord>]) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO turns (session_id, turn, text, language, confidence, provider,
        first_segment, last_segment, duration_ms, event_seq, at) ")
        .push_values(rows, |mut row, (session, heard)| {
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
        .push(" ON CONFLICT DO NOTHING"))
}

async fn insert_answers(writer: &mut Writer<'_>, rows: &[Row<'_, AnsweredRecord>]) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO answers (session_id, turn, text, provider, input_tokens, output_tokens,
        event_seq, at) ")
        .push_values(rows, |mut row, (session, answered)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(answered.turn))
            .push_bind(&answered.text)
            .push_bind(&answered.provider)
            .push_bind(answered.usage.map(|usage| i64::from(usage.input_tokens)))
            .push_bind(answered.usage.map(|usage| i64::from(usage.output_tokens)))
            .push_bind(answered.event_seq.cast_signed())
            .push_bind(answered.at.0);
    })
        .push(" ON CONFLICT DO NOTHING"))
}

async fn insert_cuts(writer: &mut Writer<'_>, rows: &[Row<'_, CutShortRecord>]) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO cuts (session_id, turn, heard_text, heard_ms, event_seq, at) ")
        .push_values(rows, |mut row, (session, cut)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(cut.turn))
            .push_bind(&cut.heard_text)
            .push_bind(cut.heard_ms.cast_signed())
            .push_bind(cut.event_seq.cast_signed())
            .push_bind(cut.at.0);
    })
        .push(" ON CONFLICT DO NOTHING"))
}

async fn insert_speeches(writer: &mut Writer<'_>, rows: &[Row<'_, SpokenRecord>]) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO speeches (session_id, turn, object, duration_ms, event_seq, at) ")
        .push_values(rows, |mut row, (session, spoken)| {
        row.push_bind(session.as_str())
            .push_bind(i64::from(spoken.turn))
            .push_bind(spoken.object.as_str())
            .push_bind(spoken.duration_ms.cast_signed())
            .push_bind(spoken.event_seq.cast_signed())
            .push_bind(spoken.at.0);
    })
        .push(" ON CONFLICT DO NOTHING"))
}

async fn insert_hint(writer: &mut Writer<'_>, session: &SessionId, hint: &HintRecord) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO hints (session_id, at, coach, text) ")
        .push_values([hint], |mut row, hint| {
            row.push_bind(session.as_str()).push_bind(hint.at.0).push_bind(hint.coach.as_str()).push_bind(&hint.text);
        })
        .push(" ON CONFLICT DO NOTHING"))
}

async fn write_numbered(writer: &mut Writer<'_>, session: &SessionId, event_seq: u64) -> Result<(), StoreError> {
    statement!(writer, statement => statement
    .push("INSERT INTO event_numbers (session_id, event_seq) ")
    .push_values([event_seq], |mut row, event_seq| {
        row.push_bind(session.as_str()).push_bind(event_seq.cast_signed());
    })
    .push(
        " ON CONFLICT (session_id) DO UPDATE SET event_seq = excluded.event_seq
          WHERE event_numbers.event_seq < excluded.event_seq",
    ))
}

async fn insert_ending(writer: &mut Writer<'_>, session: &SessionId, ended: &EndedRecord) -> Result<(), StoreError> {
    statement!(writer, statement => statement
        .push("INSERT INTO endings (session_id, reason, duration_ms, turns, event_seq, at) ")
        .push_values([ended], |mut row, ended| {
            row.push_bind(session.as_str())
                .push_bind(&ended.reason)
                .push_bind(ended.duration_ms.cast_signed())
                .push_bind(i64::from(ended.turns))
                .push_bind(ended.event_seq.cast_signed())
                .push_bind(ended.at.0);
        })
        .push(" ON CONFLICT DO NOTHING"))
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin, task::Poll};

    use ports::contract::example::open_session;
    use testkit::TempDir;
    use tokio::task::yield_now;

    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn a_commit_that_is_given_up_leaves_no_transaction_open() {
        let dir = TempDir::new();
        let database = Database::open(&format!("sqlite:{}", dir.path().join("test.db").display())).await.unwrap();
        database.migrate().await.unwrap();
        let session = open_session(&database).await;
        let numbered: Vec<Record> = (1..=60).map(|event_seq| Record::Numbered { event_seq }).collect();
        let mut records = Records::default();
        numbered.iter().for_each(|record| records.add(&session, record));
        for patience in 0..200 {
            let mut commit = pin!(records.commit(&database.writes));
            for _ in 0..patience {
                if poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await.is_ready() {
                    break;
                }
                yield_now().await;
            }
        }
        assert_eq!(records.commit(&database.writes).await, Ok(()));
    }

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
