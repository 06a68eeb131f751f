//! A database in one SQLite file keeps the contracts of the journal and the catalogue.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod database;

use std::{fs, sync::Mutex};

use database::migrated;
use futures_util::future::join_all;
use ports::{
    AnsweredRecord, Catalog, Journal, Record, StoreError,
    contract::{
        self,
        example::{open_session, scenario},
    },
};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
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
async fn what_stands_twice_in_one_call_is_written_once() {
    let dir = TempDir::new();
    database::what_stands_twice_in_one_call_is_written_once(&url(&dir)).await;
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
async fn of_two_servers_only_the_one_that_took_a_session_last_goes_on_with_it() {
    let dir = TempDir::new();
    database::of_two_servers_only_the_one_that_took_a_session_last_goes_on_with_it(&url(&dir)).await;
}

#[tokio::test]
async fn a_busy_journal_lets_others_write_in_turn() {
    let dir = TempDir::new();
    let database = migrated(&url(&dir)).await;
    let session = open_session(&database).await;
    let is_over = std::cell::Cell::new(false);
    let recording = join_all((0..64).map(async |number| {
        let mut event_seq = number;
        while !is_over.get() {
            event_seq += 64;
            database.record(&session, vec![Record::Numbered { event_seq }]).await.unwrap();
        }
    }));
    let writing = async {
        for _ in 0..50 {
            let before = database.journal_commits();
            database.abandon_earlier_sessions(&session, ports::Timestamp(9)).await.unwrap();
            let passed = database.journal_commits() - before;
            assert!(passed < 10, "{passed} commits went first");
        }
        is_over.set(true);
    };
    tokio::join!(recording, writing);
}

#[tokio::test]
async fn many_open_a_new_file_at_once() {
    for _ in 0..10 {
        let dir = TempDir::new();
        let opened = join_all((0..8).map(async |_| migrated(&url(&dir)).await)).await;
        assert_eq!(opened.len(), 8);
    }
}

/// The URL of a file as it was when there were so many migrations, with rows.
async fn older_file(dir: &TempDir, version: i64, rows: &[&'static str]) -> String {
    let file = dir.path().join("old.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut old = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::migrate!("../../migrations/sqlite").run_to(version, &mut old).await.unwrap();
    for row in rows {
        sqlx::query(*row).execute(&mut old).await.unwrap();
    }
    old.close().await.unwrap();
    format!("sqlite:{}", file.display())
}

#[tokio::test]
async fn an_older_file_keeps_its_rows_when_it_is_migrated() {
    let dir = TempDir::new();
    let rows = [
        "INSERT INTO users VALUES ('ann', 'ann@example.com', 'Ann', NULL, NULL, NULL, 'coach', TRUE, 1, 2)",
        "INSERT INTO scenarios VALUES ('budget', '{}', FALSE, 1, 1)",
        "INSERT INTO sessions VALUES ('s', 'ann', 'budget', 'Yes?', FALSE, 'active', 3, NULL)",
    ];
    let database = Database::open(&older_file(&dir, 1, &rows).await).await.unwrap();
    let pending = database.pending_migrations().await.unwrap();
    assert_eq!((pending.len(), pending[0].as_str()), (12, "0002 journal"));
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
async fn a_session_keeps_its_journal_when_its_tables_are_laid_out_anew() {
    let dir = TempDir::new();
    let rows = [
        "INSERT INTO users VALUES ('ann', 'ann@example.com', 'Ann', NULL, NULL, NULL, 'coach', TRUE, 1, 2)",
        "INSERT INTO scenarios (id, body, is_active, created_at, updated_at) VALUES ('budget', '{}', FALSE, 1, 1)",
        "INSERT INTO sessions (id, user_id, scenario_id, is_private, status, started_at)
         VALUES ('s', 'ann', 'budget', FALSE, 'active', 3)",
        "INSERT INTO segments VALUES ('s', 2, 'sessions/s/2', 'audio/ogg', 9, 8, 7, x'010203', 6, 5)",
        "INSERT INTO segments VALUES ('s', 1, 'sessions/s/1', 'audio/ogg', 9, 8, NULL, x'', 6, 5)",
        "INSERT INTO turns VALUES ('s', 1, 'Too dear?', 'en-US', 0.5, 'scripted', 1, 2, 9, 7, 6)",
        "INSERT INTO answers VALUES ('s', 1, 'Far too dear.', 'scenario', 3, 2, 8, 7)",
        "INSERT INTO speeches VALUES ('s', 1, 'sessions/s/replies/1.wav', 900, 9, 8)",
        "INSERT INTO cuts VALUES ('s', 1, 'Far', 300, 10, 9)",
        "INSERT INTO event_numbers VALUES ('s', 1000)",
    ];
    let database = migrated(&older_file(&dir, 9, &rows).await).await;
    let session = ports::SessionId::parse("s").unwrap();
    let segments = database.segments(&session).await.unwrap();
    assert_eq!(
        segments.iter().map(|segment| segment.intake_state.as_slice()).collect::<Vec<_>>(),
        [&[][..], &[1, 2, 3]]
    );
    assert!(segments.iter().all(|segment| segment.part.is_none()), "{segments:?}");
    let resumption = database.resume(&session).await.unwrap().unwrap();
    assert_eq!((resumption.through_seq, resumption.last_turn, resumption.last_event_seq), (Some(7), 1, 1_000));
    let turn = database.turns(&session).await.unwrap().pop().unwrap();
    assert_eq!((turn.heard.text.as_str(), turn.heard_answer()), ("Too dear?", Some("Far")));
    assert_eq!(turn.spoken.map(|speech| speech.duration_ms), Some(900));
    let answer = AnsweredRecord {
        turn: 2,
        text: "Yes.".to_owned(),
        provider: "scenario".to_owned(),
        usage: None,
        event_seq: 11,
        at: ports::Timestamp(9),
    };
    let without_its_turn = database.record(&session, vec![Record::Answered(answer)]).await;
    assert!(matches!(without_its_turn, Err(StoreError::Refused(_))), "{without_its_turn:?}");
    database.delete_session(&session).await.unwrap();
    assert_eq!(database.resume(&session).await.unwrap(), None);
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
async fn a_server_goes_on_while_a_newer_one_migrates_its_file() {
    let dir = TempDir::new();
    let options = SqliteConnectOptions::new().filename(dir.path().join("data/repartee.db"));
    let change = async |change: String| {
        let mut newer = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut newer).await.unwrap();
    };
    database::tables_may_grow_while_they_are_read(&url(&dir), change).await;
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
