use serde_json::json;

use crate::place::{Place, session, start_session};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_asks_for_patience_until_a_session_ends() {
    let place = Place::start(&[("MAX_SESSIONS", "1")]);
    let ann = place.connect(&place.token("ann", "trainee")).await;
    let bob = place.connect(&place.token("bob", "trainee")).await;
    ann.emit("start-session", &start_session("s-ann"));
    ann.wait_for(|event| event.name == "session-started").await.unwrap();
    bob.emit("start-session", &start_session("s-bob"));
    let refused = bob.wait_for(|event| event.name == "error").await.unwrap().payload;
    assert_eq!((&refused["code"], &refused["retryable"]), (&"OVERLOADED".into(), &true.into()), "{refused}");
    assert!(refused["retryAfterMs"].as_u64().unwrap() > 0);
    ann.emit("end-session", &session("s-ann"));
    place.until("room", |stats| stats["activeSessions"] == 0).await;
    bob.emit("start-session", &start_session("s-bob"));
    bob.wait_for(|event| event.name == "session-started").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_only_so_many_connections() {
    let place = Place::start(&[("MAX_CONNECTIONS_PER_ADDRESS", "2")]);
    let token = place.token("ann", "trainee");
    let first = place.connect(&token).await;
    let second = place.connect(&token).await;
    second.wait_for(|event| event.name == "connected").await.unwrap();
    let third = place.connect(&token).await;
    let refused = third.wait_for(|event| event.name == "error").await.unwrap().payload;
    assert_eq!(refused["code"], "RATE_LIMITED");
    third.gone().await;
    drop(first);
    place.until("one connection", |stats| stats["connections"] == 1).await;
    let again = place.connect(&token).await;
    again.wait_for(|event| event.name == "connected").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_counts_the_requests_of_each_client_behind_a_trusted_proxy() {
    let place = Place::start(&[("RATE_REQUESTS_PER_MINUTE", "2"), ("TRUST_PROXY", "true")]);
    let ask = |client: &str| place.get("/api/health", &[("X-Forwarded-For", client)]);
    assert!(ask("203.0.113.7").head.contains("ratelimit-remaining: 1"));
    assert!(ask("203.0.113.7").head.contains("ratelimit-remaining: 0"));
    let refused = ask("203.0.113.7");
    assert_eq!(refused.status, 429);
    assert!(refused.head.contains("retry-after: ") && refused.head.contains("ratelimit-limit: 2"), "{}", refused.head);
    let literal = json!({ "success": false, "error": "Too many requests, please try again later" });
    assert_eq!(refused.json(), literal);
    assert_eq!(ask("203.0.113.8").status, 200);
    assert_eq!(place.get("/healthz", &[("X-Forwarded-For", "203.0.113.7")]).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_slow_work() {
    let place = Place::start(&[("RATE_LOGINS_PER_MINUTE", "2")]);
    let login = |email: &str| {
        let attempt = json!({ "email": email, "password": "guessed at random" });
        place.post("/api/auth/login", &[], &attempt).status
    };
    assert_eq!([login("ann@example.org"), login("ANN@example.org"), login("ann@example.org")], [401, 401, 429]);
    assert_eq!(login("bob@example.org"), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_open_on_a_socket_takes_no_typed_rest_turn_and_ends_from_there() {
    let place = Place::start(&[]);
    let token = place.token("ann", "trainee");
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    let started = place.post("/api/roleplay/start", &headers, &json!({ "scenarioId": "test-scenario" })).json();
    let id = started["data"]["id"].as_str().unwrap();
    let typed = json!({ "sessionId": id, "content": "Good morning, may I come in?" });
    assert_eq!(place.post("/api/roleplay/message", &headers, &typed).status, 200);

    let client = place.connect(&token).await;
    client.emit("start-session", &start_session(id));
    client.wait_for(|event| event.name == "session-started").await.unwrap();
    let refused = place.post("/api/roleplay/message", &headers, &typed);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("open in a practice room"), "{}", refused.body);

    let ended = place.post("/api/roleplay/end", &headers, &session(id));
    assert_eq!((ended.status, &ended.json()["data"]["status"]), (200, &"completed".into()), "{}", ended.body);
    client.wait_for(|event| event.name == "session-ended").await.unwrap();
    assert_eq!(place.stats()["activeSessions"], 0);
}
