//! What a group of records is written with: all of it or nothing.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use ports::{SessionId, StoreError, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};
use tokio::{sync::Mutex, time::timeout};

use super::{
    backend::Backend,
    failure::{failure, sqlite_failure},
    group_commit::Entry,
    rows::{COMPLETE, HOLDER, HOLDERS_LOCKED, Row, Value},
};

pub(super) type Pen = Backend<SqlitePen, PostgresPen>;

/// Rows of one statement at most. A turn has 12 values; PostgreSQL takes 65 535 in a statement.
const ROWS: usize = 256;
/// A transaction on PostgreSQL that takes longer is given up; its callers may write again.
const DEADLINE: Duration = Duration::from_secs(10);

impl Pen {
    /// Where there are more threads than cores, whoever woke this one was stopped by it in the middle of its work, and may be about
    /// to hand over more. Where nobody else waits for the core, this takes no time.
    pub(super) fn let_more_come(&self) {
        match self {
            Self::Sqlite(_) => thread::yield_now(),
            Self::Postgres(_) => (),
        }
    }

    pub(super) async fn commit(&mut self, group: &[Entry]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(pen) => pen.commit(group).await,
            Self::Postgres(pen) => {
                let late = |_| StoreError::Unavailable(format!("no commit within {DEADLINE:?}"));
                timeout(DEADLINE, pen.commit(group)).await.map_err(late)?
            }
        }
    }
}

/// A connection of its own, without the trip to another thread that each statement of the pool's is. It blocks its thread.
pub(super) struct SqlitePen {
    /// The file is there, and is set to keep a write-ahead log.
    file: PathBuf,
    /// Until something is wrong with it.
    connection: Option<Connection>,
    /// Of whoever writes in this process.
    turn: Arc<Mutex<()>>,
    /// How long another process may hold the file.
    patience: Duration,
    /// This process.
    holder: Arc<str>,
}

impl SqlitePen {
    pub(super) fn new(file: PathBuf, turn: Arc<Mutex<()>>, patience: Duration, holder: Arc<str>) -> Self {
        Self { file, connection: None, turn, patience, holder }
    }

    async fn commit(&mut self, group: &[Entry]) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open(&self.file, self.patience).map_err(sqlite_failure)?,
        };
        let written = commit_row_by_row(&connection, group, &self.holder);
        let is_sound = !matches!(written, Err(StoreError::Unavailable(_))) && connection.is_autocommit();
        self.connection = is_sound.then_some(connection);
        written
    }
}

fn open(file: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// A statement costs SQLite little once it is prepared, and those of single rows are few. What begins and ends a transaction is
/// prepared as well.
fn commit_row_by_row(connection: &Connection, group: &[Entry], holder: &str) -> Result<(), StoreError> {
    let say = |statement| connection.prepare_cached(statement)?.execute(());
    // The lock is taken at once: another process may be writing the same file.
    say("BEGIN IMMEDIATE").map_err(sqlite_failure)?;
    let written = write_rows(connection, group, holder).and_then(|()| say("COMMIT").map_err(sqlite_failure));
    // Some failures end the transaction by themselves; a connection that cannot end it is not used again.
    if written.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    written.map(|_| ())
}

fn write_rows(connection: &Connection, group: &[Entry], holder: &str) -> Result<(), StoreError> {
    for entry in group {
        if !entry.records.is_empty() {
            let found = holder_of(connection, &entry.session).map_err(sqlite_failure)?;
            check_holder(found.as_deref(), holder)?;
        }
        write_entry(connection, entry).map_err(sqlite_failure)?;
    }
    Ok(())
}

fn write_entry(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let Entry { session, records, completed, .. } = entry;
    let mut rows: Vec<Row<'_>> = records.iter().map(|record| Row::of(session, record)).collect();
    rows.sort_by_key(|row| row.place);
    for Row { place, values } in rows {
        connection.prepare_cached(place.insertion().single)?.execute(params_from_iter(values))?;
    }
    if let Some(at) = completed {
        connection.prepare_cached(COMPLETE)?.execute((at.0, session.as_str()))?;
    }
    Ok(())
}

fn holder_of(connection: &Connection, session: &SessionId) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached(HOLDER)?.query_row((session.as_str(),), |row| row.get(0)).optional()
}

/// Of a session in which something is to be written down.
fn check_holder(found: Option<&str>, holder: &str) -> Result<(), StoreError> {
    if found.is_none_or(|found| found == holder) {
        return Ok(());
    }
    Err(StoreError::Conflict("another process has this session".to_owned()))
}

pub(super) struct PostgresPen {
    pub(super) pool: PgPool,
    /// This process.
    pub(super) holder: Arc<str>,
}

/// A statement costs PostgreSQL a trip over the network, so there is one for each table, or a few.
impl PostgresPen {
    async fn commit(&self, group: &[Entry]) -> Result<(), StoreError> {
        let mut rows: Vec<Row<'_>> = group.iter().flat_map(rows_of).collect();
        rows.sort_by_key(|row| row.place);
        let of_one_table = rows.chunk_by(|a, b| a.place == b.place);
        // It refuses a statement that changes one row twice.
        let most = |rows: &[Row<'_>]| if rows[0].place.changes_rows() { 1 } else { ROWS };
        let insertions: Vec<&[Row<'_>]> = of_one_table.flat_map(|rows| stretches(rows, most(rows))).collect();
        let completions: Vec<_> = group.iter().filter_map(|entry| Some((entry, entry.completed?))).collect();
        match (insertions.as_slice(), completions.as_slice()) {
            ([], []) => Ok(()),
            // A statement alone needs no transaction.
            ([], [(entry, at)]) => complete(&mut *self.pool.acquire().await.map_err(failure)?, entry, *at).await,
            (insertions, completions) => {
                let mut transaction = self.pool.begin().await.map_err(failure)?;
                self.check_holders(&mut transaction, group).await?;
                for rows in insertions {
                    insert(&mut transaction, rows).await?;
                }
                for (entry, at) in completions {
                    complete(&mut transaction, entry, *at).await?;
                }
                transaction.commit().await.map_err(failure)
            }
        }
    }

    /// Nobody else takes these sessions until the transaction is over.
    async fn check_holders(&self, connection: &mut PgConnection, group: &[Entry]) -> Result<(), StoreError> {
        let written = group.iter().filter(|entry| !entry.records.is_empty());
        let sessions: Vec<&str> = written.map(|entry| entry.session.as_str()).collect();
        let holders = sqlx::query_scalar::<_, String>(HOLDERS_LOCKED).bind(sessions);
        let found = holders.fetch_all(connection).await.map_err(failure)?;
        found.iter().try_for_each(|found| check_holder(Some(found), &self.holder))
    }
}

fn rows_of(entry: &Entry) -> impl Iterator<Item = Row<'_>> {
    entry.records.iter().map(|record| Row::of(&entry.session, record))
}

async fn complete(connection: &mut PgConnection, entry: &Entry, at: Timestamp) -> Result<(), StoreError> {
    let statement = sqlx::query(COMPLETE).bind(at.0).bind(entry.session.as_str());
    statement.execute(connection).await.map(|_| ()).map_err(failure)
}

/// Of one table.
async fn insert(connection: &mut PgConnection, rows: &[Row<'_>]) -> Result<(), StoreError> {
    let insertion = rows[0].place.insertion();
    let mut statement = QueryBuilder::<Postgres>::new(insertion.head);
    statement.push_values(rows, |mut row, Row { values, .. }| {
        for value in values {
            match *value {
                Value::Text(text) => row.push_bind(text),
                Value::Bytes(bytes) => row.push_bind(bytes),
                Value::Integer(number) => row.push_bind(number),
                Value::Real(number) => row.push_bind(number),
            };
        }
    });
    statement.push(insertion.tail).build().execute(connection).await.map(|_| ()).map_err(failure)
}

/// Their lengths are powers of two, so that there are few different statements to prepare.
fn stretches<T>(mut rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = rows.len().checked_ilog2()?;
        let (stretch, others) = rows.split_at(most.min(1 << power));
        rows = others;
        Some(stretch)
    })
}

#[cfg(test)]
mod tests {
    use ports::{
        HintRecord, Journal as _, ObjectKey, Record, SegmentRecord, SessionId, UserId, contract::example::open_session,
    };
    use testkit::TempDir;

    use super::*;
    use crate::Database;

    struct Desk {
        dir: TempDir,
        database: Database,
        session: SessionId,
        pen: SqlitePen,
    }

    impl Desk {
        async fn new() -> Self {
            let dir = TempDir::new();
            let file = dir.path().join("test.db");
            let database = Database::open(&format!("sqlite:{}", file.display())).await.unwrap();
            database.migrate().await.unwrap();
            let session = open_session(&database).await;
            let pen = SqlitePen::new(file, Arc::default(), Duration::from_millis(20), "desk".into());
            Self { dir, database, session, pen }
        }

        async fn write(&mut self, records: Vec<Record>) -> Result<(), StoreError> {
            self.pen.commit(&[Entry::of(self.session.clone(), records)]).await
        }

        async fn segments(&self) -> usize {
            self.database.segments(&self.session).await.unwrap().len()
        }

        fn segment(&self, number: u64) -> Record {
            Record::Segment(SegmentRecord {
                number,
                object: ObjectKey::of_session(&self.session, "audio", number, "ogg"),
                media_type: "audio/ogg".to_owned(),
                received_bytes: 0,
                duration_ms: 0,
                through_seq: None,
                part: None,
                intake_state: Vec::new(),
                event_seq: 1,
                at: Timestamp(1),
            })
        }
    }

    #[tokio::test]
    async fn a_file_that_another_process_holds_is_unavailable_and_is_written_once_it_lets_go() {
        let mut desk = Desk::new().await;
        let other = Connection::open(desk.dir.path().join("test.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let refused = desk.write(vec![desk.segment(1)]).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(desk.write(vec![desk.segment(1)]).await, Ok(()));
        assert_eq!(desk.segments().await, 1);
    }

    #[tokio::test]
    async fn a_full_file_takes_nothing_of_a_group_and_says_so_and_the_next_group_is_written() {
        let mut desk = Desk::new().await;
        desk.write(vec![desk.segment(1)]).await.unwrap();
        let connection = desk.pen.connection.as_ref().unwrap();
        let pages: i64 = connection.query_row("PRAGMA page_count", (), |row| row.get(0)).unwrap();
        connection.pragma_update(None, "max_page_count", pages).unwrap();
        let (coach, text) = (UserId::parse("cleo").unwrap(), "Breathe. ".repeat(10_000));
        let hint = Record::Hint(HintRecord { coach, text, at: Timestamp(1) });
        let full = desk.write(vec![desk.segment(2), hint]).await;
        assert!(matches!(&full, Err(StoreError::Unavailable(text)) if text.contains("make room")), "{full:?}");
        assert_eq!(desk.segments().await, 1);
        assert_eq!(desk.write(vec![desk.segment(2)]).await, Ok(()));
        assert_eq!(desk.segments().await, 2);
    }

    #[tokio::test]
    async fn a_row_without_what_it_belongs_to_takes_its_group_with_it_and_leaves_the_connection_fine() {
        let mut desk = Desk::new().await;
        let (nobody, mine) = (SessionId::parse("nobody").unwrap(), desk.session.clone());
        let group = [Entry::of(mine, vec![desk.segment(1)]), Entry::of(nobody, vec![desk.segment(1)])];
        let refused = desk.pen.commit(&group).await;
        assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
        assert_eq!(desk.segments().await, 0);
        assert!(desk.pen.connection.is_some());
        assert_eq!(desk.write(vec![desk.segment(1)]).await, Ok(()));
    }

    #[test]
    fn rows_are_cut_into_stretches_of_known_lengths_and_none_is_lost() {
        for count in [0, 1, 2, 3, 200, 511, 600] {
            let rows: Vec<usize> = (0..count).collect();
            let cut: Vec<&[usize]> = stretches(&rows, ROWS).collect();
            assert!(cut.iter().all(|rows| rows.len().is_power_of_two() && rows.len() <= ROWS));
            assert_eq!(cut.concat(), rows);
        }
    }
}
