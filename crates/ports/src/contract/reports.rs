//! What every catalogue keeps of a session when it is over, and how it forgets it.

use super::example::{begin_later, new_session, open_session, scenario, session_id, settle, user_id};
use crate::{
    Catalog, Dimension, Email, EmailChange, EndedRecord, Feedback, Findings, HeardRecord, Journal, NewSession,
    ObjectKey, Page, PageRequest, Record, SessionStatus, StoreError, Timestamp,
};

/// Runs every check on a fresh catalogue, together with the journal that fills its sessions.
pub async fn suite<D: Journal + Catalog>(fresh: impl AsyncFn() -> D) {
    feedback_is_read_again_and_the_first_stands(&fresh().await).await;
    scores_show_in_sessions_and_scenarios(&fresh().await).await;
    a_mail_is_kept_once_and_changed_where_it_is_told_to(&fresh().await).await;
    what_belongs_to_no_session_is_not_found(&fresh().await).await;
    a_deleted_session_takes_everything_with_it_and_spares_the_others(&fresh().await).await;
    old_sessions_are_found_oldest_first(&fresh().await).await;
    a_session_that_ended_waits_for_its_recording_once(&fresh().await).await;
    a_session_without_an_end_waits_for_its_recording_too_once_it_is_settled(&fresh().await).await;
    sessions_in_which_nothing_happens_any_more_are_found(&fresh().await).await;
}

fn feedback(session: &str, score: u8) -> Feedback {
    let dimension = Dimension {
        name: "Objection Handling".to_owned(),
        score,
        weight: 100,
        quote: "Let me show you the \"numbers\".".to_owned(),
        turn: Some(2),
        explanation: "1 of 2 objections".to_owned(),
        suggestions: vec!["Ask first".to_owned()],
    };
    let findings =
        Findings {
            dimensions: vec![dimension], summary: "不错".to_owned(), recommendations: vec!["Again".to_owned()]
        };
    Feedback { session: session_id(session), overall_score: score, findings, created_at: Timestamp(9_000) }
}

fn email(session: &str) -> Email {
    Email {
        session: session_id(session),
        to: String::new(),
        subject: "Next steps".to_owned(),
        body: "Dear Dana".to_owned(),
        is_edited: false,
        created_at: Timestamp(9_000),
        updated_at: Timestamp(9_000),
    }
}

fn heard() -> Record {
    Record::Heard(HeardRecord {
        turn: 1,
        text: "hello".to_owned(),
        language: "en-US".to_owned(),
        confidence: None,
        provider: "typed".to_owned(),
        segments: None,
        said_as: None,
        duration_ms: 0,
        event_seq: 1,
        at: Timestamp(3_000),
    })
}

async fn feedback_is_read_again_and_the_first_stands(db: &impl Catalog) {
    let id = open_session(db).await;
    assert_eq!(db.feedback(&id).await, Ok(None));
    assert_eq!(db.keep_feedback(feedback("s", 71)).await, Ok(feedback("s", 71)));
    assert_eq!(db.keep_feedback(feedback("s", 10)).await, Ok(feedback("s", 71)));
    assert_eq!(db.feedback(&id).await, Ok(Some(feedback("s", 71))));
}

async fn scores_show_in_sessions_and_scenarios(db: &impl Catalog) {
    settle(db).await;
    let shipped = [scenario("budget", "No budget left"), scenario("quiet", "Quiet")];
    assert_eq!(db.ship_scenarios(&shipped, Timestamp(600)).await, Ok(()));
    for (id, user, score) in [("a", "ann", Some(70)), ("b", "bob", Some(81)), ("c", "ann", None)] {
        let created = db.create_session(new_session(id, user)).await;
        assert!(created.is_ok(), "{created:?}");
        let done = db.complete_session(&session_id(id), Timestamp(3_000)).await;
        assert!(done.is_ok(), "{done:?}");
        if let Some(score) = score {
            assert_eq!(db.keep_feedback(feedback(id, score)).await, Ok(feedback(id, score)));
        }
    }
    let row = db.session(&session_id("a")).await.expect("sessions are read").expect("it is there");
    assert_eq!(row.score, Some(70));
    let history = db.history(&user_id("ann"), PageRequest { page: 1, size: 10 }).await.expect("history is read");
    let scores: Vec<_> = history.items.iter().map(|row| (row.id.as_str(), row.score)).collect();
    assert_eq!(scores, [("a", Some(70)), ("c", None)]);
    for (id, average) in [("budget", Some(75.5)), ("quiet", None)] {
        let found = db.scenario(id).await.expect("scenarios are read").expect("it is there");
        assert_eq!(found.average_score, average, "{id}");
    }
}

async fn a_mail_is_kept_once_and_changed_where_it_is_told_to(db: &impl Catalog) {
    let id = open_session(db).await;
    assert_eq!(db.email(&id).await, Ok(None));
    assert_eq!(db.keep_email(email("s")).await, Ok(email("s")));
    let other = Email { subject: "Other".to_owned(), ..email("s") };
    assert_eq!(db.keep_email(other).await, Ok(email("s")));
    let change = EmailChange { to: Some("dana@example.com".to_owned()), ..EmailChange::default() };
    let changed = db.change_email(&id, change, Timestamp(9_500)).await;
    let expected =
        Email { to: "dana@example.com".to_owned(), is_edited: true, updated_at: Timestamp(9_500), ..email("s") };
    assert_eq!(changed, Ok(expected.clone()));
    assert_eq!(db.email(&id).await, Ok(Some(expected)));
}

async fn what_belongs_to_no_session_is_not_found(db: &impl Catalog) {
    settle(db).await;
    let kept = db.keep_feedback(feedback("none", 50)).await;
    assert!(matches!(kept, Err(StoreError::NotFound(_))), "{kept:?}");
    let kept = db.keep_email(email("none")).await;
    assert!(matches!(kept, Err(StoreError::NotFound(_))), "{kept:?}");
    let changed = db.change_email(&session_id("none"), EmailChange::default(), Timestamp(1)).await;
    assert!(matches!(changed, Err(StoreError::NotFound(_))), "{changed:?}");
}

async fn a_deleted_session_takes_everything_with_it_and_spares_the_others(db: &(impl Journal + Catalog)) {
    let id = open_session(db).await;
    let other = db.create_session(new_session("other", "ann")).await.expect("a new session is created").id;
    for id in [&id, &other] {
        assert_eq!(db.record(id, vec![heard()]).await, Ok(()));
        assert!(db.keep_feedback(feedback(id.as_str(), 50)).await.is_ok());
        assert!(db.keep_email(email(id.as_str())).await.is_ok());
    }
    assert_eq!(db.delete_session(&id).await, Ok(()));
    assert_eq!(db.session(&id).await, Ok(None));
    assert_eq!(db.turns(&id).await, Ok(Vec::new()));
    assert_eq!(db.feedback(&id).await, Ok(None));
    assert_eq!(db.email(&id).await, Ok(None));
    assert_eq!(db.turns(&other).await.map(|turns| turns.len()), Ok(1));
    assert!(matches!(db.feedback(&other).await, Ok(Some(_))));
    assert_eq!(db.delete_session(&id).await, Ok(()), "deleting again is no error");
}

async fn a_session_that_ended_waits_for_its_recording_once(db: &(impl Journal + Catalog)) {
    settle(db).await;
    for (id, ended_at) in [("a", Some(4_000)), ("b", Some(3_000)), ("open", None)] {
        let created = db.create_session(new_session(id, "ann")).await;
        assert!(created.is_ok(), "{created:?}");
        if let Some(at) = ended_at {
            let ended = EndedRecord {
                reason: "user_ended".to_owned(),
                duration_ms: 1_000,
                turns: 0,
                event_seq: 1,
                at: Timestamp(at),
            };
            assert_eq!(db.record(&session_id(id), vec![Record::Ended(ended)]).await, Ok(()));
        }
    }
    let (a, b) = (session_id("a"), session_id("b"));
    let unrecorded = async |at_most| db.unrecorded_sessions(Timestamp(0), at_most).await.expect("sessions are found");
    assert_eq!(unrecorded(10).await, Page { items: vec![b.clone(), a.clone()], total: 2 });
    assert_eq!(unrecorded(1).await, Page { items: vec![b.clone()], total: 2 });
    let object = ObjectKey::parse("sessions/a/recording.ogg").expect("it is a key");
    assert_eq!(db.keep_recording(&a, Some(&object), Timestamp(5_000)).await, Ok(()));
    assert_eq!(db.keep_recording(&a, None, Timestamp(6_000)).await, Ok(()), "the first stands");
    assert_eq!(db.keep_recording(&b, None, Timestamp(5_000)).await, Ok(()));
    assert_eq!(unrecorded(10).await, Page { items: Vec::new(), total: 0 });
    assert_eq!(db.recording(&a).await, Ok(Some(object)));
    assert_eq!(db.recording(&b).await, Ok(None));
    let of_nothing = db.keep_recording(&session_id("none"), None, Timestamp(1)).await;
    assert!(matches!(of_nothing, Err(StoreError::NotFound(_))), "{of_nothing:?}");
}

async fn a_session_without_an_end_waits_for_its_recording_too_once_it_is_settled(db: &(impl Journal + Catalog)) {
    let abandoned = open_session(db).await;
    let completed = begin_later(db, "completed", "ann").await;
    assert_eq!(db.abandon_earlier_sessions(&completed, Timestamp(4_000)).await, Ok(1));
    assert!(db.complete_session(&completed, Timestamp(3_000)).await.is_ok());
    begin_later(db, "open", "bob").await;
    let unrecorded = async |settled| {
        let found = db.unrecorded_sessions(Timestamp(settled), 10).await.expect("sessions are found");
        assert_eq!(found.items.len() as u64, found.total);
        found.items
    };
    assert_eq!(unrecorded(3_000).await, []);
    assert_eq!(unrecorded(4_000).await, std::slice::from_ref(&completed));
    assert_eq!(unrecorded(4_001).await, [completed.clone(), abandoned]);
    let ended = EndedRecord {
        reason: "user_ended".to_owned(),
        duration_ms: 1_000,
        turns: 0,
        event_seq: 1,
        at: Timestamp(4_500),
    };
    assert_eq!(db.record(&completed, vec![Record::Ended(ended)]).await, Ok(()));
    assert_eq!(unrecorded(0).await, [completed], "its end is known");
}

async fn sessions_in_which_nothing_happens_any_more_are_found(db: &(impl Journal + Catalog)) {
    let spoken_in = open_session(db).await;
    let silent = begin_later(db, "silent", "ann").await;
    let over = begin_later(db, "over", "bob").await;
    assert_eq!(db.record(&spoken_in, vec![heard()]).await, Ok(()));
    assert!(db.complete_session(&over, Timestamp(2_600)).await.is_ok());
    let deserted = async |before, at_most| {
        let found = db.deserted_sessions(Timestamp(before), at_most).await.expect("sessions are found");
        found.into_iter().map(|left| (left.session, left.since.0)).collect::<Vec<_>>()
    };
    let (silent, spoken_in) = ((silent, 2_500), (spoken_in, 3_000));
    assert_eq!(deserted(2_500, 10).await, []);
    assert_eq!(deserted(3_000, 10).await, std::slice::from_ref(&silent));
    assert_eq!(deserted(3_001, 10).await, [silent.clone(), spoken_in.clone()]);
    assert_eq!(deserted(3_001, 1).await, std::slice::from_ref(&silent));

    assert_eq!(db.take(&silent.0, Timestamp(3_000)).await, Ok(()));
    assert_eq!(deserted(3_000, 10).await, [], "it was just taken up");
    let ended = async |session, before| db.end_deserted_session(session, Timestamp(before), Timestamp(3_100)).await;
    assert_eq!(ended(&silent.0, 3_000).await, Ok(false));
    assert_eq!(ended(&silent.0, 3_001).await, Ok(true));
    assert_eq!(ended(&silent.0, 3_001).await, Ok(false), "it is over");
    assert_eq!(ended(&spoken_in.0, 3_001).await, Ok(true));
    let row = async |session| db.session(session).await.expect("sessions are found").expect("it is one");
    assert_eq!(row(&silent.0).await.status, SessionStatus::Abandoned, "nothing was said in it");
    let said = row(&spoken_in.0).await;
    assert_eq!((said.status, said.completed_at), (SessionStatus::Completed, Some(Timestamp(3_100))));
}

async fn old_sessions_are_found_oldest_first(db: &impl Catalog) {
    settle(db).await;
    for (id, at) in [("new", 3_000), ("old", 1_000), ("older", 500)] {
        let created = db.create_session(NewSession { at: Timestamp(at), ..new_session(id, "ann") }).await;
        assert!(created.is_ok(), "{created:?}");
    }
    let found = async |before, at_most| {
        let ids = db.sessions_before(Timestamp(before), at_most).await.expect("sessions are found");
        ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(3_000, 10).await, "older old");
    assert_eq!(found(3_001, 2).await, "older old");
    assert_eq!(found(500, 10).await, "");
}
