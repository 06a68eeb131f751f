use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ports::Role;
use serde_json::{Value, json};

use super::house::House;
use crate::sessions::Sessions;

/// Opens a session as its user's page does.
async fn open(house: &House, user: &str, id: &str, practice: &str) {
    let account = house.app.accounts.authenticate(&[house.token(user, Role::Trainee)]).await.unwrap();
    let wish = json!({"sessionId": id, "scenarioId": "price-talk", "practice": practice});
    let sessions = Sessions::new(Arc::clone(&house.app));
    assert!(sessions.start(&account, serde_json::from_value(wish).unwrap()).await.is_ok());
}

async fn live(house: &House, query: &str) -> Value {
    let coach = house.token("cora", Role::Coach);
    house.get(&format!("/api/live{query}")).bearer(&coach).send().await.json()["data"].take()
}

#[tokio::test]
async fn a_coach_sees_who_practises_but_no_private_practice() {
    let house = House::new().await;
    assert_eq!(live(&house, "").await["items"], json!([]));
    open(&house, "kim", "kims", "shared").await;
    open(&house, "lee", "lees", "private").await;
    let found = live(&house, "").await;
    assert_eq!((&found["total"], &found["items"][0]["sessionId"]), (&json!(1), &json!("kims")));
    let item = &found["items"][0];
    assert_eq!((&item["userId"], &item["scenarioId"]), (&json!("kim"), &json!("price-talk")));
    assert_eq!((&item["userName"], &item["scenarioTitle"]), (&json!("kim"), &json!("Price talk")));
    assert!(item["startedAt"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn who_may_watch_is_said_when_a_session_begins_and_not_changed_in_silence() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    let begin = json!({"scenarioId": "price-talk", "practice": "private"});
    let begun = house.post("/api/roleplay/start", begin).bearer(&kim).send().await.json();
    let account = house.app.accounts.authenticate(&[kim]).await.unwrap();
    let sessions = Sessions::new(Arc::clone(&house.app));
    let start = async |practice: Option<&str>| {
        let wish = json!({"sessionId": begun["data"]["id"], "practice": practice});
        sessions.start(&account, serde_json::from_value(wish).unwrap()).await.map(|_| ()).map_err(|error| error.message)
    };
    let shares = async || start(Some("shared")).await.unwrap_err();
    assert!(shares().await.contains("has been private since it began"));
    assert_eq!(start(Some("private")).await, Ok(()));
    assert!(house.app.hub.all()[0].is_private());
    assert!(shares().await.contains("has been private since it began"));
    assert_eq!(start(None).await, Ok(()));
}

#[tokio::test]
async fn the_newest_sessions_come_first_and_page_by_page() {
    let house = House::new().await;
    open(&house, "kim", "b", "shared").await;
    open(&house, "lee", "a", "shared").await;
    let all = live(&house, "").await["items"].as_array().unwrap().clone();
    assert!(all[0]["startedAt"].as_str() >= all[1]["startedAt"].as_str());
    let second = live(&house, "?pageSize=1&page=2").await;
    assert_eq!((&second["items"], &second["totalPages"]), (&json!([all[1]]), &json!(2)));
}

#[tokio::test]
async fn a_session_that_ended_is_no_longer_live() {
    let house = House::new().await;
    open(&house, "kim", "kims", "shared").await;
    house.end(&house.token("kim", Role::Trainee), "kims").await;
    assert_eq!(live(&house, "").await["total"], 0);
}

#[tokio::test]
async fn who_begins_anew_ends_what_was_live() {
    let house = House::new().await;
    open(&house, "kim", "kims", "shared").await;
    open(&house, "lee", "lees", "shared").await;
    house.session_of(&house.token("kim", Role::Trainee)).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while house.app.hub.len() > 1 {
        assert!(Instant::now() < deadline, "it is still live");
        tokio::task::yield_now().await;
    }
    assert_eq!(live(&house, "").await["items"][0]["sessionId"], json!("lees"));
}

#[tokio::test]
async fn a_trainee_may_not_see_who_practises() {
    let house = House::new().await;
    let answer = house.get("/api/live").bearer(&house.token("kim", Role::Trainee)).send().await;
    assert_eq!(answer.failure(), (403, "Insufficient permissions".to_owned()));
}
