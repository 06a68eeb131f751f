//! Somebody deletes their account in the middle of a session, and the server is killed at once; the next one finishes what was begun.

use std::time::{Duration, Instant};

use ports::{Catalog as _, SessionId, Timestamp, UserId};
use testkit::{SocketClient, postgres, s3};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    place::{Place, Server},
    recorder::Recorder,
};

const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_is_killed_is_finished_by_the_next_server() {
    let (postgres, s3) = (postgres(), s3());
    let with_services = async {
        let (Some(postgres), Some(s3)) = (&postgres, &s3) else { return };
        killed_at_once(Place::services(postgres, s3).await).await;
    };
    tokio::join!(killed_at_once(Place::embedded()), with_services);
}

async fn killed_at_once(place: Place) {
    let recorder = Recorder::new(&place, "practice", vec![vec![7; 8_000]]);
    let server = place.serve();
    record(&recorder, &server).await;
    assert!(!place.objects().await.list("").await.unwrap().is_empty());
    assert_eq!(delete_account(&server, &place.token()).await, 200);
    server.kill();

    let server = place.serve();
    let came_back = SocketClient::connect(&server.address, &serde_json::json!({"token": place.token()})).await.unwrap();
    let refused = came_back.wait_for(|event| event.name == "error").await.unwrap();
    assert_eq!(
        (&refused.payload["code"], &refused.payload["message"]),
        (&"UNAUTHENTICATED".into(), &"User not found".into())
    );
    until_gone(&place).await;
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_deletes_the_account_in_mid_session_is_hung_up_on_and_leaves_nothing() {
    let place = Place::embedded();
    let recorder = Recorder::new(&place, "practice", vec![vec![7; 8_000]]);
    let server = place.serve();
    let line = recorder.arrive(&server).await.unwrap();
    line.client.emit("audio-chunk", &recorder.chunk(0));
    line.client.emit("end-turn", &recorder.about_session());
    assert!(recorder.all_stored(&line).await);
    assert_eq!(delete_account(&server, &place.token()).await, 200);
    line.client.gone().await;
    until_gone(&place).await;
    server.kill();
}

/// Leaves the session open.
async fn record(recorder: &Recorder, server: &Server) {
    let line = recorder.arrive(server).await.unwrap();
    line.client.emit("audio-chunk", &recorder.chunk(0));
    line.client.emit("end-turn", &recorder.about_session());
    assert!(recorder.all_stored(&line).await);
}

async fn until_gone(place: &Place) {
    let (database, objects) = (place.database().await, place.objects().await);
    let (ann, practice) = (UserId::parse("ann").unwrap(), SessionId::parse("practice").unwrap());
    let began = Instant::now();
    while database.user(&ann).await.unwrap().is_some() {
        assert!(began.elapsed() < PATIENCE, "{:?}", database.departures(Timestamp(0)).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(database.session(&practice).await, Ok(None));
    // A recording that was just being made is put, found to be of nobody, and taken away again.
    while let Some(left) = objects.list("").await.unwrap().first() {
        assert!(began.elapsed() < PATIENCE, "{left:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Answers the status.
async fn delete_account(server: &Server, token: &str) -> u16 {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = format!(
        "DELETE /api/auth/profile HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}
