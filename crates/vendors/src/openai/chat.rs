use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::stream;
use ports::{Fault, FinishReason, LanguageModel, Prompt, Provider, ProviderError, Speaker, Token, TokenStream, Usage};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    PROVIDER,
    connection::{Answer, Connection, Endpoint, Refusal, error_in, garbled},
    event_lines::EventLines,
};
use crate::persona_prompt::{opening, persona_prompt};

/// Lets a chat model play the persona.
pub struct ChatModel {
    connection: Connection,
    model: String,
    understood: Mutex<Understood>,
}

/// What the server takes, and the model: what one of them refused is not said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Understood {
    usage: bool,
    /// Models that think before they answer are told `max_completion_tokens` instead.
    max_tokens: bool,
    temperature: bool,
}

const TEMPERATURE: f32 = 0.8;
const MAX_TOKENS: u32 = 200;
/// With what is thought before the answer, which counts.
const MAX_COMPLETION_TOKENS: u32 = 2_000;
/// How long the token count may take after the last word.
const LINGER: Duration = Duration::from_secs(1);
/// A server that ignores `max_tokens` is stopped here.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

impl ChatModel {
    pub fn new(endpoint: Endpoint, model: impl Into<String>) -> Result<Self, ProviderError> {
        let everything = Understood { usage: true, max_tokens: true, temperature: true };
        Ok(Self { connection: Connection::new(endpoint)?, model: model.into(), understood: Mutex::new(everything) })
    }

    async fn ask(&self, messages: &[Value], understood: Understood) -> Result<Answer, Refusal> {
        let mut body = json!({ "model": self.model, "messages": messages, "stream": true });
        match understood.max_tokens {
            true => body["max_tokens"] = json!(MAX_TOKENS),
            false => body["max_completion_tokens"] = json!(MAX_COMPLETION_TOKENS),
        }
        if understood.temperature {
            body["temperature"] = json!(TEMPERATURE);
        }
        if understood.usage {
            body["stream_options"] = json!({ "include_usage": true });
        }
        self.connection.post("/chat/completions", |request| request.json(&body)).await
    }

    fn understood(&self) -> MutexGuard<'_, Understood> {
        self.understood.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Understood {
    /// `None` where nothing that could be left out is to blame.
    fn after(self, refusal: &Refusal) -> Option<Self> {
        if refusal.status != Some(StatusCode::BAD_REQUEST) || refusal.error.fault != Fault::Rejected {
            return None;
        }
        match self {
            Self { max_tokens: true, .. } if refusal.names("max_tokens") => Some(Self { max_tokens: false, ..self }),
            Self { temperature: true, .. } if refusal.names("temperature") => Some(Self { temperature: false, ..self }),
            // Servers that cannot count say so in many ways.
            Self { usage: true, .. } => Some(Self { usage: false, ..self }),
            Self { usage: false, .. } => None,
        }
    }
}

#[async_trait]
impl LanguageModel for ChatModel {
    fn provider(&self) -> Provider {
        Provider::real(PROVIDER)
    }

    async fn answer(&self, prompt: Prompt) -> Result<TokenStream, ProviderError> {
        let messages = messages(&prompt);
        let mut understood = *self.understood();
        let answer = loop {
            match self.ask(&messages, understood).await {
                Ok(answer) => break answer,
                Err(refusal) => match understood.after(&refusal) {
                    Some(less) => understood = less,
                    None => return Err(refusal.into()),
                },
            }
        };
        *self.understood() = understood;
        let tokens = Tokens::of(answer);
        Ok(Box::pin(stream::try_unfold(tokens, |mut tokens| async move {
            Ok(tokens.next().await?.map(|token| (token, tokens)))
        })))
    }
}

/// A system message and then user and assistant in turns, beginning with the user: some servers refuse anything else.
fn messages(prompt: &Prompt) -> Vec<Value> {
    let mut turns: Vec<(&str, String)> = Vec::new();
    let opened = usize::from(opening(prompt).is_some());
    for line in &prompt.history[opened..] {
        let role = match line.speaker {
            Speaker::User => "user",
            Speaker::Persona => "assistant",
        };
        match turns.last_mut() {
            Some((last, text)) if *last == role => {
                text.push('\n');
                text.push_str(&line.text);
            }
            Some(_) | None => turns.push((role, line.text.to_string())),
        }
    }
    let system = ("system", persona_prompt(prompt));
    let all = std::iter::once(system).chain(turns);
    all.map(|(role, content)| json!({ "role": role, "content": content })).collect()
}

/// The answer as it comes in.
struct Tokens {
    answer: Answer,
    lines: EventLines,
    events: VecDeque<String>,
    said: usize,
    reason: Option<FinishReason>,
    usage: Option<Usage>,
    /// Nothing more is read.
    complete: bool,
    finished: bool,
}

#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<ChunkUsage>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct ChunkUsage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

impl Tokens {
    fn of(answer: Answer) -> Self {
        Self {
            answer,
            lines: EventLines::default(),
            events: VecDeque::new(),
            said: 0,
            reason: None,
            usage: None,
            complete: false,
            finished: false,
        }
    }

    async fn next(&mut self) -> Result<Option<Token>, ProviderError> {
        loop {
            while let Some(event) = self.events.pop_front() {
                if let Some(text) = self.on_event(&event)? {
                    return Ok(Some(Token::Text(text)));
                }
            }
            if self.finished {
                return Ok(None);
            }
            if self.complete {
                self.finished = true;
                let reason = self.reason.ok_or_else(|| garbled("the answer broke off"))?;
                return Ok(Some(Token::Finish { reason, usage: self.usage }));
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> Result<(), ProviderError> {
        let bytes = if self.reason.is_some() {
            // All is said; only the token count may still come.
            timeout(LINGER, self.answer.next()).await.unwrap_or(Ok(None)).unwrap_or(None)
        } else {
            self.answer.next().await?
        };
        match bytes {
            Some(bytes) => {
                let events = self.lines.push(&bytes).map_err(|_| garbled("an event of more than 1 MiB"))?;
                self.events.extend(events);
            }
            None => {
                self.events.extend(self.lines.finish());
                self.complete = true;
            }
        }
        Ok(())
    }

    fn on_event(&mut self, event: &str) -> Result<Option<String>, ProviderError> {
        if event.trim() == "[DONE]" {
            self.reason.get_or_insert(FinishReason::Stop);
            self.complete = true;
            self.events.clear();
            return Ok(None);
        }
        let value: Value = serde_json::from_str(event).map_err(|_| garbled("an event that is not JSON"))?;
        if let Some(error) = error_in(&value) {
            return Err(error);
        }
        let chunk: Chunk = serde_json::from_value(value).map_err(|_| garbled("an event of another shape"))?;
        if let Some(usage) = chunk.usage {
            self.usage = Some(Usage { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens });
        }
        let Some(choice) = chunk.choices.and_then(|choices| choices.into_iter().next()) else {
            return Ok(None);
        };
        if let Some(reason) = choice.finish_reason {
            self.reason = Some(finish_reason(&reason)?);
        }
        let text = choice.delta.and_then(|delta| delta.content).filter(|text| !text.is_empty());
        self.said += text.as_ref().map_or(0, String::len);
        if self.said > MAX_ANSWER_BYTES {
            self.reason = Some(FinishReason::Length);
            self.complete = true;
            self.events.clear();
        }
        Ok(text)
    }
}

fn finish_reason(name: &str) -> Result<FinishReason, ProviderError> {
    match name {
        "length" => Ok(FinishReason::Length),
        "content_filter" => Ok(FinishReason::Filtered),
        "insufficient_system_resource" => Err(ProviderError::new(Fault::Unavailable, PROVIDER, name)),
        _ => Ok(FinishReason::Stop),
    }
}

#[cfg(test)]
mod tests;
