use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::place::{Place, said, session, start_session};

/// Sessions at the same time.
const AT_ONCE: u64 = 50;
/// So many play before the baseline is taken: pools, caches and the allocator fill.
const WARM_UP: u64 = 300;
/// Threads that have not gone to sleep yet, a file that is just being written.
const SLACK: u64 = 8;
const SLACK_BYTES: u64 = 12 << 20;

/// 1 000 sessions, or as many as `REPARTEE_SOAK` says.
#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_sessions_leave_nothing_behind() {
    let sessions = std::env::var("REPARTEE_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let place = Arc::new(Place::start(&[("MAX_SESSIONS_PER_USER", "100000"), ("LOG", "warn")]));
    let token = place.token("ann", "trainee");
    play(&place, &token, 0..WARM_UP).await;
    let before = quiet(&place).await;
    play(&place, &token, WARM_UP..WARM_UP + sessions).await;
    let after = quiet(&place).await;
    assert_eq!(after["sessionsOpened"], WARM_UP + sessions);
    let grown = |name: &str| number(&after, name).saturating_sub(number(&before, name));
    for name in ["tasks", "openFiles", "threads"] {
        assert!(grown(name) <= SLACK, "{name} grew: {before:#} {after:#}");
    }
    println!("{sessions} sessions; before: {before:#}; after: {after:#}");
    assert!(grown("totalMemory") <= SLACK_BYTES, "memory grew by {} bytes: {before:#} {after:#}", grown("totalMemory"));
}

async fn play(place: &Arc<Place>, token: &str, numbers: std::ops::Range<u64>) {
    let mut playing = JoinSet::new();
    for number in numbers {
        if playing.len() as u64 >= AT_ONCE {
            playing.join_next().await.expect("some play").expect("every session is played to its end");
        }
        let (place, token) = (Arc::clone(place), token.to_owned());
        playing.spawn(async move { one_session(&place, &token, &format!("soak-{number}")).await });
    }
    while let Some(played) = playing.join_next().await {
        played.expect("every session is played to its end");
    }
}

async fn one_session(place: &Place, token: &str, id: &str) {
    let client = place.connect(token).await;
    client.emit("start-session", &start_session(id));
    client.emit("transcription", &said(id, "What would make this worth its price to you?"));
    client.wait_for(|event| event.name == "ai-response").await.expect("it is answered");
    client.emit("end-session", &session(id));
    client.wait_for(|event| event.name == "session-ended").await.expect("it ends");
}

/// The figures once everybody has left.
async fn quiet(place: &Place) -> Value {
    place.until("quiet", |stats| stats["activeSessions"] == 0 && stats["connections"] == 0).await
}

fn number(stats: &Value, name: &str) -> u64 {
    stats[name].as_u64().expect("it is a number")
}
