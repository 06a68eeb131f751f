//! A server with the OpenAI API whose model and voice take a fixed time, and that says how long it really was.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::{
    Json, Router, body::Body, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::post,
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, time::sleep};

/// Until the first words of an answer.
const THINKING: Duration = Duration::from_millis(120);
/// From one sentence to the next.
const THINKING_ON: Duration = Duration::from_millis(60);
/// Until the first sound of a sentence.
const DRAWING_BREATH: Duration = Duration::from_millis(80);
const SPEECH_RATE: usize = 24_000;
/// A sentence is spoken in two pieces, the first of which comes at once.
const FIRST_SAMPLES: usize = SPEECH_RATE / 2;
const MORE_SAMPLES: usize = SPEECH_RATE * 4;

pub(super) struct Providers {
    pub(super) url: String,
    answers: AtomicU64,
    /// By the answer's number: from the question to the first words, and from these to the first sound.
    took: Mutex<HashMap<u64, Duration>>,
}

#[derive(Deserialize)]
struct Saying {
    input: String,
}

impl Providers {
    /// On a free port of this machine, for as long as this program runs.
    pub(super) async fn serve() -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen")?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let providers = Arc::new(Self { url, answers: AtomicU64::new(0), took: Mutex::default() });
        let routes = Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/audio/speech", post(speak))
            .with_state(Arc::clone(&providers));
        tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(providers)
    }

    /// What the providers took for the answer that begins with this text.
    pub(super) fn took(&self, text: &str) -> Option<Duration> {
        self.lock().remove(&number_of(text)?)
    }

    fn add(&self, answer: u64, took: Duration) {
        *self.lock().entry(answer).or_default() += took;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Duration>> {
        self.took.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(providers): State<Arc<Providers>>) -> impl IntoResponse {
    let asked = Instant::now();
    let number = providers.answers.fetch_add(1, Ordering::Relaxed);
    // That a sentence is over is known by what follows it.
    let beginning = format!("Answer {number} is that this costs rather more than we had thought. We");
    let says = |content: &str| event(&json!({ "choices": [{ "delta": { "content": content } }] }));
    let (first, second) = (says(&beginning), says(" would have to talk about it in our team first."));
    let end = event(&json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] })) + "data: [DONE]\n\n";
    let begin = async move {
        sleep(THINKING).await;
        providers.add(number, asked.elapsed());
        first
    };
    let go_on = async move {
        sleep(THINKING_ON).await;
        second + &end
    };
    let pieces =
        stream::once(begin).chain(stream::once(go_on)).map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces))
}

async fn speak(State(providers): State<Arc<Providers>>, Json(Saying { input }): Json<Saying>) -> impl IntoResponse {
    let asked = Instant::now();
    let begin = async move {
        sleep(DRAWING_BREATH).await;
        if let Some(number) = number_of(&input) {
            providers.add(number, asked.elapsed());
        }
        sound(FIRST_SAMPLES)
    };
    let go_on = async { sound(MORE_SAMPLES) };
    let pieces = stream::once(begin).chain(stream::once(go_on)).map(Ok::<_, std::io::Error>);
    ([(CONTENT_TYPE, "audio/pcm")], Body::from_stream(pieces))
}

fn event(chunk: &serde_json::Value) -> String {
    format!("data: {chunk}\n\n")
}

/// The beginning of a long sound that is made once.
fn sound(samples: usize) -> Bytes {
    static SOUND: LazyLock<Bytes> = LazyLock::new(|| vec![0x11; MORE_SAMPLES * 2].into());
    SOUND.slice(..samples * 2)
}

/// Only the first sentence of an answer has it.
fn number_of(text: &str) -> Option<u64> {
    text.trim_start().strip_prefix("Answer ")?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_of_an_answer_tells_which_one_it_is() {
        assert_eq!(number_of("Answer 17 is that this costs"), Some(17));
        assert_eq!(number_of(" We would have to talk"), None);
        assert_eq!(number_of("Answer me"), None);
    }

    #[tokio::test]
    async fn what_both_took_for_an_answer_is_told_once() {
        let providers = Providers::serve().await.unwrap();
        providers.add(3, Duration::from_millis(120));
        providers.add(3, Duration::from_millis(80));
        assert_eq!(providers.took("Answer 3 is"), Some(Duration::from_millis(200)));
        assert_eq!(providers.took("Answer 3 is"), None);
    }
}
