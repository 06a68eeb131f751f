//! The journal and the catalogue on SQLite or PostgreSQL. Both speak the same SQL here: every query has one text and one body,
//! except that each writes the journal's rows in its own way.

mod authoring;
mod backend;
mod catalog;
mod departures;
mod failure;
mod group_commit;
mod journal;
mod pen;
mod people;
mod recordings;
mod reports;
mod retention;
mod rows;
mod scenarios;
mod schema;
mod sessions;
mod shipping;
mod texts;

use std::{
    path::Path,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use ports::StoreError;
use sqlx::{
    Executor as _,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::sleep;
use uuid::Uuid;

use self::{
    backend::{Backend, Pool, Writes},
    failure::{failure, is_busy},
    group_commit::GroupCommit,
    pen::{PostgresPen, SqlitePen},
};

const POSTGRES_CONNECTIONS: u32 = 10;
const SQLITE_READERS: u32 = 4;
/// Kilobytes, as SQLite writes them. The system's page cache holds the file too, and is shared by all readers.
const READER_CACHE: &str = "-256";
/// How long a query waits for a free connection, or for whoever is writing the same file.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a statement waits for a row that somebody else changes. A server that vanished in the middle of a transaction would
/// keep its rows until the network's own patience ends, after hours.
const POSTGRES_PATIENCE: &str = "SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '15s'";

/// People, scenarios, sessions and the book of every session.
pub struct Database {
    reads: Pool,
    /// On SQLite a pool of a single connection.
    writes: Writes,
    journal: GroupCommit,
    /// This process, among those that share the database.
    holder: Arc<str>,
}

impl Database {
    /// `sqlite://path` or `sqlite:path` creates the file and its folder when they are missing;
    /// `postgres://user:password@host/name` must exist. Touches no table: see [`Self::migrate`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Self::open_sqlite(path).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url).await;
        }
        Err(StoreError::Refused("a database URL begins with sqlite: or postgres://".to_owned()))
    }

    /// What this process is called among those that share the database; no other one is, nor was.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// How many transactions the journal has committed. Much smaller than the number of `record`
    /// calls when many sessions write at once.
    pub fn journal_commits(&self) -> u64 {
        self.journal.commits()
    }

    async fn open_sqlite(path: &str) -> Result<Self, StoreError> {
        if path.is_empty() || path == ":memory:" {
            return Err(StoreError::Refused(
                "the SQLite database must be a file: sqlite://data/repartee.db".to_owned(),
            ));
        }
        create_folder_of(Path::new(path)).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(PATIENCE)
            .foreign_keys(true);
        // A file does not hang up, so its connections are not tried before each use.
        let writes = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(PATIENCE);
        let writes = connect_patiently(writes, &options).await?;
        let reads = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .test_before_acquire(false)
            .acquire_timeout(PATIENCE)
            .connect_with(options.pragma("query_only", "on").pragma("cache_size", READER_CACHE))
            .await
            .map_err(failure)?;
        let turn = Arc::default();
        let holder = a_name();
        let pen = SqlitePen::new(path.into(), Arc::clone(&turn), PATIENCE, Arc::clone(&holder));
        let journal = GroupCommit::start(Backend::Sqlite(pen))?;
        let writes = Writes::in_turn(Backend::Sqlite(writes), turn);
        Ok(Self { reads: Backend::Sqlite(reads), writes, journal, holder })
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(failure)?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| Box::pin(async { connection.execute(POSTGRES_PATIENCE).await.map(|_| ()) }))
            .connect_with(options)
            .await
            .map_err(failure)?;
        let holder = a_name();
        let pen = PostgresPen { pool: pool.clone(), holder: Arc::clone(&holder) };
        let journal = GroupCommit::start(Backend::Postgres(pen))?;
        let writes = Writes::at_once(Backend::Postgres(pool.clone()));
        Ok(Self { reads: Backend::Postgres(pool), writes, journal, holder })
    }
}

/// It stands in object keys, so it is short; the end of a UUID of this kind is chance.
fn a_name() -> Arc<str> {
    let id = Uuid::now_v7().simple().to_string();
    Arc::from(&id[id.len() - 12..])
}

/// Of two that turn the write-ahead log of a new file on at once, SQLite refuses one without waiting.
async fn connect_patiently(pool: SqlitePoolOptions, options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let began = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && began.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
            connected => return connected.map_err(failure),
        }
    }
}

async fn create_folder_of(file: &Path) -> Result<(), StoreError> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    tokio::fs::create_dir_all(folder).await.map_err(|error| {
        StoreError::Refused(format!("cannot create the database's folder {}: {error}", folder.display()))
    })
}
