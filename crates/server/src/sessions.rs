//! Sessions as people reach them: who may start, join, speak or watch, and what a session is made of.

mod wishes;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, header};
use ports::{
    Claim, Message, MessageRole, NewSession, Provider, Role, Scenario, ScenarioSummary, SessionId, SessionRow,
    SessionStatus, StoreError,
};
use protocol::{
    ErrorCode, WireError,
    roleplay::{
        Limits as Accepted, Practice, ProviderLabel, Providers, StartSession, check_language, refused, unknown_session,
    },
};
use runtime::{Handle, HistoryLine, Hub, NotOpened, Opening, Wish};
use session::{
    Config as SessionConfig, Cutting, Endpointing, Interruption, Manner, Refusal, Speaker, Speech, StageLimits,
    TurnDetection,
};

use crate::{
    auth::{Account, AuthError, Origins},
    clock,
    config::Limits,
    http::{App, media::MediaLinks},
};

/// Of a typed turn.
const MAX_TEXT_CHARS: usize = 2_000;
/// An ending session may take so long to finish what was begun.
const ENDING: Duration = Duration::from_secs(10);
/// A session that ended waits so long for a store that is down.
const STORE_PATIENCE: Duration = Duration::from_secs(600);
const WAITING_TEXTS: usize = 8;
/// What the persona remembers.
const HISTORY_LINES: usize = 40;
/// Some five minutes of speech.
const MAX_REPLY_CHARS: usize = 6_000;
/// A speaker whose audio stops for so long has muted the microphone.
const STALL_MS: u64 = 600;

pub struct Sessions {
    app: Arc<App>,
    scenarios: Mutex<HashMap<String, Arc<Scenario>>>,
}

impl Sessions {
    pub fn new(app: Arc<App>) -> Self {
        Self { app, scenarios: Mutex::default() }
    }

    pub fn hub(&self) -> &Hub {
        &self.app.hub
    }

    pub fn limits(&self) -> &Limits {
        &self.app.config.limits
    }

    /// What one event may hold.
    pub fn accepted(&self) -> Accepted {
        Accepted { max_chunk_bytes: self.limits().max_chunk_bytes, max_text_chars: MAX_TEXT_CHARS }
    }

    pub fn media(&self) -> &MediaLinks {
        &self.app.media
    }

    pub fn origins(&self) -> &Origins {
        &self.app.origins
    }

    pub fn trusts_proxy(&self) -> bool {
        self.app.config.listen.trust_proxy
    }

    pub async fn authenticate(&self, tokens: &[String]) -> Result<Account, AuthError> {
        self.app.accounts.authenticate(tokens).await
    }

    /// How the client of this request reaches the server.
    pub fn base_url(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.app.config.listen.public_url {
            return url.clone();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.map_or_else(|| format!("http://{}", self.app.config.listen.address), |host| format!("http://{host}"))
    }

    pub fn providers(&self) -> Providers {
        let engine = self.hub().engine();
        let none = || ProviderLabel { name: "none".to_owned(), demo: false };
        Providers {
            stt: label(engine.recogniser.provider()),
            llm: label(engine.persona.provider()),
            tts: engine.voice.as_ref().map_or_else(none, |voice| label(voice.provider())),
            avatar: engine.face.as_ref().map_or_else(none, |face| label(face.provider())),
        }
    }

    /// Opens a session for its owner, or finds it. One that nobody owns yet becomes the caller's.
    pub async fn start(&self, account: &Account, wish: StartSession) -> Result<Handle, WireError> {
        let id = session_id(&wish.session_id)?;
        if let Some(language) = &wish.language {
            check_language(language)?;
        }
        if let Some(handle) = self.hub().find_held(&id).await {
            let handle = owned(handle, account)?;
            return stays(&wish, handle.is_private()).map(|()| handle);
        }
        let row = match self.app.catalog.session(&id).await.map_err(database_down)? {
            Some(row) => row,
            None => self.claim(account, &id, &wish).await?,
        };
        self.open(account, row, &wish).await
    }

    /// The live session that its owner means. One that an earlier process left is taken up again.
    pub async fn to_speak_with(&self, account: &Account, id: &str) -> Result<Handle, WireError> {
        let id = session_id(id)?;
        if let Some(handle) = self.hub().find_held(&id).await {
            return owned(handle, account);
        }
        let Some(row) = self.app.catalog.session(&id).await.map_err(database_down)? else {
            return Err(unknown_session());
        };
        self.open(account, row, &nothing_wished(&id)).await
    }

    /// A live session that this coach or admin may watch, and as what.
    pub async fn to_observe(&self, account: &Account, id: &str) -> Result<Handle, WireError> {
        if account.role == Role::Trainee {
            return Err(forbidden("Only coaches and admins may observe a session"));
        }
        let handle = self.hub().find_held(&session_id(id)?).await.ok_or_else(unknown_session)?;
        if handle.is_private() {
            return Err(forbidden("This is private practice; nobody may observe it"));
        }
        Ok(handle)
    }

    async fn claim(&self, account: &Account, id: &SessionId, wish: &StartSession) -> Result<SessionRow, WireError> {
        let Some(scenario_id) = &wish.scenario_id else {
            return Err(bad("start-session: missing field `scenarioId`; a new session needs a scenario".to_owned()));
        };
        let scenario = self.scenario(scenario_id).await?.scenario;
        let session = NewSession {
            id: id.clone(),
            user: account.user.id.clone(),
            scenario_id: scenario.id,
            opening: Some(scenario.opening),
            private: wish.practice == Some(Practice::Private),
            at: clock::now(),
        };
        match self.app.catalog.claim_session(session).await {
            Ok(Claim::Created(row) | Claim::Own(row)) => Ok(row),
            Ok(Claim::Taken) => Err(not_yours()),
            Err(StoreError::NotFound(_)) => Err(WireError::new(ErrorCode::Unauthenticated, "User not found")),
            Err(error) => Err(database_down(error)),
        }
    }

    async fn open(&self, account: &Account, row: SessionRow, wish: &StartSession) -> Result<Handle, WireError> {
        if row.user != account.user.id {
            return Err(not_yours());
        }
        stays(wish, row.private)?;
        if row.status != SessionStatus::Active {
            return Err(is_over());
        }
        // Both would count the turns on from where they stand now.
        let Some(_no_typed_turn) = self.app.typed_turns.keep_out(&row.id) else {
            let message = "A typed message of this session is being answered; try again in a moment";
            return Err(WireError::new(ErrorCode::Overloaded, message).after(1_000));
        };
        let scenario = self.share(self.scenario_of(&row).await?);
        // First: what another server still writes of it is refused from now on, so what it left does not change any more.
        self.hub().has_room_for(&row.id, &row.user).map_err(not_opened)?;
        self.app.journal.take(&row.id, clock::now()).await.map_err(|error| match error {
            StoreError::NotFound(_) => is_over(),
            error => database_down(error),
        })?;
        let resumption = self.app.journal.resume(&row.id).await.map_err(database_down)?;
        let messages = self.app.catalog.messages(&row.id).await.map_err(database_down)?;
        let opening = Opening {
            session: row.id,
            owner: row.user,
            private: row.private,
            started_at: row.started_at,
            config: self.session_config(),
            audio_limits: self.limits().intake(),
            declared: audio::Declared::unknown(),
            language: wish.language.clone().unwrap_or_else(|| scenario.language.clone()),
            voice: wish.voice.clone(),
            lead: self.app.config.session.speech_lead,
            history: messages.into_iter().filter_map(history_line).collect(),
            resumption,
            scenario,
        };
        self.hub().open(opening).map_err(not_opened)
    }

    /// Sessions of the same scenario hold it together.
    fn share(&self, scenario: Scenario) -> Arc<Scenario> {
        let mut shared = self.scenarios.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shared.get(&scenario.id).filter(|known| ***known == scenario) {
            return Arc::clone(known);
        }
        let scenario = Arc::new(scenario);
        shared.insert(scenario.id.clone(), Arc::clone(&scenario));
        scenario
    }

    async fn scenario(&self, id: &str) -> Result<ScenarioSummary, WireError> {
        let found = self.app.catalog.scenario(id).await.map_err(database_down)?;
        found.ok_or_else(|| {
            let id: String = id.chars().take(64).collect();
            bad(format!("start-session.scenarioId: there is no scenario {id:?}; GET /api/scenarios lists them"))
        })
    }

    /// What is practised in a session that was begun is practised to its end, also once it is offered to nobody any more.
    async fn scenario_of(&self, row: &SessionRow) -> Result<Scenario, WireError> {
        let found = self.app.catalog.scenario_of_any_status(&row.scenario_id).await.map_err(database_down)?;
        found.map(|summary| summary.scenario).ok_or_else(|| {
            let message = "The scenario of this session was deleted; start a new session with another one";
            WireError::new(ErrorCode::SessionEnded, message)
        })
    }

    fn session_config(&self) -> SessionConfig {
        let (numbers, limits) = (&self.app.config.session, &self.app.config.limits);
        let providers = &self.app.config.providers;
        SessionConfig {
            // Of the old contract; whoever joins may wish otherwise.
            manner: Manner {
                detection: TurnDetection::Threshold,
                cutting: self.cutting(),
                endpointing: Endpointing::default(),
                barge_in: true,
                speech: Speech::Whole,
            },
            interruption: Interruption::default(),
            stall_ms: STALL_MS,
            max_buffered_bytes: limits.max_buffered_bytes as u64,
            idle_ms: milliseconds(numbers.idle_timeout),
            grace_ms: milliseconds(numbers.grace),
            max_session_ms: milliseconds(numbers.longest),
            ending_ms: milliseconds(ENDING),
            store_patience_ms: milliseconds(STORE_PATIENCE),
            limits: StageLimits {
                transcribe_ms: milliseconds(providers.speech_to_text_timeout),
                answer_ms: milliseconds(providers.language_model_timeout),
                speak_ms: milliseconds(providers.text_to_speech_timeout),
                animate_ms: milliseconds(providers.text_to_speech_timeout),
            },
            max_waiting_texts: WAITING_TEXTS,
            history_lines: HISTORY_LINES,
            max_reply_chars: MAX_REPLY_CHARS,
        }
    }

    fn cutting(&self) -> Cutting {
        let numbers = &self.app.config.session;
        Cutting { bytes: numbers.segment_bytes as u64, silence_ms: milliseconds(numbers.segment_silence) }
    }

    /// How this client would like to converse, as far as this server allows it.
    pub fn wish(&self, start: &StartSession) -> Result<Wish, WireError> {
        wishes::of(start, self.cutting(), self.limits().most_segment_bytes() as u64)
    }
}

fn nothing_wished(id: &SessionId) -> StartSession {
    StartSession {
        session_id: id.as_str().to_owned(),
        scenario_id: None,
        language: None,
        voice: None,
        turn_detection: None,
        thresholds: None,
        audio: None,
        speech: None,
        resume_from: None,
        barge_in: None,
        practice: None,
    }
}

fn owned(handle: Handle, account: &Account) -> Result<Handle, WireError> {
    if *handle.owner() == account.user.id { Ok(handle) } else { Err(not_yours()) }
}

/// Who may read a session is said when it begins: coaches may have read a shared one already.
fn stays(wish: &StartSession, private: bool) -> Result<(), WireError> {
    let is = if private { Practice::Private } else { Practice::Shared };
    match wish.practice {
        Some(practice) if practice != is => {
            let is = if private { "private" } else { "shared" };
            Err(bad(format!(
                "start-session.practice: this session has been {is} since it began and stays so; say it when you begin another one"
            )))
        }
        Some(_) | None => Ok(()),
    }
}

fn not_opened(why: NotOpened) -> WireError {
    match why {
        NotOpened::OfUser { .. } => {
            WireError::new(ErrorCode::RateLimited, format!("{why}; end one of them first")).after(5_000)
        }
        NotOpened::InAll { .. } => {
            WireError::new(ErrorCode::Overloaded, "No further session has room here; try again soon").after(5_000)
        }
        NotOpened::Stopping => refused(Refusal::Suspended),
    }
}

/// The literal of the old contract.
fn not_yours() -> WireError {
    forbidden("Session not found or unauthorized")
}

fn is_over() -> WireError {
    WireError::new(ErrorCode::SessionEnded, "This session has ended; start a new one")
}

fn forbidden(message: &str) -> WireError {
    WireError::new(ErrorCode::Forbidden, message)
}

fn bad(message: String) -> WireError {
    WireError::new(ErrorCode::BadEvent, message)
}

fn session_id(text: &str) -> Result<SessionId, WireError> {
    SessionId::parse(text).map_err(|error| bad(format!("sessionId: {error}")))
}

fn database_down(error: StoreError) -> WireError {
    match error {
        StoreError::Unavailable(_) => tracing::warn!(%error, "A session could not be looked up"),
        _ => tracing::error!(%error, "A session could not be looked up"),
    }
    WireError::new(ErrorCode::DatabaseUnavailable, "Failed to start session").after(2_000)
}

fn label(provider: Provider) -> ProviderLabel {
    ProviderLabel { name: provider.name, demo: provider.demo }
}

fn history_line(message: Message) -> Option<HistoryLine> {
    let speaker = match message.role {
        MessageRole::User => Speaker::User,
        MessageRole::Ai => Speaker::Persona,
        MessageRole::System => return None,
    };
    Some(HistoryLine { speaker, text: message.text, at: message.at, turn: message.turn })
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
