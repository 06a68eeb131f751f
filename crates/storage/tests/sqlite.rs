//! A database in one SQLite file keeps the contracts of the journal and the catalogue.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod database;

use std::{fs, sync::Mutex};

use database::migrated;
use futures_util::future::join_all;
use ports::{
    Catalog, Journal, StoreError,
    contract::{
        self,
        example::{open_session, scenario},
    },
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use storage::Database;
use testkit::TempDir;

fn url(dir: &TempDir) -> String {
    format!("sqlite://{}", dir.path().join("data/repartee.db").display())
}

struct Files(Mutex<Vec<TempDir>>);

impl Files {
    fn new() -> Self {
        Self(Mutex::default())
    }

    async fn fresh(&self) -> Database {
        let dir = TempDir::new();
        let url = url(&dir);
        self.0.lock().unwrap().push(dir);
        migrated(&url).await
    }
}

#[tokio::test]
async fn a_file_is_a_journal() {
    let files = Files::new();
    contract::journal::suite(async || files.fresh().await).await;
}

#[tokio::test]
async fn a_file_is_a_catalogue() {
    let files = Files::new();
    contract::catalog::suite(async || files.fresh().await).await;
    contract::authoring::suite(async || files.fresh().await).await;
    contract::reports::suite(async || files.fresh().await).await;
    contract::departures::suite(async || files.fresh().await).await;
}

#[tokio::test]
async fn a_new_file_has_everything_pending_until_it_is_migrated() {
    let dir = TempDir::new();
    database::a_new_database_has_everything_pending_until_it_is_migrated(&url(&dir)).await;
}

#[tokio::test]
async fn a_thousand_records_at_once_are_few_transactions() {
    let dir = TempDir::new();
    database::a_thousand_records_at_once_are_few_transactions(&url(&dir)).await;
}

#[tokio::test]
async fn of_two_versions_in_one_call_the_first_stands() {
    let dir = TempDir::new();
    database::of_two_versions_in_one_call_the_first_stands(&url(&dir)).await;
}

#[tokio::test]
async fn what_was_recorded_is_there_when_the_file_is_opened_again() {
    let dir = TempDir::new();
    database::what_was_recorded_is_there_when_the_database_is_opened_again(&url(&dir)).await;
}

#[tokio::test]
async fn two_servers_share_a_file() {
    let dir = TempDir::new();
    database::two_servers_share_a_database(&url(&dir)).await;
}

#[tokio::test]
async fn many_open_a_new_file_at_once() {
    for _ in 0..10 {
        let dir = TempDir::new();
        let opened = join_all((0..8).map(async |_| migrated(&url(&dir)).await)).await;
        assert_eq!(opened.len(), 8);
    }
}

/// As it was before the journal came: the first migration, and rows.
#[tokio::test]
async fn an_older_file_keeps_its_rows_when_it_is_migrated() {
    let dir = TempDir::new();
    let file = dir.path().join("old.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut old = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::migrate!("../../migrations/sqlite").run_to(1, &mut old).await.unwrap();
    for row in [
        "INSERT INTO users VALUES ('ann', 'ann@example.com', 'Ann', NULL, NULL, NULL, 'coach', TRUE, 1, 2)",
        "INSERT INTO scenarios VALUES ('budget', '{}', FALSE, 1, 1)",
        "INSERT INTO sessions VALUES ('s', 'ann', 'budget', 'Yes?', FALSE, 'active', 3, NULL)",
    ] {
        sqlx::query(row).execute(&mut old).await.unwrap();
    }
    old.close().await.unwrap();

    let database = Database::open(&format!("sqlite:{}", file.display())).await.unwrap();
    let pending = database.pending_migrations().await.unwrap();
    assert_eq!((pending.len(), pending[0].as_str()), (8, "0002 journal"));
    database.migrate().await.unwrap();
    let session = ports::SessionId::parse("s").unwrap();
    database.record(&session, vec![database::segment(&session, 1)]).await.unwrap();
    let row = database.session(&session).await.unwrap().unwrap();
    assert_eq!((row.messages, row.score), (1, None));
    let ann = database.user_by_email("ann@example.com").await.unwrap().unwrap();
    assert_eq!(ann.role, ports::Role::Coach);
    database.ship_scenarios(&[scenario("budget", "No budget left")], ports::Timestamp(9)).await.unwrap();
    let budget = database.scenario("budget").await.unwrap().unwrap();
    assert_eq!((budget.author, budget.created_at), (None, ports::Timestamp(1)));
    database.depart(&ann.id, ports::Timestamp(10)).await.unwrap();
    assert_eq!(database.departures(ports::Timestamp(0)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_that_a_newer_version_migrated_still_works() {
    let dir = TempDir::new();
    let url = url(&dir);
    migrated(&url).await;
    let options = SqliteConnectOptions::new().filename(dir.path().join("data/repartee.db"));
    let mut newer = SqliteConnection::connect_with(&options).await.unwrap();
    for change in [
        "ALTER TABLE sessions ADD COLUMN mood TEXT",
        "INSERT INTO _sqlx_migrations VALUES (9999, 'mood', CURRENT_TIMESTAMP, TRUE, x'00', 1)",
    ] {
        sqlx::query(change).execute(&mut newer).await.unwrap();
    }
    let database = migrated(&url).await;
    let session = open_session(&database).await;
    assert!(database.session(&session).await.unwrap().is_some());
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_with_the_reason() {
    for (url, says) in [
        ("mysql://host/name", "begins with"),
        ("sqlite:", "must be a file"),
        ("sqlite::memory:", "must be a file"),
        ("sqlite:///proc/nowhere/repartee.db", "folder"),
    ] {
        let refused = Database::open(url).await.err();
        assert!(matches!(&refused, Some(StoreError::Refused(text)) if text.contains(says)), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let dir = TempDir::new();
    let file = dir.path().join("text.db");
    fs::write(&file, "this is no database, however long it may be ".repeat(100)).unwrap();
    let refused = Database::open(&format!("sqlite:{}", file.display())).await.err();
    assert!(matches!(refused, Some(StoreError::Refused(_))), "{refused:?}");
}
