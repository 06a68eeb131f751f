//! A PostgreSQL database keeps the contracts of the journal and the catalogue.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod database;

use database::migrated;
use futures_util::future::join_all;
use ports::{
    Catalog, Journal, StoreError, Timestamp,
    contract::{self, example::open_session},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use storage::Database;

#[tokio::test]
async fn a_database_is_a_journal() {
    let Some(server) = testkit::postgres() else { return };
    contract::journal::suite(async || migrated(&server.new_database().await).await).await;
}

#[tokio::test]
async fn a_database_is_a_catalogue() {
    let Some(server) = testkit::postgres() else { return };
    contract::catalog::suite(async || migrated(&server.new_database().await).await).await;
    contract::authoring::suite(async || migrated(&server.new_database().await).await).await;
    contract::reports::suite(async || migrated(&server.new_database().await).await).await;
    contract::departures::suite(async || migrated(&server.new_database().await).await).await;
}

#[tokio::test]
async fn a_database_does_what_a_file_does() {
    let Some(server) = testkit::postgres() else { return };
    let url = async || server.new_database().await;
    database::a_new_database_has_everything_pending_until_it_is_migrated(&url().await).await;
    database::a_thousand_records_at_once_are_few_transactions(&url().await).await;
    database::what_stands_twice_in_one_call_is_written_once(&url().await).await;
    database::what_was_recorded_is_there_when_the_database_is_opened_again(&url().await).await;
    database::two_servers_share_a_database(&url().await).await;
    database::of_two_servers_only_the_one_that_took_a_session_last_goes_on_with_it(&url().await).await;
}

#[tokio::test]
async fn a_server_goes_on_while_a_newer_one_migrates_its_database() {
    let Some(server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let change = async |change: String| {
        let mut newer = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut newer).await.unwrap();
    };
    database::tables_may_grow_while_they_are_read(&url, change).await;
}

/// What PostgreSQL refuses is refused alone; the transaction it was in is written without it.
#[tokio::test]
async fn a_text_that_is_refused_fails_its_own_caller_only() {
    let Some(server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let database = migrated(&url).await;
    let mut other = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("ALTER TABLE turns ADD CHECK (text <> 'no good')").execute(&mut other).await.unwrap();
    let session = open_session(&database).await;
    let bad = database.record(&session, vec![database::heard("no good")]);
    let good = database.record(&session, vec![database::segment(&session, 1)]);
    let (bad, good) = tokio::join!(bad, good);
    assert!(matches!(bad, Err(StoreError::Refused(_))), "{bad:?}");
    assert_eq!(good, Ok(()));
    assert_eq!(database.segments(&session).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_went_away_is_unavailable() {
    let Some(mut server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let database = migrated(&url).await;
    let session = open_session(&database).await;
    if !server.stop() {
        return;
    }
    let written = database.record(&session, vec![database::segment(&session, 1)]);
    let (written, checked, opened) = tokio::join!(written, database.check(), Database::open(&url));
    for failed in [written, checked, opened.map(|_| ())] {
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    }
}

/// As of a server whose host is gone, in the middle of a transaction.
#[tokio::test]
async fn a_session_that_somebody_keeps_locked_is_unavailable_within_seconds_and_keeps_no_connection() {
    let Some(server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let database = migrated(&url).await;
    let session = open_session(&database).await;
    database.take(&session, Timestamp(1)).await.unwrap();
    let mut gone = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN; SELECT * FROM session_holders FOR SHARE").execute(&mut gone).await.unwrap();
    let taken = join_all((0..10).map(|_| database.take(&session, Timestamp(2)))).await;
    for taken in taken {
        assert!(matches!(taken, Err(StoreError::Unavailable(_))), "{taken:?}");
    }
    assert_eq!(database.segments(&session).await, Ok(Vec::new()));
    sqlx::raw_sql("ROLLBACK").execute(&mut gone).await.unwrap();
    assert_eq!(database.take(&session, Timestamp(2)).await, Ok(()));
}

#[tokio::test]
async fn whoever_deletes_a_session_and_whoever_writes_in_it_do_not_wait_for_each_other() {
    let Some(server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let database = migrated(&url).await;
    let session = open_session(&database).await;
    database.take(&session, Timestamp(1)).await.unwrap();
    let mut deleting = PgConnection::connect(&url).await.unwrap();
    // The two steps of which deleting the session consists.
    sqlx::raw_sql("BEGIN; SELECT * FROM sessions FOR UPDATE").execute(&mut deleting).await.unwrap();
    let delete = async {
        let mut watching = PgConnection::connect(&url).await.unwrap();
        let waiting = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())";
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut watching).await.unwrap() {}
        sqlx::raw_sql("DELETE FROM sessions; COMMIT").execute(&mut deleting).await
    };
    let (written, deleted) = tokio::join!(database.record(&session, vec![database::segment(&session, 1)]), delete);
    assert!(deleted.is_ok(), "{deleted:?}");
    assert!(matches!(written, Err(StoreError::NotFound(_))), "{written:?}");
}

#[tokio::test]
async fn rows_from_before_segments_had_parts_are_read() {
    let Some(server) = testkit::postgres() else { return };
    let url = server.new_database().await;
    let mut old = PgConnection::connect(&url).await.unwrap();
    sqlx::migrate!("../../migrations/postgres").run_to(10, &mut old).await.unwrap();
    for row in [
        "INSERT INTO users (id, email, name, role, is_active, created_at, updated_at)
         VALUES ('ann', 'ann@example.com', 'Ann', 'trainee', TRUE, 1, 2)",
        "INSERT INTO scenarios (id, body, is_active, created_at, updated_at) VALUES ('budget', '{}', FALSE, 1, 1)",
        "INSERT INTO sessions (id, user_id, scenario_id, is_private, status, started_at)
         VALUES ('s', 'ann', 'budget', FALSE, 'active', 3)",
        "INSERT INTO segments VALUES ('s', 1, 'sessions/s/1', 'audio/ogg', 9, 8, 7, '\\x010203', 6, 5)",
    ] {
        sqlx::raw_sql(row).execute(&mut old).await.unwrap();
    }
    let database = migrated(&url).await;
    let session = ports::SessionId::parse("s").unwrap();
    let segments = database.segments(&session).await.unwrap();
    assert_eq!(segments.iter().map(|segment| (segment.number, segment.part)).collect::<Vec<_>>(), [(1, None)]);
}
