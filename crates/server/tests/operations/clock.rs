use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use testkit::{SocketClient, TempDir, skipped};

use crate::place::{Place, chunk, said, session, start_session};

/// The system's clock as one process sees it; only what ticks evenly is left alone.
struct Clock {
    folder: TempDir,
    library: PathBuf,
}

impl Clock {
    fn new() -> Option<Self> {
        let folders =
            ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
        let libraries = folders.iter().map(|folder| Path::new(folder).join("libfaketimeMT.so.1"));
        let library = libraries.into_iter().find(|library| library.is_file())?;
        let clock = Self { folder: TempDir::new(), library };
        clock.jump_to("+0");
        Some(clock)
    }

    fn serve(&self) -> Place {
        let file = self.file();
        let (file, library) = (file.to_str().expect("it is text"), self.library.to_str().expect("it is text"));
        Place::start(&[
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ])
    }

    /// So far from the true time.
    fn jump_to(&self, offset: &str) {
        fs::write(self.file(), offset).expect("the folder is there");
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }
}

/// Says something and answers when the server says that it answered.
async fn turn(client: &SocketClient, number: u64) -> i64 {
    client.emit("transcription", &said("jumpy", "What would make this worth its price to you?"));
    let answer = client.wait_for(|event| event.name == "ai-response" && event.payload["turnCount"] == number).await;
    answer.expect("the server stays").payload["timestamp"].as_i64().expect("it is a number")
}

/// By the clock of the system.
fn now_there(place: &Place) -> String {
    let health = place.get("/health", &[]).json();
    health["timestamp"].as_str().expect("it is text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_evenly_while_the_clock_jumps() {
    let Some(clock) = Clock::new() else {
        return skipped("a clock that jumps needs libfaketime (Debian: faketime)");
    };
    let mut place = clock.serve();
    let token = place.token("ann", "trainee");
    let client = place.connect(&token).await;
    client.emit("start-session", &start_session("jumpy"));
    client.emit("audio-chunk", &chunk("jumpy", 0));
    client.wait_for(|event| event.payload["throughSeq"] == 0).await.unwrap();
    client.emit("end-turn", &session("jumpy"));
    client.wait_for(|event| event.name == "ai-response").await.unwrap();
    let began = turn(&client, 2).await;
    let before = now_there(&place);

    clock.jump_to("+2d");
    let ahead = now_there(&place);
    assert!(ahead[..10] > before[..10], "the clock jumped from {before} to {ahead}");
    let later = turn(&client, 3).await;
    clock.jump_to("-2d");
    let behind = now_there(&place);
    assert!(behind[..10] < before[..10], "the clock jumped from {before} to {behind}");
    client.emit("audio-chunk", &chunk("jumpy", 1));
    client.wait_for(|event| event.payload["throughSeq"] == 1).await.unwrap();
    let latest = turn(&client, 4).await;
    assert!(began <= later && later <= latest && latest < began + 60_000, "{began}, {later}, {latest}");

    client.emit("end-session", &session("jumpy"));
    let ended = client.wait_for(|event| event.name == "session-ended").await.unwrap().payload;
    assert!(ended["duration"].as_u64().unwrap() < 60_000, "{ended}");
    let bearer = format!("Bearer {token}");
    let kept = place.get("/api/roleplay/session/jumpy", &[("Authorization", &bearer)]);
    assert_eq!(kept.status, 200, "the token is as good as before");
    let messages = kept.json()["data"]["messages"].take();
    let times: Vec<&Value> = messages.as_array().unwrap().iter().map(|message| &message["timestamp"]).collect();
    assert!(times.is_sorted_by_key(|time| time.as_str()), "{times:?}");
    place.until("a recording", |_| place.objects().join("sessions/jumpy/recording.ogg").is_file()).await;
    // A killed one leaves the clock's shared memory behind, on the machine.
    place.process.terminate();
}
