//! A whole server in a folder of its own, asked through its real router.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use ports::{
    Catalog as _, LanguageModel, ObjectKey, ObjectStore, Prompt, Provider, ProviderError, Role, Scenario, SessionId,
    StoreError, StoredObject, TokenStream, UserId,
    offline::{ScenarioPersona, ScriptedRecogniser},
};
use runtime::{Clock, Engine, Hub};
use secrecy::SecretString;
use serde_json::Value;
use storage::Database;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::{
    auth::{Accounts, NewToken, Origins, Passwords, Tokens},
    clock,
    config::Config,
    fixtures::Folder,
    http::{App, Throttles, TypedTurns, media::MediaLinks, routes},
    recording::Archive,
};

pub(in crate::http) struct House {
    pub(in crate::http) app: Arc<App>,
    pub(super) database: Arc<Database>,
    folder: Folder,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A request that is told step by step.
pub(super) struct Ask<'a> {
    house: &'a House,
    request: axum::http::request::Builder,
    body: Body,
}

/// What a trainee says in a practice.
pub(super) const SPOKEN: [&str; 2] =
    ["May I ask what the budget for this year is?", "It pays for itself within eleven months, here are the numbers."];
const SECRET: &str = "a secret that is long enough for everybody";

impl House {
    pub(in crate::http) async fn new() -> Self {
        Self::with(&[], Arc::new(ScenarioPersona)).await
    }

    pub(super) async fn configured(pairs: &[(&str, &str)]) -> Self {
        Self::with(pairs, Arc::new(ScenarioPersona)).await
    }

    pub(super) async fn with(pairs: &[(&str, &str)], language_model: Arc<dyn LanguageModel>) -> Self {
        Self::built(pairs, language_model, Arc::new(Shelf::default())).await
    }

    pub(super) async fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self::built(&[], Arc::new(ScenarioPersona), objects).await
    }

    async fn built(
        pairs: &[(&str, &str)],
        language_model: Arc<dyn LanguageModel>,
        objects: Arc<dyn ObjectStore>,
    ) -> Self {
        let folder = Folder::new();
        let config = Config::from_pairs(pairs).unwrap();
        let url = format!("sqlite://{}", folder.path.join("test.db").display());
        let database = Arc::new(Database::open(&url).await.unwrap());
        database.migrate().await.unwrap();
        database.ship_scenarios(&scenarios(), clock::now()).await.unwrap();
        let secret = SecretString::from(SECRET);
        let tokens = Tokens::new(&config.auth, &secret);
        let engine = Engine {
            clock: Clock::starting_at(clock::now()),
            recogniser: Arc::new(ScriptedRecogniser),
            persona: Arc::clone(&language_model),
            voice: None,
            face: None,
            objects: Arc::clone(&objects),
            holder: Arc::from("house"),
            journal: database.clone(),
        };
        let app = App {
            accounts: Accounts::new(tokens, database.clone(), config.auth.provision_users),
            catalog: database.clone(),
            journal: database.clone(),
            objects: Arc::clone(&objects),
            language_model,
            passwords: Passwords::new(),
            origins: Origins::new(&config.listen.allowed_origins),
            media: MediaLinks::new(&secret),
            typed_turns: TypedTurns::default(),
            throttles: Throttles::new(&config.limits),
            departing: Notify::new(),
            archive: Archive::new(database.clone(), database.clone(), Arc::clone(&objects)),
            hub: Hub::new(Arc::new(engine), 5),
            public_url: "http://127.0.0.1:3001".to_owned(),
            config,
        };
        Self { app: Arc::new(app), database, folder }
    }

    pub(super) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:3001");
        Ask { house: self, request, body: Body::empty() }
    }

    pub(super) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(super) fn post(&self, path: &str, body: Value) -> Ask<'_> {
        self.ask(Method::POST, path).json(body)
    }

    pub(super) fn put(&self, path: &str, body: Value) -> Ask<'_> {
        self.ask(Method::PUT, path).json(body)
    }

    /// Of somebody whom nobody has met yet.
    pub(super) fn token(&self, user: &str, role: Role) -> String {
        let user = UserId::parse(user).unwrap();
        let email = format!("{user}@example.org");
        let token = NewToken { user: &user, email: &email, role };
        self.app.accounts.tokens.sign(&token, clock::now())
    }

    /// As an administrator would do it behind our back.
    pub(super) async fn deactivate(&self, email: &str) {
        self.behind_our_back("UPDATE users SET is_active = false WHERE email = $1", email).await;
    }

    /// Changes one row of the database.
    pub(super) async fn behind_our_back(&self, change: &'static str, which: &str) {
        let url = format!("sqlite://{}", self.folder.path.join("test.db").display());
        let database = sqlx::SqlitePool::connect(&url).await.unwrap();
        let changed = sqlx::query(change).bind(which).execute(&database).await.unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }

    /// A session that was played to its end.
    pub(super) async fn practice_of(&self, token: &str) -> String {
        let session = self.session_of(token).await;
        for content in SPOKEN {
            let message = serde_json::json!({"sessionId": session, "content": content});
            let answer = self.post("/api/roleplay/message", message).bearer(token).send().await;
            assert_eq!(answer.status, StatusCode::OK);
        }
        self.end(token, &session).await;
        session
    }

    pub(super) async fn end(&self, token: &str, session: &str) {
        let reference = serde_json::json!({"sessionId": session});
        let answer = self.post("/api/roleplay/end", reference).bearer(token).send().await;
        assert_eq!(answer.status, StatusCode::OK);
    }

    /// A session that its user has just started.
    pub(super) async fn session_of(&self, token: &str) -> String {
        let start = serde_json::json!({"scenarioId": "price-talk"});
        let answer = self.post("/api/roleplay/start", start).bearer(token).send().await;
        assert_eq!(answer.status, StatusCode::CREATED);
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    }
}

impl Ask<'_> {
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn cookie(self, token: &str) -> Self {
        self.header("cookie", &format!("theme=dark; token={token}"))
    }

    pub(super) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) async fn send(self) -> Answer {
        let router = crate::http::protect(routes(&self.house.app), &self.house.app);
        self.send_to(router).await
    }

    pub(super) async fn send_to(self, router: Router) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status and text of a failure in its envelope.
    pub(super) fn failure(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["success"], false, "{body}");
        (self.status.as_u16(), body["error"].as_str().unwrap().to_owned())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn scenarios() -> Vec<Scenario> {
    let scenario = |id: &str, alias: &str, title: &str, category: &str, difficulty: &str| {
        serde_json::from_value(serde_json::json!({
            "id": id, "aliases": [alias], "title": title, "description": "Told by the tests.",
            "category": category, "difficulty": difficulty, "language": "en-US",
            "estimated_duration": 12, "max_turns": 2, "goals": ["Hold the price"],
            "persona": {
                "name": "Quinn", "role": "CIO", "company": "Zed Ltd", "background": "Careful.",
                "concerns": ["cost"], "personality": "dry",
            },
            "opening": "You have ten minutes.",
            "objections": [{"says": "Too expensive."}], "ideal_answers": ["It pays for itself."],
        }))
        .unwrap()
    };
    vec![
        scenario("price-talk", "5333f079-3b46-4745-97d8-8b287e19a7ae", "Price talk", "Pricing & Negotiation", "hard"),
        scenario("first-call", "hello", "First call", "Opening Conversation", "easy"),
    ]
}

/// An object store on a shelf.
#[derive(Default)]
pub(super) struct Shelf {
    objects: Mutex<HashMap<ObjectKey, Bytes>>,
    /// What happens to everything of a session.
    failing: Mutex<HashMap<String, StoreError>>,
}

impl Shelf {
    pub(super) fn fail(&self, session: &SessionId, error: StoreError) {
        self.failing.lock().unwrap().insert(ObjectKey::session_prefix(session), error);
    }

    pub(super) fn recover(&self) {
        self.failing.lock().unwrap().clear();
    }

    fn reach(&self, key: &str) -> Result<(), StoreError> {
        let failing = self.failing.lock().unwrap();
        let failure = failing.iter().find(|(session, _)| key.starts_with(&format!("{session}/")));
        failure.map_or(Ok(()), |(_, error)| Err(error.clone()))
    }
}

#[async_trait]
impl ObjectStore for Shelf {
    async fn put(&self, key: &ObjectKey, body: Bytes, _media_type: &str) -> Result<(), StoreError> {
        self.objects.lock().unwrap().insert(key.clone(), body);
        Ok(())
    }

    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError> {
        self.reach(key.as_str())?;
        let object = self.objects.lock().unwrap().get(key).cloned();
        object.ok_or_else(|| StoreError::NotFound(key.to_string()))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        self.objects.lock().unwrap().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError> {
        self.reach(prefix)?;
        let objects = self.objects.lock().unwrap();
        let found = objects.iter().filter(|(key, _)| key.as_str().starts_with(prefix));
        let mut found: Vec<_> = found
            .map(|(key, body)| StoredObject { key: key.clone(), bytes: body.len() as u64, modified_at: clock::now() })
            .collect();
        found.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A language model that answers when it is let go.
#[derive(Default)]
pub(super) struct Waits {
    pub(super) asked: Notify,
    pub(super) go: Notify,
}

#[async_trait]
impl LanguageModel for Waits {
    fn provider(&self) -> Provider {
        Provider::real("waits")
    }

    async fn answer(&self, prompt: Prompt) -> Result<TokenStream, ProviderError> {
        self.asked.notify_one();
        self.go.notified().await;
        ScenarioPersona.answer(prompt).await
    }
}

/// A language model that says these tokens, or fails.
pub(super) struct Says(pub(super) Vec<Result<ports::Token, ProviderError>>);

#[async_trait]
impl LanguageModel for Says {
    fn provider(&self) -> Provider {
        Provider::real("says")
    }

    async fn answer(&self, _prompt: Prompt) -> Result<TokenStream, ProviderError> {
        Ok(Box::pin(futures_util::stream::iter(self.0.clone())))
    }
}
