//! What both databases must do beyond the contract suites, once for each.

use futures_util::future::join_all;
use ports::{
    Catalog, Email, EmailChange, EndedRecord, Feedback, Findings, HeardRecord, Journal, ObjectKey, PageRequest,
    ProfileChange, Record, ScenarioFilter, SegmentPart, SegmentRecord, SessionId, SessionStatus, StoreError, Timestamp,
    contract::example::{open_session, scenario},
};
use storage::Database;

pub(crate) async fn migrated(url: &str) -> Database {
    let database = Database::open(url).await.unwrap();
    database.migrate().await.unwrap();
    database
}

pub(crate) fn segment(session: &SessionId, number: u64) -> Record {
    Record::Segment(SegmentRecord {
        number,
        object: ObjectKey::of_session(session, "audio", number, "ogg"),
        media_type: "audio/ogg".to_owned(),
        received_bytes: 32_000,
        duration_ms: 2_000,
        through_seq: Some(number),
        part: Some(SegmentPart::Closes),
        intake_state: vec![1, 2, 3],
        event_seq: number,
        at: Timestamp(3),
    })
}

pub(crate) fn heard(text: &str) -> Record {
    Record::Heard(HeardRecord {
        turn: 1,
        text: text.to_owned(),
        language: "en-US".to_owned(),
        confidence: None,
        provider: "scripted".to_owned(),
        segments: None,
        said_as: None,
        duration_ms: 0,
        event_seq: 0,
        at: Timestamp(3),
    })
}

pub(crate) async fn a_new_database_has_everything_pending_until_it_is_migrated(url: &str) {
    let database = Database::open(url).await.unwrap();
    let pending = database.pending_migrations().await.unwrap();
    let all = [
        "0001 people scenarios sessions",
        "0002 journal",
        "0003 event numbers",
        "0004 reports",
        "0005 scenario authors",
        "0006 hints",
        "0007 recordings",
        "0008 cut short",
        "0009 departures",
        "0010 clustered journal",
        "0011 segment parts",
        "0012 session holders",
        "0013 said as",
    ];
    assert_eq!(pending, all);
    assert!(database.check().await.is_err(), "a database without tables cannot be used");
    database.migrate().await.unwrap();
    assert_eq!(database.pending_migrations().await, Ok(Vec::new()));
    assert_eq!(database.check().await, Ok(()));
    database.migrate().await.unwrap();
}

pub(crate) async fn a_thousand_records_at_once_are_few_transactions(url: &str) {
    let database = migrated(url).await;
    let session = &open_session(&database).await;
    let calls = (1..=1_000).map(|number| database.record(session, vec![segment(session, number)]));
    let written = join_all(calls).await;
    assert!(written.iter().all(Result::is_ok));
    assert_eq!(database.segments(session).await.unwrap().len(), 1_000);
    let commits = database.journal_commits();
    assert!((1..=100).contains(&commits), "{commits} transactions");
}

pub(crate) async fn what_stands_twice_in_one_call_is_written_once(url: &str) {
    let database = migrated(url).await;
    let session = open_session(&database).await;
    let twice = vec![heard("hello"), segment(&session, 1), heard("hello"), segment(&session, 1)];
    assert_eq!(database.record(&session, twice).await, Ok(()));
    assert_eq!(database.turns(&session).await.unwrap().len(), 1);
    assert_eq!(database.segments(&session).await.unwrap().len(), 1);
}

pub(crate) async fn what_was_recorded_is_there_when_the_database_is_opened_again(url: &str) {
    let session = {
        let database = migrated(url).await;
        let session = open_session(&database).await;
        database.record(&session, vec![segment(&session, 1), heard("hello")]).await.unwrap();
        session
    };
    let reopened = Database::open(url).await.unwrap();
    assert_eq!(reopened.pending_migrations().await, Ok(Vec::new()));
    let resumption = reopened.resume(&session).await.unwrap().unwrap();
    assert_eq!((resumption.through_seq, resumption.last_turn), (Some(1), 1));
}

pub(crate) async fn two_servers_share_a_database(url: &str) {
    let (one, other) = tokio::join!(migrated(url), migrated(url));
    let shipped = [scenario("budget", "No budget left")];
    let (first, second) =
        tokio::join!(one.ship_scenarios(&shipped, Timestamp(1)), other.ship_scenarios(&shipped, Timestamp(1)));
    assert_eq!((first, second), (Ok(()), Ok(())));
    let session = &open_session(&one).await;
    let calls = (1..=200).map(|number| {
        let server = if number % 2 == 0 { &one } else { &other };
        server.record(session, vec![segment(session, number)])
    });
    let written = join_all(calls).await;
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    assert_eq!(one.segments(session).await, other.segments(session).await);
    assert_eq!(other.segments(session).await.unwrap().len(), 200);
}

/// One of them still has a session that its user went on with on the other one.
pub(crate) async fn of_two_servers_only_the_one_that_took_a_session_last_goes_on_with_it(url: &str) {
    let (before, after) = (migrated(url).await, migrated(url).await);
    let session = &open_session(&before).await;
    before.take(session, Timestamp(1)).await.unwrap();
    before.record(session, vec![segment_by(&before, session, 1)]).await.unwrap();
    assert_eq!((before.holds(session).await, after.holds(session).await), (Ok(true), Ok(false)));
    after.take(session, Timestamp(2)).await.unwrap();
    assert_eq!((before.holds(session).await, after.holds(session).await), (Ok(false), Ok(true)));

    // Nobody else has written anything yet.
    let is_refused = |written| assert!(matches!(written, Err(StoreError::Conflict(_))), "{written:?}");
    is_refused(before.record(session, vec![segment_by(&before, session, 2)]).await);
    is_refused(before.record(session, vec![heard("there")]).await);
    is_refused(before.record(session, vec![ended()]).await);
    assert_eq!(after.session(session).await.unwrap().unwrap().status, SessionStatus::Active);
    after.record(session, vec![segment_by(&after, session, 2), heard("here")]).await.unwrap();
    // Whoever is not sure that it was written writes it again.
    after.record(session, vec![segment_by(&after, session, 2), segment_by(&after, session, 3)]).await.unwrap();
    after.record(session, vec![ended()]).await.unwrap();
    assert_eq!(after.session(session).await.unwrap().unwrap().status, SessionStatus::Completed);
    assert_eq!(after.segments(session).await.unwrap().len(), 3);
    assert_eq!(after.turns(session).await.unwrap()[0].heard.text, "here");
    let over = before.take(session, Timestamp(3)).await;
    assert!(matches!(over, Err(StoreError::NotFound(_))), "{over:?}");

    let others: Vec<_> = (0..20).map(|number| session_of(&before, number)).collect();
    let others = join_all(others).await;
    let mut written = others.iter().map(|other| before.record(other, vec![segment(other, 1)])).collect::<Vec<_>>();
    written.push(before.record(session, vec![segment_by(&before, session, 3)]));
    let written = join_all(written).await;
    assert_eq!(written.iter().filter(|written| written.is_ok()).count(), 20, "it spoils nobody else's");
}

async fn session_of(database: &Database, number: usize) -> SessionId {
    let new = ports::contract::example::new_session(&format!("other-{number}"), "ann");
    database.create_session(new).await.unwrap().id
}

fn segment_by(database: &Database, session: &SessionId, number: u64) -> Record {
    let Record::Segment(segment) = segment(session, number) else {
        unreachable!("a segment is one");
    };
    let object = ObjectKey::of_session(session, "audio", number, &format!("{}.ogg", database.holder()));
    Record::Segment(SegmentRecord { object, ..segment })
}

/// A newer server migrates while this one runs.
pub(crate) async fn tables_may_grow_while_they_are_read(url: &str, change: impl AsyncFn(String)) {
    let database = migrated(url).await;
    let session = &open_session(&database).await;
    database.record(session, vec![segment(session, 1), heard("hello"), ended()]).await.unwrap();
    let findings = Findings { dimensions: Vec::new(), summary: "Good.".to_owned(), recommendations: Vec::new() };
    let (overall_score, created_at) = (80, Timestamp(4));
    database.keep_feedback(Feedback { session: session.clone(), overall_score, findings, created_at }).await.unwrap();
    let (to, subject, body) = (String::new(), "Thank you".to_owned(), "It was good.".to_owned());
    let (is_edited, updated_at) = (false, created_at);
    database
        .keep_email(Email { session: session.clone(), to, subject, body, is_edited, created_at, updated_at })
        .await
        .unwrap();
    read_all(&database, session).await;
    // It knows the tables, and has not asked for anything.
    let fresh = migrated(url).await;
    for table in ["users", "scenarios", "sessions", "segments", "turns", "answers", "endings", "feedback", "emails"] {
        change(format!("ALTER TABLE {table} ADD COLUMN mood TEXT")).await;
    }
    read_all(&database, session).await;
    read_all(&fresh, session).await;
}

async fn read_all(database: &Database, session: &SessionId) {
    let row = database.session(session).await.unwrap().unwrap();
    assert_eq!(database.user(&row.user).await.unwrap().unwrap().id, row.user);
    let page = PageRequest { page: 1, size: 10 };
    assert!(!database.users(page).await.unwrap().items.is_empty());
    assert!(!database.scenarios(&ScenarioFilter::default(), page).await.unwrap().items.is_empty());
    let change = ProfileChange { name: Some("Ann".to_owned()), ..ProfileChange::default() };
    assert_eq!(database.change_profile(&row.user, change, Timestamp(5)).await.unwrap().name, "Ann");
    assert_eq!(database.segments(session).await.unwrap().len(), 1);
    assert_eq!(database.turns(session).await.unwrap().len(), 1);
    assert!(database.resume(session).await.unwrap().unwrap().ended.is_some());
    assert_eq!(database.feedback(session).await.unwrap().unwrap().overall_score, 80);
    let change = EmailChange { body: Some("It was fine.".to_owned()), ..EmailChange::default() };
    assert_eq!(database.change_email(session, change, Timestamp(5)).await.unwrap().body, "It was fine.");
    assert_eq!(database.email(session).await.unwrap().unwrap().body, "It was fine.");
}

fn ended() -> Record {
    Record::Ended(EndedRecord {
        reason: "user_ended".to_owned(),
        duration_ms: 9,
        turns: 1,
        event_seq: 9,
        at: Timestamp(4),
    })
}
