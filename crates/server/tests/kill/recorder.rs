//! A client as the wire page describes it: it numbers its chunks, keeps what is not acknowledged, and sends that again.

use base64_simd::STANDARD;
use serde_json::{Value, json};
use testkit::{SocketClient, SocketEvent};

use crate::place::{Place, Server};

/// Segments are small, so that a short recording has many, and long enough to count as speech.
const SEGMENT_BYTES: u64 = 6_000;

pub(crate) struct Recorder {
    pub(crate) session: String,
    pub(crate) chunks: Vec<Vec<u8>>,
    token: String,
    /// Everything that any server ever told.
    pub(crate) told: Vec<SocketEvent>,
}

/// A connection that has started the session.
pub(crate) struct Line {
    pub(crate) client: SocketClient,
    pub(crate) welcome: Value,
}

impl Recorder {
    pub(crate) fn new(place: &Place, session: &str, chunks: Vec<Vec<u8>>) -> Self {
        Self { session: session.to_owned(), chunks, token: place.token(), told: Vec::new() }
    }

    /// Connects and starts the session, or comes back to it; `None` when the server dies meanwhile.
    pub(crate) async fn arrive(&self, server: &Server) -> Option<Line> {
        let client = SocketClient::connect(&server.address, &json!({"token": self.token})).await?;
        let start = json!({
            "sessionId": self.session, "scenarioId": "test-scenario", "thresholds": {"bytes": SEGMENT_BYTES},
        });
        client.emit("start-session", &start);
        let answer = client.wait_for(|event| matches!(event.name.as_str(), "session-started" | "error")).await?;
        assert_eq!(answer.name, "session-started", "{}", answer.payload);
        Some(Line { client, welcome: answer.payload })
    }

    pub(crate) fn chunk(&self, seq: usize) -> Value {
        let audio = STANDARD.encode_to_string(&self.chunks[seq]);
        json!({"sessionId": self.session, "seq": seq, "audioData": audio})
    }

    pub(crate) fn about_session(&self) -> Value {
        json!({"sessionId": self.session})
    }

    /// Waits until everything is stored; `false` when the server is gone before.
    pub(crate) async fn all_stored(&self, line: &Line) -> bool {
        let last = self.chunks.len() as u64 - 1;
        let stored = |payload: &Value| payload["throughSeq"].as_u64() == Some(last);
        stored(&line.welcome) || line.client.wait_for(|event| stored(&event.payload)).await.is_some()
    }

    pub(crate) fn hang_up(&mut self, line: Line) {
        self.told.extend(line.client.events());
    }
}

impl Line {
    /// The first chunk that the server does not have.
    pub(crate) fn next_chunk(&self) -> usize {
        self.welcome["throughSeq"].as_u64().map_or(0, |seq| seq as usize + 1)
    }
}

/// The complaints about stores.
pub(crate) fn complaints(told: &[SocketEvent]) -> Vec<&str> {
    let errors = told.iter().filter(|event| event.name == "error");
    let codes = errors.map(|error| error.payload["code"].as_str().unwrap());
    codes.filter(|code| code.ends_with("_UNAVAILABLE")).collect()
}
