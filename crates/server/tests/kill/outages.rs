//! Stores that go away in the middle of a session and come back. The server is the real one; what it cannot store, it keeps, within
//! its limit.

use std::{fs, time::Duration};

use serde_json::Value;
use testkit::{Wire, postgres, s3};
use tokio::time::sleep;

use crate::{
    book::Kept,
    place::Place,
    recorder::{Line, Recorder, complaints},
};

const BUFFERED: usize = 65_536;
const CHUNK: usize = 2_048;

fn limited(place: Place) -> Place {
    place.set("MAX_CHUNK_BYTES", "8192").set("MAX_BUFFERED_BYTES", &BUFFERED.to_string())
}

fn samples(bytes: usize) -> Vec<u8> {
    (0..bytes as u32 / 2).flat_map(|n| ((n * 7 + n / 251) as u16).to_le_bytes()).collect()
}

fn recorder(place: &Place, bytes: usize) -> Recorder {
    Recorder::new(place, "practice", samples(bytes).chunks(CHUNK).map(<[u8]>::to_vec).collect())
}

/// Sends one chunk; `false` when the server has no room for it.
async fn send(recorder: &Recorder, line: &Line, seq: usize) -> bool {
    let answer = line.client.ask("audio-chunk", &recorder.chunk(seq)).await.expect("the server stays");
    match answer["ok"].as_bool() {
        Some(true) => true,
        _ => {
            let code = answer["error"]["code"].as_str().unwrap();
            assert!(["STORAGE_UNAVAILABLE", "OVERLOADED"].contains(&code), "{answer}");
            false
        }
    }
}

async fn comes(line: &Line, code: &str) -> Value {
    let error = line.client.wait_for(|event| event.name == "error" && event.payload["code"] == code).await;
    error.expect("the server stays").payload
}

/// Sends into a store that is away until the server has no more room, and pushes on for a while.
async fn fill(recorder: &Recorder, line: &Line) -> usize {
    let mut next = line.next_chunk();
    while send(recorder, line, next).await {
        next += 1;
    }
    for _ in 0..200 {
        assert!(!send(recorder, line, next).await, "there is no room, and then there is");
    }
    next
}

async fn send_the_rest(recorder: &Recorder, line: &Line, from: usize) {
    for seq in from..recorder.chunks.len() {
        while !send(recorder, line, seq).await {
            sleep(Duration::from_millis(20)).await;
        }
    }
    line.client.emit("end-turn", &recorder.about_session());
    assert!(recorder.all_stored(line).await);
    line.client.emit("end-session", &recorder.about_session());
    line.client.wait_for(|event| event.name == "session-ended").await.expect("the server stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_for_a_while_loses_nothing() {
    let place = limited(Place::embedded());
    let mut recorder = recorder(&place, 200_000);
    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    let before = server.memory();
    let (folder, aside) = (place.objects_folder(), place.objects_folder().with_extension("aside"));
    fs::rename(&folder, &aside).unwrap();
    // Not even root can make a folder in a file.
    fs::write(&folder, "in the way").unwrap();
    let next = fill(&recorder, &line).await;
    assert_eq!(next, BUFFERED / CHUNK);
    comes(&line, "STORAGE_UNAVAILABLE").await;
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes more are held");

    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    send_the_rest(&recorder, &line, next).await;
    recorder.hang_up(line);
    server.kill();
    assert_eq!(complaints(&recorder.told), ["STORAGE_UNAVAILABLE"]);
    assert!(Kept::of(&place, &recorder).await.samples() == samples(200_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_s3_server_that_is_gone_for_a_while_loses_nothing() {
    let (Some(postgres), Some(s3)) = (postgres(), s3()) else { return };
    let place = limited(Place::services(&postgres, &s3).await);
    let mut wire = Wire::to(place.objects_address()).await;
    let place = place.objects_through(&wire.address());
    let mut recorder = recorder(&place, 120_000);
    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    assert!(send(&recorder, &line, 0).await && send(&recorder, &line, 1).await);
    line.client.wait_for(|event| event.name == "audio-received").await.unwrap();
    wire.cut().await;
    for seq in 2..10 {
        assert!(send(&recorder, &line, seq).await);
    }
    comes(&line, "STORAGE_UNAVAILABLE").await;
    wire.mend().await;
    send_the_rest(&recorder, &line, 10).await;
    recorder.hang_up(line);
    server.kill();
    assert_eq!(complaints(&recorder.told), ["STORAGE_UNAVAILABLE"]);
    assert!(Kept::of(&place, &recorder).await.samples() == samples(120_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_gone_for_a_while_holds_back_what_is_told_and_loses_nothing() {
    let (Some(postgres), Some(s3)) = (postgres(), s3()) else { return };
    let place = Place::services(&postgres, &s3).await;
    let mut wire = Wire::to(place.database_address()).await;
    let place = place.database_through(&wire.address());
    let mut recorder = recorder(&place, 80_000);
    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    for seq in 0..4 {
        assert!(send(&recorder, &line, seq).await);
    }
    line.client.wait_for(|event| event.name == "ai-response").await.unwrap();
    wire.cut().await;
    let stored = |line: &Line| line.client.events().iter().filter(|event| event.name == "audio-received").count();
    let before = stored(&line);
    for seq in 4..8 {
        assert!(send(&recorder, &line, seq).await);
    }
    comes(&line, "DATABASE_UNAVAILABLE").await;
    assert!(stored(&line) <= before + 1, "what was on its way when the wire was cut may still arrive");
    wire.mend().await;
    send_the_rest(&recorder, &line, 8).await;
    recorder.hang_up(line);
    server.kill();
    assert_eq!(complaints(&recorder.told), ["DATABASE_UNAVAILABLE"]);
    assert!(Kept::of(&place, &recorder).await.samples() == samples(80_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_told_to_stop_finishes_the_turn_and_the_next_one_goes_on() {
    let place = Place::embedded();
    let mut recorder = recorder(&place, 40_000);
    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    for seq in 0..5 {
        assert!(send(&recorder, &line, seq).await);
    }
    server.tell_to_stop();
    comes(&line, "SHUTTING_DOWN").await;
    // Who does not listen is told again; the session is not opened again by a server that stops.
    for seq in [5, 6] {
        line.client.emit("audio-chunk", &recorder.chunk(seq));
    }
    line.client.gone().await;
    recorder.hang_up(line);
    assert!(recorder.told.iter().any(|event| event.name == "ai-response"));
    let errors = recorder.told.iter().filter(|event| event.name == "error");
    let codes: Vec<_> = errors.map(|error| error.payload["code"].as_str().unwrap()).collect();
    let mut from_then_on = codes.iter().skip_while(|code| **code != "SHUTTING_DOWN");
    assert!(from_then_on.all(|code| *code == "SHUTTING_DOWN"), "{codes:?}");

    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    assert_eq!(line.next_chunk(), 5, "all that had come was stored");
    send_the_rest(&recorder, &line, 5).await;
    recorder.hang_up(line);
    server.kill();
    assert!(Kept::of(&place, &recorder).await.samples() == samples(40_000));
}
