use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{extract::State, http::StatusCode};
use futures_util::StreamExt as _;
use ports::{
    AnsweredRecord, Fault, HeardRecord, LanguageModel, Line, Message, MessageRole, Prompt, ProviderError, Record,
    Scenario, SessionId, SessionStatus, Speaker, StoreError, Timestamp, Token, Usage,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use utoipa::ToSchema;

use super::{own_session, view::MessageView};
use crate::{
    clock,
    http::{App, Body, Caller, Failure, Success, envelope::Envelope},
};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct TypedMessage {
    session_id: Option<String>,
    content: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Exchange {
    user_message: MessageView,
    ai_message: MessageView,
    turns_remaining: u32,
}

/// The sessions whose typed turn is being answered: a session has one at a time, and is not opened on a socket meanwhile.
#[derive(Default)]
pub struct TypedTurns {
    held: Mutex<HashMap<SessionId, Holder>>,
    released: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Turn,
    /// So many connections are opening the session.
    Connections(usize),
}

/// Characters.
const MESSAGE_LENGTH: RangeInclusive<usize> = 10..=2000;

/// Both sides of the turn are written together, so that a failed answer leaves nothing and may be tried again.
#[utoipa::path(
    post,
    path = "/api/roleplay/message",
    tag = "Roleplay",
    summary = "Say something in writing",
    request_body = TypedMessage,
    responses((status = 200, body = Envelope<Exchange>)),
)]
pub(in crate::http) async fn message(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(message): Body<TypedMessage>,
) -> Result<Success<Exchange>, Failure> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (Some(session), Some(content)) = (given(message.session_id), given(message.content)) else {
        return Err(Failure::bad_request("Session ID and content are required"));
    };
    let content = content.trim().to_owned();
    if !MESSAGE_LENGTH.contains(&content.chars().count()) {
        let (shortest, longest) = (MESSAGE_LENGTH.start(), MESSAGE_LENGTH.end());
        let error = format!("Message must be between {shortest} and {longest} characters");
        return Err(Failure::bad_request(error));
    }
    let row = own_session(&app, &account, &session).await?;
    if row.status != SessionStatus::Active {
        return Err(Failure::bad_request("Session is not active"));
    }
    let Some(_turn) = app.typed_turns.open(&row.id) else {
        let error = "The previous message is still being answered";
        return Err(Failure::new(StatusCode::CONFLICT, error));
    };
    if app.hub.find(&row.id).is_some() {
        let error = "This session is open in a practice room; say it there, or end the session first";
        return Err(Failure::new(StatusCode::CONFLICT, error));
    }
    // Also one that is offered to nobody any more: what was begun goes on.
    let Some(summary) = app.catalog.scenario_of_any_status(&row.scenario_id).await? else {
        return Err(Failure::not_found("Scenario not found or inactive"));
    };
    exchange(&app, &row.id, Arc::new(summary.scenario), content).await.map(Success::of)
}

async fn exchange(
    app: &App,
    session: &SessionId,
    scenario: Arc<Scenario>,
    content: String,
) -> Result<Exchange, Failure> {
    // Whoever is refused takes the session from nobody.
    if answers_in(&app.catalog.messages(session).await?) >= scenario.max_turns {
        return Err(Failure::bad_request("Maximum dialogue turns reached. Please end the session."));
    }
    // What another server still writes of it is refused from now on, so that the turn has a number of its own.
    app.journal.take(session, clock::now()).await.map_err(|error| match error {
        StoreError::NotFound(_) => Failure::bad_request("Session is not active"),
        error => error.into(),
    })?;
    let said = app.catalog.messages(session).await?;
    let answered = answers_in(&said);
    let turn = said.iter().map(|message| message.turn).max().unwrap_or(0) + 1;
    let heard_at = clock::now();
    let mut history: Vec<Line> = said.into_iter().filter_map(line).collect();
    history.push(Line { speaker: Speaker::User, text: content.as_str().into() });
    let prompt = Prompt {
        session: session.clone(),
        turn: answered + 1,
        max_turns: scenario.max_turns,
        language: scenario.language.clone(),
        scenario: Arc::clone(&scenario),
        history,
    };
    let limit = app.config.providers.language_model_timeout;
    let late = |_| ProviderError::new(Fault::TimedOut, &app.language_model.provider().name, "no whole answer in time");
    let (text, usage) = tokio::time::timeout(limit, answer(&*app.language_model, prompt)).await.map_err(late)??;
    let answer = AnsweredRecord {
        turn,
        text,
        provider: app.language_model.provider().name,
        usage,
        event_seq: last_event(app, session).await?,
        at: clock::now(),
    };
    let heard = heard(turn, content, &scenario.language, answer.event_seq, heard_at);
    let exchange = Exchange {
        user_message: view(session, turn, MessageRole::User, &heard.text, &heard.provider, heard_at),
        ai_message: view(session, turn, MessageRole::Ai, &answer.text, &answer.provider, answer.at),
        turns_remaining: scenario.max_turns.saturating_sub(answered + 1),
    };
    app.journal.record(session, vec![Record::Heard(heard), Record::Answered(answer)]).await?;
    Ok(exchange)
}

/// The opening is none.
fn answers_in(said: &[Message]) -> u32 {
    let answers = said.iter().filter(|message| message.role == MessageRole::Ai && message.turn > 0).count();
    u32::try_from(answers).unwrap_or(u32::MAX)
}

async fn answer(model: &dyn LanguageModel, prompt: Prompt) -> Result<(String, Option<Usage>), ProviderError> {
    let mut tokens = model.answer(prompt).await?;
    let mut text = String::new();
    while let Some(token) = tokens.next().await {
        match token? {
            Token::Text(piece) => text += &piece,
            Token::Finish { usage, .. } if !text.trim().is_empty() => return Ok((text, usage)),
            Token::Finish { .. } => break,
        }
    }
    Err(ProviderError::new(Fault::Garbled, &model.provider().name, "the answer is empty or was cut off"))
}

/// A typed turn sends no event.
async fn last_event(app: &App, session: &SessionId) -> Result<u64, Failure> {
    let resumption = app.journal.resume(session).await?;
    Ok(resumption.map_or(0, |resumption| resumption.last_event_seq))
}

fn heard(turn: u32, text: String, language: &str, event_seq: u64, at: Timestamp) -> HeardRecord {
    HeardRecord {
        turn,
        text,
        language: language.to_owned(),
        confidence: None,
        provider: "typed".to_owned(),
        segments: None,
        said_as: None,
        duration_ms: 0,
        event_seq,
        at,
    }
}

fn view(session: &SessionId, turn: u32, role: MessageRole, text: &str, provider: &str, at: Timestamp) -> MessageView {
    let voice = match role {
        MessageRole::User => "user",
        MessageRole::Ai => "ai",
        MessageRole::System => "system",
    };
    let id = format!("{session}-{turn}-{voice}");
    let (text, provider) = (text.to_owned(), Some(provider.to_owned()));
    MessageView::from(Message { id, session: session.clone(), turn, role, text, provider, at })
}

fn line(message: Message) -> Option<Line> {
    let speaker = match message.role {
        MessageRole::User => Speaker::User,
        MessageRole::Ai => Speaker::Persona,
        MessageRole::System => return None,
    };
    Some(Line { speaker, text: message.text.into() })
}

impl TypedTurns {
    /// Keeps typed turns out while somebody opens the session; `None` while one is open.
    pub fn keep_out(&self, session: &SessionId) -> Option<Hold<'_>> {
        let mut held = self.lock();
        match held.get_mut(session) {
            Some(Holder::Turn) => return None,
            Some(Holder::Connections(count)) => *count += 1,
            None => drop(held.insert(session.clone(), Holder::Connections(1))),
        }
        Some(Hold { turns: self, session: session.clone() })
    }

    /// Waits until none is open: as long as its answer may take.
    pub async fn kept_out(&self, session: &SessionId) -> Hold<'_> {
        loop {
            // Before looking: it hears of every end from now on.
            let released = self.released.notified();
            if let Some(hold) = self.keep_out(session) {
                return hold;
            }
            released.await;
        }
    }

    /// `None` while another one of this session is open, or somebody opens the session.
    fn open(&self, session: &SessionId) -> Option<Hold<'_>> {
        let mut held = self.lock();
        if held.contains_key(session) {
            return None;
        }
        held.insert(session.clone(), Holder::Turn);
        Some(Hold { turns: self, session: session.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Holder>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when it is dropped.
pub struct Hold<'a> {
    turns: &'a TypedTurns,
    session: SessionId,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut held = self.turns.lock();
        match held.get_mut(&self.session) {
            Some(Holder::Connections(count)) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.session)),
        }
        drop(held);
        self.turns.released.notify_waiters();
    }
}
