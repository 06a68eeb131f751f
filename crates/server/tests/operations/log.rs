use serde_json::{Value, json};

use crate::place::{Place, chunk, said, session, start_session};

const SPOKEN: &str = "A very peculiar sentence about marmalade";

/// Plays a session and answers what was logged, and what must not be in it.
async fn log_of_a_session(format: &str) -> (String, Vec<String>) {
    let mut place = Place::start(&[("LOG_FORMAT", format)]);
    let token = place.token("ann", "trainee");
    let client = place.connect(&token).await;
    client.emit("start-session", &start_session("s-1"));
    client.emit("audio-chunk", &chunk("s-1", 0));
    client.emit("transcription", &said("s-1", SPOKEN));
    let audio = chunk("s-1", 0)["audioData"].to_string();
    let mut secrets = vec![token, SPOKEN.to_owned(), audio[1..40].to_owned()];
    place.until("two replies", |stats| stats["replies"] == 2).await;
    client.emit("end-session", &session("s-1"));
    client.wait_for(|event| event.name == "session-ended").await.expect("it ends");
    let heard = client.events().into_iter().filter(|event| ["transcription", "ai-response"].contains(&&*event.name));
    secrets.extend(heard.filter_map(|event| Some(event.payload["text"].as_str()?.to_owned())));
    place.get(&format!("/api/auth/me?token={}", secrets[0]), &[]);
    let stranger = place.connect("no token at all").await;
    stranger.gone().await;
    place.until("no session", |stats| stats["activeSessions"] == 0).await;
    place.process.wait_for_print("A session was recorded");
    (place.process.log(), secrets)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_logged_by_its_beginning_and_its_end_and_nothing_that_was_said() {
    let (log, secrets) = log_of_a_session("json").await;
    assert!(secrets.len() >= 7, "{secrets:?}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} is in\n{log}");
    }
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_session: Vec<_> = lines.iter().filter(|line| line["session.id"] == "s-1").collect();
    let messages: Vec<_> = of_session.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["A session is open", "A session is over", "A session was recorded"], "{log}");
    assert_eq!((&of_session[0]["scenario.id"], &of_session[0]["resumed"]), (&json!("test-scenario"), &json!(false)));
    assert_eq!((&of_session[1]["reason"], &of_session[1]["turns"]), (&json!("user_ended"), &json!(2)));
    assert!(of_session[1]["duration_ms"].is_u64());
    assert!(
        lines.iter().any(|line| line["message"] == "A connection is sent away" && line["code"] == "Unauthenticated")
    );
    assert!(lines.iter().all(|line| ["INFO", "WARN"].contains(&line["level"].as_str().unwrap())), "{log}");
    assert!(lines.len() < 11, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_for_people_says_the_same() {
    let (log, secrets) = log_of_a_session("text").await;
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} is in\n{log}");
    }
    for text in ["A session is open", "A session is over", "session.id=s-1", "A connection is sent away"] {
        assert!(log.contains(text), "{text} is missing in\n{log}");
    }
}
