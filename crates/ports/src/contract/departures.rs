//! How a catalogue lets people go.

use super::example::{new_session, new_user, open_session, scenario, session_id, settle, user_id};
use crate::{
    Catalog, Departure, HintRecord, Journal, NewSession, NewUser, PageRequest, Record, SessionStatus, StoreError,
    Timestamp,
};

/// Runs every check on a fresh catalogue, together with the journal that fills its sessions.
pub async fn suite<D: Journal + Catalog>(fresh: impl AsyncFn() -> D) {
    who_departs_is_nameless_at_once(&fresh().await).await;
    departing_again_changes_nothing(&fresh().await).await;
    nobody_cannot_depart(&fresh().await).await;
    who_departed_begins_nothing_new(&fresh().await).await;
    all_sessions_of_a_user_are_listed_oldest_first(&fresh().await).await;
    a_departure_ends_with_the_last_session(&fresh().await).await;
    whispers_go_and_scenarios_stay(&fresh().await).await;
    an_id_comes_back_once_its_departure_is_forgotten(&fresh().await).await;
    departures_are_found_until_they_are_finished_and_old(&fresh().await).await;
}

const EVERYBODY: PageRequest = PageRequest { page: 1, size: 100 };

async fn depart(db: &impl Catalog, id: &str, at: i64) {
    assert_eq!(db.depart(&user_id(id), Timestamp(at)).await, Ok(()), "{id}");
}

async fn finish(db: &impl Catalog, id: &str, at: i64) {
    assert_eq!(db.finish_departure(&user_id(id), Timestamp(at)).await, Ok(()), "{id}");
}

async fn ids(db: &impl Catalog) -> Vec<String> {
    let users = db.users(EVERYBODY).await.expect("users are listed");
    assert_eq!(users.total, users.items.len() as u64);
    users.items.into_iter().map(|user| user.id.into()).collect()
}

fn departure(id: &str, at: i64, is_finished: bool) -> Departure {
    Departure { user: user_id(id), at: Timestamp(at), is_finished }
}

async fn who_departs_is_nameless_at_once(db: &(impl Journal + Catalog)) {
    open_session(db).await;
    let change = crate::ProfileChange { department: Some("Sales".to_owned()), ..crate::ProfileChange::default() };
    let changed = db.change_profile(&user_id("ann"), change, Timestamp(2_000)).await;
    assert!(changed.is_ok(), "{changed:?}");
    depart(db, "ann", 5_000).await;
    let ann = db.user(&user_id("ann")).await.expect("users are read").expect("her sessions are still there");
    assert!(!ann.is_active);
    assert_eq!((ann.name.as_str(), ann.password_hash, ann.avatar, ann.department), ("", None, None, None));
    assert_eq!(db.user_by_email("ann@example.com").await, Ok(None));
    assert_eq!(ids(db).await, ["bob"]);
    let anew = NewUser { email: "ann@example.com".to_owned(), ..new_user("another-ann") };
    assert!(db.create_user(anew).await.is_ok(), "her address is free");
}

async fn departing_again_changes_nothing(db: &(impl Journal + Catalog)) {
    open_session(db).await;
    depart(db, "ann", 5_000).await;
    depart(db, "ann", 6_000).await;
    assert_eq!(db.departures(Timestamp(0)).await, Ok(vec![departure("ann", 5_000, false)]));
}

async fn nobody_cannot_depart(db: &impl Catalog) {
    let departed = db.depart(&user_id("nobody"), Timestamp(1)).await;
    assert!(matches!(departed, Err(StoreError::NotFound(_))), "{departed:?}");
    assert_eq!(db.departures(Timestamp(0)).await, Ok(Vec::new()));
}

async fn who_departed_begins_nothing_new(db: &impl Catalog) {
    settle(db).await;
    depart(db, "ann", 5_000).await;
    let claimed = db.claim_session(new_session("s", "ann")).await;
    assert!(matches!(claimed, Err(StoreError::NotFound(_))), "{claimed:?}");
    let again = db.create_user(NewUser { email: "other@example.com".to_owned(), ..new_user("ann") }).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}

async fn all_sessions_of_a_user_are_listed_oldest_first(db: &impl Catalog) {
    settle(db).await;
    for (id, user, at) in [("c", "ann", 4_000), ("a", "ann", 2_000), ("x", "bob", 1_000), ("b", "ann", 3_000)] {
        let created = db.create_session(NewSession { at: Timestamp(at), ..new_session(id, user) }).await;
        assert!(created.is_ok(), "{created:?}");
    }
    let completed = db.complete_session(&session_id("b"), Timestamp(5_000)).await;
    assert!(completed.is_ok(), "{completed:?}");
    let sessions = async |at_most| {
        let rows = db.sessions_of(&user_id("ann"), at_most).await.expect("sessions are listed");
        rows.into_iter().map(|row| (String::from(row.id), row.status)).collect::<Vec<_>>()
    };
    let [a, b, c] = [("a", SessionStatus::Active), ("b", SessionStatus::Completed), ("c", SessionStatus::Active)]
        .map(|(id, status)| (id.to_owned(), status));
    assert_eq!(sessions(2).await, [a.clone(), b.clone()]);
    assert_eq!(sessions(10).await, [a, b, c]);
}

async fn a_departure_ends_with_the_last_session(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    depart(db, "ann", 5_000).await;
    let early = db.finish_departure(&user_id("ann"), Timestamp(6_000)).await;
    assert!(matches!(early, Err(StoreError::Conflict(_))), "{early:?}");
    assert_eq!(db.departures(Timestamp(0)).await, Ok(vec![departure("ann", 5_000, false)]));
    assert_eq!(db.delete_session(&session).await, Ok(()));
    for at in [7_000, 8_000] {
        finish(db, "ann", at).await;
        assert_eq!(db.departures(Timestamp(0)).await, Ok(vec![departure("ann", 5_000, true)]));
    }
    assert_eq!(db.user(&user_id("ann")).await, Ok(None));
    assert_eq!(ids(db).await, ["bob"]);
}

async fn whispers_go_and_scenarios_stay(db: &(impl Journal + Catalog)) {
    let session = open_session(db).await;
    let hint = |coach, text: &str| {
        let (coach, text) = (user_id(coach), text.to_owned());
        Record::Hint(HintRecord { coach, text, at: Timestamp(3_000) })
    };
    let whispers = vec![hint("bob", "Ask for the budget"), hint("cleo", "Slowly")];
    assert_eq!(db.record(&session, whispers).await, Ok(()));
    for (id, at) in [("mine", 2_000), ("mine-too", 2_500)] {
        let written = db.create_scenario(&scenario(id, id), &user_id("bob"), Timestamp(at)).await;
        assert!(written.is_ok(), "{written:?}");
    }
    depart(db, "bob", 5_000).await;
    finish(db, "bob", 6_000).await;
    let hints = db.hints(&session).await.expect("whispers are read");
    assert_eq!(hints.into_iter().map(|hint| hint.text).collect::<Vec<_>>(), ["Slowly"]);
    let kept = db.scenario("mine").await.expect("scenarios are read").expect("it is there");
    let author = kept.author.expect("it does not ship as it is");
    assert_ne!(author, user_id("bob"));
    assert_eq!(ids(db).await, ["ann"], "the former author is nobody");
    let departed = db.depart(&author, Timestamp(7_000)).await;
    assert!(matches!(departed, Err(StoreError::NotFound(_))), "{departed:?}");
    let shipped = db.ship_scenarios(&[scenario("budget", "No budget left")], Timestamp(8_000)).await;
    assert_eq!(shipped, Ok(()));
    assert!(db.scenario("mine-too").await.expect("scenarios are read").is_some());
}

async fn an_id_comes_back_once_its_departure_is_forgotten(db: &impl Catalog) {
    settle(db).await;
    for id in ["ann", "bob"] {
        depart(db, id, 5_000).await;
    }
    finish(db, "ann", 6_000).await;
    for id in ["ann", "bob"] {
        assert_eq!(db.forget_departure(&user_id(id)).await, Ok(()));
    }
    assert!(db.create_user(new_user("ann")).await.is_ok());
    let unfinished = db.create_user(new_user("bob")).await;
    assert!(matches!(unfinished, Err(StoreError::Conflict(_))), "{unfinished:?}");
}

async fn departures_are_found_until_they_are_finished_and_old(db: &impl Catalog) {
    settle(db).await;
    depart(db, "bob", 4_000).await;
    depart(db, "ann", 5_000).await;
    finish(db, "bob", 6_000).await;
    let both = vec![departure("bob", 4_000, true), departure("ann", 5_000, false)];
    assert_eq!(db.departures(Timestamp(3_999)).await, Ok(both));
    let unfinished = vec![departure("ann", 5_000, false)];
    assert_eq!(db.departures(Timestamp(9_000)).await, Ok(unfinished.clone()));
    assert_eq!(db.forget_departures(Timestamp(6_000)).await, Ok(0));
    assert_eq!(db.forget_departures(Timestamp(6_001)).await, Ok(1));
    assert_eq!(db.departures(Timestamp(0)).await, Ok(unfinished));
}
