use std::{pin::Pin, sync::Arc};

use async_trait::async_trait;
use futures_util::Stream;
use serde::{Deserialize, Serialize};

use crate::{Provider, ProviderError, Scenario, SessionId};

/// Finds what the persona says next.
#[async_trait]
pub trait LanguageModel: Send + Sync + 'static {
    fn provider(&self) -> Provider;

    /// Streams the answer. Dropping the stream stops the work.
    /// A good stream ends with exactly one [`Token::Finish`]; one that ends without it was cut off.
    async fn answer(&self, prompt: Prompt) -> Result<TokenStream, ProviderError>;
}

pub type TokenStream = Pin<Box<dyn Stream<Item = Result<Token, ProviderError>> + Send>>;

#[derive(Debug, Clone)]
pub struct Prompt {
    pub session: SessionId,
    /// Which answer of the session this is: 1, 2, 3 ...
    pub turn: u32,
    pub max_turns: u32,
    pub language: String,
    pub scenario: Arc<Scenario>,
    /// What was said and heard so far, oldest first. Ends with the user's line that is to be answered.
    pub history: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub speaker: Speaker,
    pub text: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    User,
    Persona,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Text(String),
    Finish { reason: FinishReason, usage: Option<Usage> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    Stop,
    Length,
    Filtered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u32,
    pub output_tokens: u32,
}
