use std::{fs, sync::Arc};

use serde_json::Value;
use testkit::SocketEvent;
use tokio::task::JoinSet;

use crate::place::{Place, said, session, short_chunk, start_session};

/// Sessions at the same time.
const AT_ONCE: u64 = 50;
/// Of audio, in each of them.
const CHUNKS: u64 = 3;
/// So many play before the baseline is taken: pools, caches and the allocator fill.
const WARM_UP: u64 = 300;
/// A file that is just being written.
const SLACK: u64 = 8;
/// Whoever decoded something waits ten seconds for more of it.
const SLACK_THREADS: u64 = AT_ONCE;
const SLACK_BYTES: u64 = 12 << 20;

/// 400 sessions, or as many as `REPARTEE_SOAK` says.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_sessions_leave_nothing_behind() {
    let sessions = std::env::var("REPARTEE_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let place = Arc::new(Place::start(&[("MAX_SESSIONS_PER_USER", "100000"), ("LOG", "warn")]));
    let token = place.token("ann", "trainee");
    play(&place, &token, 0..WARM_UP).await;
    let before = quiet(&place, WARM_UP).await;
    play(&place, &token, WARM_UP..WARM_UP + sessions).await;
    let after = quiet(&place, WARM_UP + sessions).await;
    assert_eq!(after["sessionsOpened"], WARM_UP + sessions);
    let grown = |name: &str| number(&after, name).saturating_sub(number(&before, name));
    for (name, slack) in [("tasks", SLACK), ("openFiles", SLACK), ("threads", SLACK_THREADS)] {
        assert!(grown(name) <= slack, "{name} grew: {before:#} {after:#}");
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

/// A turn that is spoken and one that is typed.
async fn one_session(place: &Place, token: &str, id: &str) {
    let client = place.connect(token).await;
    client.emit("start-session", &start_session(id));
    for seq in 0..CHUNKS {
        client.emit("audio-chunk", &short_chunk(id, seq));
    }
    client.emit("end-turn", &session(id));
    client.wait_for(|event| event.name == "audio-received").await.expect("it is stored");
    let first = client.wait_for(|event| event.name == "ai-response").await.expect("it is answered");
    client.emit("transcription", &said(id, "What would make this worth its price to you?"));
    let is_next =
        |event: &SocketEvent| event.name == "ai-response" && event.payload["turnId"] != first.payload["turnId"];
    client.wait_for(is_next).await.expect("that is answered too");
    client.emit("end-session", &session(id));
    client.wait_for(|event| event.name == "session-ended").await.expect("it ends");
}

/// The figures once everybody has left and everything is recorded.
async fn quiet(place: &Place, played: u64) -> Value {
    let has_left = |stats: &Value| stats["activeSessions"] == 0 && stats["connections"] == 0;
    let mut recorded = 0;
    loop {
        // However slow the machine is, one recording after another is made.
        let stats = place.until("quiet", |stats| has_left(stats) && recordings(place) > recorded).await;
        recorded = recordings(place);
        if recorded == played {
            return stats;
        }
    }
}

fn recordings(place: &Place) -> u64 {
    let folders = fs::read_dir(place.objects().join("sessions")).expect("sessions have objects");
    folders.flatten().filter(|folder| folder.path().join("recording.ogg").exists()).count() as u64
}

fn number(stats: &Value, name: &str) -> u64 {
    stats[name].as_u64().expect("it is a number")
}
