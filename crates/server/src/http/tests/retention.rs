use std::{sync::Arc, time::Duration};

use axum::http::Method;
use bytes::Bytes;
use ports::{Catalog as _, NewSession, ObjectKey, Role, SessionId, StoreError, Timestamp, UserId};
use serde_json::json;

use super::house::{House, Shelf};
use crate::{clock, config::Config, retention::forget_before};

async fn keep_an_object_of(house: &House, session: &str) -> ObjectKey {
    let key = ObjectKey::of_session(&SessionId::parse(session).unwrap(), "audio", 1, "ogg");
    house.app.objects.put(&key, Bytes::from_static(b"audio"), "audio/ogg").await.unwrap();
    key
}

#[tokio::test]
async fn a_deleted_session_leaves_nothing_and_spares_its_neighbours() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let (session, other) = (house.practice_of(&token).await, house.practice_of(&token).await);
    let (object, kept) = (keep_an_object_of(&house, &session).await, keep_an_object_of(&house, &other).await);
    let neighbour = keep_an_object_of(&house, &format!("{session}0")).await;
    let path = format!("/api/roleplay/session/{session}");
    let answer = house.ask(Method::DELETE, &path).bearer(&token).send().await;
    assert_eq!(answer.json(), json!({"success": true, "message": "Session deleted"}));
    assert_eq!(house.get(&path).bearer(&token).send().await.failure(), (404, "Session not found".to_owned()));
    assert!(house.app.objects.get(&object).await.is_err());
    assert!(house.app.objects.get(&kept).await.is_ok());
    assert!(house.app.objects.get(&neighbour).await.is_ok());
    let history = house.get("/api/roleplay/history").bearer(&token).send().await.json();
    assert_eq!((&history["data"]["total"], &history["data"]["items"][0]["id"]), (&json!(1), &json!(other)));
}

#[tokio::test]
async fn only_its_owner_and_administrators_delete_a_session() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    let session = house.practice_of(&kim).await;
    let delete = |session: &str, token: &str| {
        house.ask(Method::DELETE, &format!("/api/roleplay/session/{session}")).bearer(token).send()
    };
    for (user, role) in [("lee", Role::Trainee), ("carol", Role::Coach)] {
        let answer = delete(&session, &house.token(user, role)).await;
        assert_eq!(answer.failure(), (403, "Not authorized".to_owned()));
    }
    assert_eq!(delete(&session, &house.token("ada", Role::Admin)).await.status, 200);
    let active = house.session_of(&kim).await;
    assert_eq!(delete(&active, &kim).await.status, 200);
    assert_eq!(delete(&active, &kim).await.failure(), (404, "Session not found".to_owned()));
}

#[tokio::test]
async fn sessions_are_forgotten_by_age_however_many_there_are() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let young = house.session_of(&token).await;
    let now = clock::now();
    for number in 0..250 {
        let session = NewSession {
            id: SessionId::parse(&format!("old-{number}")).unwrap(),
            user: UserId::parse("kim").unwrap(),
            scenario_id: "price-talk".to_owned(),
            opening: None,
            private: false,
            at: Timestamp(now.0 - 1_000 - number),
        };
        house.database.create_session(session).await.unwrap();
    }
    let object = keep_an_object_of(&house, "old-7").await;
    let forgotten = forget_before(&*house.app.catalog, &*house.app.objects, Timestamp(now.0 - 500)).await;
    assert_eq!(forgotten, Ok(250));
    assert!(house.app.objects.get(&object).await.is_err());
    let kept = house.get(&format!("/api/roleplay/session/{young}")).bearer(&token).send().await;
    assert_eq!(kept.status, 200);
}

#[tokio::test]
async fn sessions_that_cannot_be_deleted_keep_no_other_from_it() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let token = house.token("kim", Role::Trainee);
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(SessionId::parse(&house.session_of(&token).await).unwrap());
    }
    shelf.fail(&sessions[0], StoreError::Unavailable("the store is away".to_owned()));
    shelf.fail(&sessions[2], StoreError::Refused("no right to delete it".to_owned()));
    let forget = async || forget_before(&*house.app.catalog, &*house.app.objects, Timestamp(i64::MAX)).await;
    assert_eq!(forget().await, Ok(2));
    for (session, is_left) in sessions.iter().zip([true, false, true, false]) {
        assert_eq!(house.database.session(session).await.unwrap().is_some(), is_left);
    }
    shelf.recover();
    assert_eq!(forget().await, Ok(2));
}

#[tokio::test]
async fn forgetting_waits_for_a_store_that_is_away() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let token = house.token("kim", Role::Trainee);
    let away = StoreError::Unavailable("the store is away".to_owned());
    for _ in 0..21 {
        shelf.fail(&SessionId::parse(&house.session_of(&token).await).unwrap(), away.clone());
    }
    let forgotten = forget_before(&*house.app.catalog, &*house.app.objects, Timestamp(i64::MAX)).await;
    assert_eq!(forgotten, Err(away));
}

#[test]
fn sessions_are_kept_unless_the_operator_says_for_how_long() {
    let retention = |pairs| Config::from_pairs(pairs).unwrap().stores.retention;
    assert_eq!(retention(&[]), None);
    assert_eq!(retention(&[("RETENTION_DAYS", "90")]), Some(Duration::from_secs(90 * 86_400)));
}
