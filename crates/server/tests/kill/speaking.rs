//! The server goes while somebody speaks into an open microphone.

use std::time::Duration;

use base64_simd::STANDARD;
use ports::{Journal as _, SessionId};
use serde_json::{Value, json};
use testkit::SocketClient;

use crate::place::{Place, Server};

const SENTENCE: &[u8] = include_bytes!("../../../audio/tests/fixtures/sentence.wav");
const HEADER: usize = 44;
const SECOND: usize = 32_000;
const ID: &str = "sentence-1";
/// What is spoken without a pause that ends a turn, in tenths of a second. Long: the server goes in the midst of it,
/// however long it takes to store the beginning.
const SPOKEN: usize = 70;

/// A sentence, then silence; a tenth of a second each.
fn chunks() -> Vec<Value> {
    let mut samples = SENTENCE[HEADER + SECOND * 13 / 10..][..SECOND / 10 * SPOKEN].to_vec();
    samples.resize(samples.len() + SECOND * 2, 0);
    let chunks = samples.chunks(SECOND / 10).map(|chunk| STANDARD.encode_to_string(chunk)).enumerate();
    chunks.map(|(seq, audio)| json!({"sessionId": ID, "audioData": audio, "seq": seq})).collect()
}

async fn arrive(place: &Place, server: &Server) -> (SocketClient, Value) {
    let client = SocketClient::connect(&server.address, &json!({"token": place.token()})).await.unwrap();
    let start = json!({
        "sessionId": ID,
        "scenarioId": "test-scenario",
        "turnDetection": "vad",
        "audio": {"sampleRate": 16_000, "channels": 1, "echoCancellation": true},
        "thresholds": {"bytes": SECOND / 2},
    });
    client.emit("start-session", &start);
    let started = client.wait_for(|event| event.name == "session-started").await.unwrap();
    (client, started.payload)
}

/// So many chunks at once; nobody falls silent until `through` is stored.
async fn speak_until_stored(client: &SocketClient, chunks: &[Value], at_once: usize, through: u64) {
    chunks[..at_once].iter().for_each(|chunk| client.emit("audio-chunk", chunk));
    let speaking_on = async {
        for chunk in &chunks[at_once..] {
            tokio::time::sleep(Duration::from_millis(100)).await;
            client.emit("audio-chunk", chunk);
        }
    };
    let stored = async {
        client.wait_for(|event| event.payload["throughSeq"].as_u64() >= Some(through)).await.unwrap();
    };
    let mut stored = std::pin::pin!(stored);
    tokio::select! {
        () = &mut stored => return,
        () = speaking_on => {}
    }
    stored.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_in_the_midst_of_which_the_server_is_killed_is_one_turn() {
    a_sentence_is_one_turn_though_the_server_goes(Server::kill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_in_the_midst_of_which_the_server_is_stopped_is_one_turn() {
    a_sentence_is_one_turn_though_the_server_goes(Server::stop).await;
}

async fn a_sentence_is_one_turn_though_the_server_goes(goes: fn(&Server)) {
    let (place, chunks) = (Place::embedded(), chunks());
    let server = place.serve();
    let (client, _) = arrive(&place, &server).await;
    speak_until_stored(&client, &chunks, 15, 9).await;
    tokio::task::block_in_place(|| goes(&server));

    let server = place.serve();
    let (client, started) = arrive(&place, &server).await;
    let next = started["throughSeq"].as_u64().unwrap() as usize + 1;
    assert!(next < SPOKEN, "the sentence goes on: {started}");
    chunks[next..].iter().for_each(|chunk| client.emit("audio-chunk", chunk));
    client.wait_for(|event| event.name == "ai-response").await.unwrap();
    server.kill();

    let turns = place.database().await.turns(&SessionId::parse(ID).unwrap()).await.unwrap();
    let [turn] = &turns[..] else { panic!("{turns:?}") };
    assert_eq!(turn.heard.segments.map(|(first, _)| first), Some(1), "{turn:?}");
    assert!(turn.heard.duration_ms >= 100 * SPOKEN as u64, "{turn:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_after_which_the_server_is_killed_is_answered_though_nobody_speaks_on() {
    let (place, chunks) = (Place::embedded(), chunks());
    let server = place.serve();
    let (client, _) = arrive(&place, &server).await;
    speak_until_stored(&client, &chunks, 20, 14).await;
    server.kill();

    let server = place.serve();
    let (client, _) = arrive(&place, &server).await;
    client.wait_for(|event| event.name == "ai-response").await.unwrap();
    client.emit("end-session", &json!({"sessionId": ID}));
    client.wait_for(|event| event.name == "session-ended").await.unwrap();
    server.kill();
    let turns = place.database().await.turns(&SessionId::parse(ID).unwrap()).await.unwrap();
    let [turn] = &turns[..] else { panic!("{turns:?}") };
    assert_eq!(turn.heard.segments.map(|(first, _)| first), Some(1), "{turn:?}");
}
