//! What every recogniser does.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{example::session_id, provider_has_a_plain_name};
use crate::{ProviderError, SpeechToText, TranscriptionRequest, Utterance, UtteranceSource, scenario_file::shipped};

/// Runs every check on a fresh recogniser.
pub async fn suite<S: SpeechToText>(fresh: impl AsyncFn() -> S) {
    provider_has_a_plain_name(&fresh().await.provider());
    no_sound_is_heard_as_nothing(&fresh().await).await;
    a_call_that_is_dropped_does_not_disturb_the_next(&fresh().await).await;
}

struct Silence(usize);

#[async_trait]
impl UtteranceSource for Silence {
    async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
        Ok(vec![0; self.0])
    }
}

fn request(millis: u64) -> TranscriptionRequest {
    TranscriptionRequest {
        session: session_id("s"),
        turn: 1,
        language: "en-US".to_owned(),
        scenario: Arc::new(shipped().swap_remove(0)),
        utterance: Utterance {
            duration: Duration::from_millis(millis),
            source: Arc::new(Silence(millis as usize * 16)),
        },
    }
}

async fn no_sound_is_heard_as_nothing(recogniser: &impl SpeechToText) {
    let heard = recogniser.transcribe(request(0)).await.expect("silence is no error");
    assert_eq!(heard.text, "");
}

async fn a_call_that_is_dropped_does_not_disturb_the_next(recogniser: &impl SpeechToText) {
    drop(recogniser.transcribe(request(2000)));
    let heard = recogniser.transcribe(request(0)).await;
    assert_eq!(heard.map(|heard| heard.text), Ok(String::new()));
}
