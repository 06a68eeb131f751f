use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;

use crate::{Provider, ProviderError, SessionId};

/// Samples per second of everything a voice says: mono, 16 bit.
pub const SPEECH_RATE: u32 = 24_000;

/// Speaks a text.
#[async_trait]
pub trait TextToSpeech: Send + Sync + 'static {
    fn provider(&self) -> Provider;

    /// Streams the speech in order. Dropping the stream stops the work.
    async fn speak(&self, request: SpeechRequest) -> Result<SpeechStream, ProviderError>;
}

pub type SpeechStream = Pin<Box<dyn Stream<Item = Result<SpeechPiece, ProviderError>> + Send>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechRequest {
    pub session: SessionId,
    pub text: String,
    pub language: String,
    /// A voice of this provider; `None` lets it choose one for the language.
    pub voice: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechPiece {
    /// The next samples, at [`SPEECH_RATE`].
    Audio(Vec<i16>),
    /// A word of the text begins: where in the text (in `char`s) and when in the speech.
    Word { at_char: u32, at_ms: u32 },
}
