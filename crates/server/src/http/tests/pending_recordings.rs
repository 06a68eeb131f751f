use std::sync::Arc;

use ports::{Catalog as _, Journal as _, Role, SessionId, SessionStatus, StoreError, Timestamp};

use super::{
    house::{House, Shelf},
    recordings::{end, record_pending, segments, session_of_kim, store},
};
use crate::{
    clock,
    deserted::{end_deserted, end_what_is_over},
    sessions::Sessions,
};

fn unavailable() -> StoreError {
    StoreError::Unavailable("the store is away".to_owned())
}

async fn is_recorded(house: &House, session: &SessionId) -> bool {
    house.database.recording(session).await.unwrap().is_some()
}

#[tokio::test]
async fn sessions_that_cannot_be_recorded_keep_no_other_from_it_and_are_tried_again() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let now = clock::now();
    let mut bad = Vec::new();
    for number in 0..25 {
        let session = session_of_kim(&house).await;
        store(&house, session.as_str(), &segments()[..1]).await;
        end(&house, &session, Timestamp(now.0 + number)).await;
        let refused = StoreError::Refused("no right to read it".to_owned());
        shelf.fail(&session, if number == 0 { unavailable() } else { refused });
        bad.push(session);
    }
    let good = session_of_kim(&house).await;
    store(&house, good.as_str(), &segments()[..1]).await;
    end(&house, &good, Timestamp(now.0 + 1_000)).await;

    house.app.archive.record_pending(|| now).await.unwrap();
    assert!(is_recorded(&house, &good).await);
    assert_eq!(house.app.archive.pending(), 25);

    shelf.recover();
    house.app.archive.record_pending(|| now).await.unwrap();
    assert_eq!(house.app.archive.pending(), 25, "it is too early");
    house.app.archive.record_pending(|| Timestamp(now.0 + 5_000)).await.unwrap();
    assert_eq!(house.app.archive.pending(), 0);
    for session in &bad {
        assert!(is_recorded(&house, session).await, "{session}");
    }
}

const MINUTE: i64 = 60_000;

fn in_minutes(minutes: i64) -> Timestamp {
    Timestamp(clock::now().0 + minutes * MINUTE)
}

#[tokio::test]
async fn a_session_that_was_ended_or_abandoned_while_it_was_not_live_is_recorded() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let abandoned = session_of_kim(&house).await;
    store(&house, abandoned.as_str(), &segments()).await;
    let ended = session_of_kim(&house).await;
    store(&house, ended.as_str(), &segments()).await;
    house.end(&token, ended.as_str()).await;
    record_pending(&house).await;
    for session in [&abandoned, &ended] {
        assert!(!is_recorded(&house, session).await, "it may still be live elsewhere");
    }
    house.app.archive.record_pending(|| in_minutes(16)).await.unwrap();
    for session in [&abandoned, &ended] {
        assert!(is_recorded(&house, session).await);
    }
}

#[tokio::test]
async fn a_session_to_which_nobody_comes_back_ends_and_is_recorded() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = session_of_kim(&house).await;
    store(&house, session.as_str(), &segments()).await;
    let last = house.database.segments(&session).await.unwrap().last().unwrap().at;
    assert_eq!(end_deserted(&house.app, in_minutes(40)).await, Ok(0), "it may still be live elsewhere");
    assert_eq!(end_deserted(&house.app, in_minutes(50)).await, Ok(1));
    let row = house.database.session(&session).await.unwrap().unwrap();
    let grace = Timestamp(last.0 + 2 * MINUTE);
    assert_eq!((row.status, row.completed_at), (SessionStatus::Completed, Some(grace)));
    let history = house.get("/api/roleplay/history").bearer(&token).send().await.json();
    assert_eq!(history["data"]["items"][0]["id"], session.as_str());
    house.app.archive.record_pending(|| in_minutes(50)).await.unwrap();
    assert!(is_recorded(&house, &session).await);
    assert_eq!(end_deserted(&house.app, in_minutes(50)).await, Ok(0));
}

#[tokio::test]
async fn a_session_that_is_live_here_is_not_deserted_however_quiet_it_is() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let account = house.app.accounts.authenticate(&[token]).await.unwrap();
    let wish = serde_json::json!({"sessionId": "live", "scenarioId": "price-talk"});
    let sessions = Sessions::new(Arc::clone(&house.app));
    assert!(sessions.start(&account, serde_json::from_value(wish).unwrap()).await.is_ok());
    assert_eq!(end_deserted(&house.app, in_minutes(500)).await, Ok(0));
    let row = house.database.session(&SessionId::parse("live").unwrap()).await.unwrap().unwrap();
    assert_eq!(row.status, SessionStatus::Active);
}

#[tokio::test]
async fn a_session_that_was_just_taken_up_on_another_server_is_not_deserted() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    house.database.take(&session, in_minutes(49)).await.unwrap();
    assert_eq!(end_deserted(&house.app, in_minutes(50)).await, Ok(0));
    assert_eq!(end_deserted(&house.app, in_minutes(99)).await, Ok(1));
}

#[tokio::test]
async fn a_session_that_was_ended_on_another_server_ends_here_before_it_is_recorded() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let account = house.app.accounts.authenticate(&[token]).await.unwrap();
    let sessions = Sessions::new(Arc::clone(&house.app));
    for id in ["ended", "goes-on"] {
        let wish = serde_json::json!({"sessionId": id, "scenarioId": "price-talk"});
        assert!(sessions.start(&account, serde_json::from_value(wish).unwrap()).await.is_ok());
    }
    assert_eq!(end_what_is_over(&house.app).await, Ok(0));
    house.database.complete_session(&SessionId::parse("ended").unwrap(), clock::now()).await.unwrap();
    assert_eq!(end_what_is_over(&house.app).await, Ok(1));
    let live: Vec<_> = house.app.hub.all().iter().map(|handle| handle.session().to_string()).collect();
    assert_eq!(live, ["goes-on"]);
}
