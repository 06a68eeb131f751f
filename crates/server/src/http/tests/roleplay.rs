use std::sync::Arc;

use ports::{Catalog as _, FinishReason, Role, SessionId, Token};
use serde_json::{Value, json};

use super::house::{Answer, House, Says, Waits};

const ANSWER: &str = "We can show you the numbers.";

async fn say(house: &House, token: &str, session: &str, content: &str) -> Answer {
    let message = json!({"sessionId": session, "content": content});
    house.post("/api/roleplay/message", message).bearer(token).send().await
}

#[tokio::test]
async fn a_session_begins_with_the_personas_opening() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let start = json!({"scenarioId": "5333f079-3b46-4745-97d8-8b287e19a7ae"});
    let answer = house.post("/api/roleplay/start", start).cookie(&token).send().await;
    assert_eq!(answer.status, 201);
    let session = &answer.json()["data"];
    assert_eq!(session["userId"], "kim");
    assert_eq!(session["scenarioId"], "price-talk");
    assert_eq!(session["scenario"]["title"], "Price talk");
    assert_eq!(session["status"], "active");
    assert_eq!(session["completedAt"], Value::Null);
    assert_eq!(session["feedback"], Value::Null);
    let messages = session["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["role"], "ai");
    assert_eq!(messages[0]["content"], "You have ten minutes.");
    assert_eq!(messages[0]["sessionId"], session["id"]);
}

#[tokio::test]
async fn a_start_needs_a_scenario_that_is_offered() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    for (body, expected) in [
        (json!({}), (400, "Scenario ID is required")),
        (json!({"scenarioId": "none"}), (404, "Scenario not found or inactive")),
    ] {
        let answer = house.post("/api/roleplay/start", body).bearer(&token).send().await;
        assert_eq!(answer.failure(), (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn a_session_that_was_begun_goes_on_though_its_scenario_is_offered_no_longer() {
    let house = House::new().await;
    let (token, admin) = (house.token("kim", Role::Trainee), house.token("ada", Role::Admin));
    let session = house.session_of(&token).await;
    let hide =
        house.put("/api/admin/scenarios/price-talk/status", json!({"isActive": false})).bearer(&admin).send().await;
    assert_eq!(hide.status, 200);
    let said = say(&house, &token, &session, ANSWER).await;
    assert_eq!(said.json()["data"]["userMessage"]["content"], ANSWER);
}

#[tokio::test]
async fn a_new_session_abandons_the_old_one() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let first = house.session_of(&token).await;
    house.session_of(&token).await;
    let old = house.get(&format!("/api/roleplay/session/{first}")).bearer(&token).send().await.json();
    assert_eq!(old["data"]["status"], "abandoned");
    let said = say(&house, &token, &first, "Are you still there?").await;
    assert_eq!(said.failure(), (400, "Session is not active".to_owned()));
    let ended = house.post("/api/roleplay/end", json!({"sessionId": first})).bearer(&token).send().await;
    assert_eq!(ended.failure(), (400, "Session is not active".to_owned()));
}

#[tokio::test]
async fn a_typed_turn_is_answered_and_kept_until_the_turns_are_used_up() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;

    let first = say(&house, &token, &session, &format!("  {ANSWER} ")).await.json();
    assert_eq!(first["data"]["turnsRemaining"], 1);
    assert_eq!(first["data"]["userMessage"]["role"], "user");
    assert_eq!(first["data"]["userMessage"]["content"], ANSWER);
    assert_eq!(first["data"]["aiMessage"]["role"], "ai");
    assert!(!first["data"]["aiMessage"]["content"].as_str().unwrap().is_empty());
    let second = say(&house, &token, &session, ANSWER).await.json();
    assert_eq!(second["data"]["turnsRemaining"], 0);
    let third = say(&house, &token, &session, ANSWER).await;
    assert_eq!(third.failure(), (400, "Maximum dialogue turns reached. Please end the session.".to_owned()));

    let kept = house.get(&format!("/api/roleplay/session/{session}")).bearer(&token).send().await.json();
    let messages = kept["data"]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 5);
    let labels: Vec<_> = messages.iter().map(|message| (&message["provider"], &message["demo"])).collect();
    let (opening, typed, demo) =
        ((json!(null), json!(false)), (json!("typed"), json!(false)), (json!("scenario"), json!(true)));
    let expected = [&opening, &typed, &demo, &typed, &demo].map(|(provider, demo)| (provider, demo));
    assert_eq!(labels, expected);
    assert_eq!(messages[1], first["data"]["userMessage"]);
    assert_eq!(messages[2], first["data"]["aiMessage"]);
    assert_eq!(messages[4], second["data"]["aiMessage"]);
}

#[tokio::test]
async fn a_message_has_a_session_and_a_reasonable_length() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let long = "x".repeat(2001);
    let length = "Message must be between 10 and 2000 characters";
    for (session, content, expected) in [
        ("", ANSWER, (400, "Session ID and content are required")),
        (&session, "", (400, "Session ID and content are required")),
        (&session, "too short", (400, length)),
        (&session, &long, (400, length)),
        ("none", ANSWER, (404, "Session not found")),
        ("../etc", ANSWER, (404, "Session not found")),
    ] {
        let answer = say(&house, &token, session, content).await;
        assert_eq!(answer.failure(), (expected.0, expected.1.to_owned()));
    }
    let chinese = "你好，请问这个价格可以再便宜一点吗";
    assert_eq!(say(&house, &token, &session, chinese).await.status, 200);
}

#[tokio::test]
async fn an_answer_that_fails_leaves_nothing_and_may_be_tried_again() {
    let text = || Ok(Token::Text("half a sen".to_owned()));
    let finish = || Ok(Token::Finish { reason: FinishReason::Stop, usage: None });
    for tokens in [vec![], vec![text()], vec![finish()]] {
        let house = House::with(&[], Arc::new(Says(tokens))).await;
        let token = house.token("kim", Role::Trainee);
        let session = house.session_of(&token).await;
        let answer = say(&house, &token, &session, ANSWER).await;
        assert_eq!(answer.failure(), (500, "Failed to generate AI response. Please try again.".to_owned()));
        let kept = house.database.messages(&SessionId::parse(&session).unwrap()).await.unwrap();
        assert_eq!(kept.len(), 1);
    }
}

#[tokio::test]
async fn a_session_has_one_typed_turn_at_a_time() {
    let model = Arc::new(Waits::default());
    let house = House::with(&[], model.clone()).await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let second = async {
        model.asked.notified().await;
        let second = say(&house, &token, &session, ANSWER).await;
        model.go.notify_one();
        second
    };
    let (first, second) = tokio::join!(say(&house, &token, &session, ANSWER), second);
    assert_eq!(first.status, 200);
    assert_eq!(second.failure(), (409, "The previous message is still being answered".to_owned()));
    model.go.notify_one();
    assert_eq!(say(&house, &token, &session, ANSWER).await.status, 200);
}

#[tokio::test]
async fn a_session_that_ends_while_a_message_is_answered_ends_with_it() {
    let model = Arc::new(Waits::default());
    let house = House::with(&[], model.clone()).await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let end = async {
        model.asked.notified().await;
        let mut ending = Box::pin(house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(&token).send());
        assert!(futures_util::poll!(&mut ending).is_pending());
        model.go.notify_one();
        ending.await.json()
    };
    let (said, ended) = tokio::join!(say(&house, &token, &session, ANSWER), end);
    assert_eq!(said.status, 200);
    assert_eq!(ended["data"]["status"], "completed");
    assert_eq!(ended["data"]["messages"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_has_failed() {
    let house = House::with(&[("LLM_TIMEOUT_MS", "100")], Arc::new(Waits::default())).await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let answer = say(&house, &token, &session, ANSWER).await;
    assert_eq!(answer.failure(), (500, "Failed to generate AI response. Please try again.".to_owned()));
}

#[tokio::test]
async fn an_ended_session_is_complete_and_ending_it_again_changes_nothing() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let end = || house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(&token).send();
    let first = end().await.json();
    assert_eq!(first["data"]["status"], "completed");
    assert!(first["data"]["completedAt"].is_string());
    assert_eq!(first["data"]["messages"].as_array().unwrap().len(), 1);
    assert_eq!(end().await.json(), first);
    let scenario = house.get("/api/scenarios/price-talk").send().await.json();
    assert_eq!(scenario["data"]["practiceCount"], 1);
    let said = say(&house, &token, &session, ANSWER).await;
    assert_eq!(said.failure(), (400, "Session is not active".to_owned()));
}

#[tokio::test]
async fn a_session_belongs_to_its_user_and_a_coach_may_read_it() {
    let house = House::new().await;
    let (kim, lee, coach) =
        (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee), house.token("carol", Role::Coach));
    let session = house.session_of(&kim).await;
    let path = format!("/api/roleplay/session/{session}");
    let forbidden = (403, "Not authorized".to_owned());
    assert_eq!(house.get(&path).bearer(&lee).send().await.failure(), forbidden);
    assert_eq!(house.get(&path).bearer(&coach).send().await.status, 200);
    for token in [&lee, &coach] {
        assert_eq!(say(&house, token, &session, ANSWER).await.failure(), forbidden);
        let end = house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(token).send().await;
        assert_eq!(end.failure(), forbidden);
    }
}

#[tokio::test]
async fn a_coach_does_not_read_what_was_practised_in_private() {
    let house = House::new().await;
    let (kim, coach) = (house.token("kim", Role::Trainee), house.token("carol", Role::Coach));
    for (practice, of_coach) in [("private", 403), ("shared", 200)] {
        let start = json!({"scenarioId": "price-talk", "practice": practice});
        let started = house.post("/api/roleplay/start", start).bearer(&kim).send().await.json();
        let path = format!("/api/roleplay/session/{}", started["data"]["id"].as_str().unwrap());
        assert_eq!(house.get(&path).bearer(&kim).send().await.status, 200);
        assert_eq!(house.get(&path).bearer(&coach).send().await.status, of_coach, "{practice}");
    }
    let start = json!({"scenarioId": "price-talk", "practice": "secret"});
    let refused = house.post("/api/roleplay/start", start).bearer(&kim).send().await.failure();
    assert_eq!(refused.0, 400);
    assert!(refused.1.contains("private"), "{refused:?}");
}

#[tokio::test]
async fn the_history_lists_ones_own_completed_sessions() {
    let house = House::new().await;
    let (kim, lee) = (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee));
    let session = house.session_of(&kim).await;
    say(&house, &kim, &session, ANSWER).await;
    house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(&kim).send().await;
    house.session_of(&kim).await;

    let page = house.get("/api/roleplay/history?page=1&pageSize=5").bearer(&kim).send().await.json();
    assert_eq!(page["data"]["total"], 1);
    let item = &page["data"]["items"][0];
    assert_eq!(item["id"], json!(session));
    assert_eq!(item["status"], "completed");
    assert_eq!(
        item["scenario"],
        json!({"id": "price-talk", "title": "Price talk", "category": "Pricing & Negotiation", "difficulty": "hard"})
    );
    assert_eq!(item["duration"], 0);
    assert_eq!(item["messageCount"], 3);
    assert_eq!(item["messages"].as_array().unwrap().len(), 3);
    assert_eq!(item["feedback"], Value::Null);
    let others = house.get("/api/roleplay/history").bearer(&lee).send().await.json();
    assert_eq!(others["data"]["items"], json!([]));
}
