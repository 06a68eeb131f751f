//! What a group of records is written with: all of it or nothing.

use std::time::Duration;

use ports::StoreError;
use rusqlite::{Connection, params_from_iter};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};
use tokio::time::timeout;

use super::{
    backend::Backend,
    failure::{failure, sqlite_failure},
    group_commit::Entry,
    rows::{COMPLETE, Row, Value},
};

pub(super) type Pen = Backend<Connection, PgPool>;

/// Rows of one statement at most. A turn has 11 values; PostgreSQL takes 65 535 in a statement.
const ROWS: usize = 256;
/// A transaction that takes longer is given up; its callers may write again.
const DEADLINE: Duration = Duration::from_secs(10);

impl Pen {
    pub(super) async fn commit(&mut self, group: &[Entry]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => commit_row_by_row(connection, group).map_err(sqlite_failure),
            Self::Postgres(pool) => {
                let late = |_| StoreError::Unavailable(format!("no commit within {DEADLINE:?}"));
                timeout(DEADLINE, commit_many_at_once(pool, group)).await.map_err(late)?.map_err(failure)
            }
        }
    }
}

/// A statement costs SQLite little once it is prepared, and those of single rows are few. What begins and ends a transaction is
/// prepared as well.
fn commit_row_by_row(connection: &Connection, group: &[Entry]) -> rusqlite::Result<()> {
    // The lock is taken at once: another process may be writing the same file.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
    let written = write_rows(connection, group).and_then(|()| connection.prepare_cached("COMMIT")?.execute(()));
    // Some failures end the transaction by themselves.
    if written.is_err() && !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK")?.execute(())?;
    }
    written.map(|_| ())
}

fn write_rows(connection: &Connection, group: &[Entry]) -> rusqlite::Result<()> {
    for Entry { session, records, completed, .. } in group {
        for record in records {
            let Row { place, values } = Row::of(session, record);
            connection.prepare_cached(place.insertion().single)?.execute(params_from_iter(values))?;
        }
        if let Some(at) = completed {
            connection.prepare_cached(COMPLETE)?.execute((at.0, session.as_str()))?;
        }
    }
    Ok(())
}

/// A statement costs PostgreSQL a trip over the network, so there is one for each table, or a few.
async fn commit_many_at_once(pool: &PgPool, group: &[Entry]) -> sqlx::Result<()> {
    let mut rows: Vec<Row<'_>> = group.iter().flat_map(rows_of).collect();
    rows.sort_by_key(|row| row.place);
    let completed: Vec<_> = group.iter().filter_map(|entry| Some((entry, entry.completed?))).collect();
    if let ([row], []) = (rows.as_slice(), completed.as_slice()) {
        let mut connection = pool.acquire().await?;
        return insert(&mut connection, std::slice::from_ref(row)).await;
    }
    let mut transaction = pool.begin().await?;
    for of_one_table in rows.chunk_by(|a, b| a.place == b.place) {
        // It refuses a statement that changes one row twice.
        let most = if of_one_table[0].place.changes_rows() { 1 } else { ROWS };
        for rows in stretches(of_one_table, most) {
            insert(&mut transaction, rows).await?;
        }
    }
    for (entry, at) in completed {
        sqlx::query(COMPLETE).bind(at.0).bind(entry.session.as_str()).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

fn rows_of(entry: &Entry) -> impl Iterator<Item = Row<'_>> {
    entry.records.iter().map(|record| Row::of(&entry.session, record))
}

/// Of one table.
async fn insert(connection: &mut PgConnection, rows: &[Row<'_>]) -> sqlx::Result<()> {
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
    statement.push(insertion.tail).build().execute(connection).await.map(|_| ())
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
    use super::*;

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
