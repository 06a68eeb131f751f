//! One of two databases, and the macro that gives both the same query.

use std::{ops::Deref, sync::Arc};

use ports::StoreError;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout,
};

use super::{PATIENCE, failure::failure};

#[derive(Clone)]
pub(super) enum Backend<S, P> {
    Sqlite(S),
    Postgres(P),
}

pub(super) type Pool = Backend<SqlitePool, PgPool>;

/// Where changes go. SQLite has one writer, and lets others try again and again until one of them is lucky; so within this
/// process whoever wants to write waits for its turn, in order.
pub(super) struct Writes {
    pool: Pool,
    turn: Option<Arc<Mutex<()>>>,
}

/// The right to write until it is dropped.
pub(super) struct Turn<'a> {
    pool: &'a Pool,
    _turn: Option<MutexGuard<'a, ()>>,
}

pub(super) type Transaction = Backend<sqlx::Transaction<'static, Sqlite>, sqlx::Transaction<'static, Postgres>>;

/// Compiles `$body` once per database, with `$name` bound to the concrete pool or transaction.
/// A failed query becomes a `StoreError`.
macro_rules! on {
    ($backend:expr, $name:ident => $body:expr) => {
        match $backend {
            $crate::database::backend::Backend::Sqlite($name) => $body.await,
            $crate::database::backend::Backend::Postgres($name) => $body.await,
        }
        .map_err($crate::database::failure::failure)
    };
}

/// Executes a statement and answers how many rows it changed.
macro_rules! execute {
    ($backend:expr, $name:ident => $query:expr) => {
        match $backend {
            $crate::database::backend::Backend::Sqlite($name) => $query.await.map(|done| done.rows_affected()),
            $crate::database::backend::Backend::Postgres($name) => $query.await.map(|done| done.rows_affected()),
        }
        .map_err($crate::database::failure::failure)
    };
}

pub(super) use {execute, on};

impl Writes {
    pub(super) fn at_once(pool: Pool) -> Self {
        Self { pool, turn: None }
    }

    pub(super) fn in_turn(pool: Pool, turn: Arc<Mutex<()>>) -> Self {
        Self { pool, turn: Some(turn) }
    }

    pub(super) async fn turn(&self) -> Result<Turn<'_>, StoreError> {
        let Some(turn) = &self.turn else {
            return Ok(Turn { pool: &self.pool, _turn: None });
        };
        let late = |_| {
            let text = format!("nobody could write for {PATIENCE:?}; does another program hold the database's file?");
            StoreError::Unavailable(text)
        };
        let turn = timeout(PATIENCE, turn.lock()).await.map_err(late)?;
        Ok(Turn { pool: &self.pool, _turn: Some(turn) })
    }
}

impl Deref for Turn<'_> {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        self.pool
    }
}

impl Pool {
    /// On SQLite the lock is taken at once: a transaction that reads first and writes later could
    /// find that another connection wrote in between, and fail.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        match self {
            Self::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(Backend::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(Backend::Postgres),
        }
        .map_err(failure)
    }
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        on!(self, transaction => transaction.commit())
    }
}
