use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Provider, ProviderError, SessionId};

/// Gives the persona a face that moves with its voice.
#[async_trait]
pub trait Avatar: Send + Sync + 'static {
    fn provider(&self) -> Provider;

    /// Animates one reply. Dropping the future stops the work.
    async fn animate(&self, request: AnimationRequest) -> Result<Animation, ProviderError>;
}

#[derive(Debug, Clone)]
pub struct AnimationRequest {
    pub session: SessionId,
    pub text: String,
    pub language: String,
    /// The speech at [`crate::SPEECH_RATE`]; empty when there is none.
    pub speech: Arc<[i16]>,
    /// Where an outside provider can fetch the speech.
    pub audio_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Animation {
    pub video_url: Option<String>,
    pub visemes: Vec<Viseme>,
    /// One word, such as `neutral`, `friendly`, `doubtful`.
    pub expression: Option<String>,
}

/// From `at_ms` on the mouth has this shape, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Viseme {
    pub at_ms: u32,
    pub shape: MouthShape,
}

/// The mouth shapes a simple face can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MouthShape {
    Closed,
    Slight,
    Open,
    Wide,
    Round,
    Teeth,
}
