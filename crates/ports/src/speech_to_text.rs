mod piecewise;

use std::{pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::Stream;

use crate::{Provider, ProviderError, SessionId};

/// Turns what was said into text.
#[async_trait]
pub trait SpeechToText: Send + Sync + 'static {
    fn provider(&self) -> Provider;

    /// Recognises one utterance. Dropping the future stops the work.
    /// Silence is not an error: the text is then empty.
    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError>;

    /// Recognises speech while it goes on, and answers once it has heard the end. Dropping the future stops the work.
    /// A recogniser that cannot listen is given what was said up to each pause.
    async fn listen(
        &self,
        request: ListeningRequest,
        speech: SpeechInput,
        told: &mut (dyn FnMut(Partial) + Send),
    ) -> Result<Transcription, ProviderError> {
        piecewise::listen(self, request, speech, told).await
    }
}

#[derive(Clone)]
pub struct ListeningRequest {
    pub session: SessionId,
    /// 1, 2, 3 ... within the session.
    pub turn: u32,
    /// BCP 47, such as `en-US`, `zh-CN`, `nan-TW`.
    pub language: String,
    pub scenario: Arc<crate::Scenario>,
}

/// Ends with the speech.
pub type SpeechInput = Pin<Box<dyn Stream<Item = Sound> + Send>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// The next samples, 16 kHz mono.
    Samples(Vec<i16>),
    /// The speaker takes a breath: no word goes on across this.
    Pause,
}

/// What was understood so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    pub text: String,
    /// So much of its beginning will not change.
    pub stable_chars: u32,
}

#[derive(Clone)]
pub struct TranscriptionRequest {
    pub session: SessionId,
    /// 1, 2, 3 ... within the session.
    pub turn: u32,
    /// BCP 47, such as `en-US`, `zh-CN`, `nan-TW`.
    pub language: String,
    pub scenario: Arc<crate::Scenario>,
    pub utterance: Utterance,
}

/// What was said. Decoded only for a recogniser that asks.
#[derive(Clone)]
pub struct Utterance {
    pub duration: Duration,
    pub source: Arc<dyn UtteranceSource>,
}

#[async_trait]
pub trait UtteranceSource: Send + Sync {
    /// All of it as 16 kHz mono.
    async fn samples(&self) -> Result<Vec<i16>, ProviderError>;
}

#[derive(Debug, Clone, PartialEq)]
pub struct Transcription {
    pub text: String,
    /// 0 to 1, where the recogniser says.
    pub confidence: Option<f32>,
    /// What the recogniser took it for, where it says.
    pub language: Option<String>,
}
