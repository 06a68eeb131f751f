//! The REST interface, media and pages.
//!
//! Every answer under `/api` is an envelope (`envelope.rs`); every mistake of a client becomes a
//! [`Failure`] with a text that a person can act on. This module deliberately knows no socket: what
//! it shares with the transports is [`App`].

mod account;
mod admin;
mod body;
mod caller;
mod email;
mod envelope;
mod feedback;
mod health;
pub mod media;
mod pages;
mod passage;
mod practices;
mod profile;
mod recordings;
mod roleplay;
mod scenarios;
mod statistics;
#[cfg(test)]
mod tests;
mod throttle;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get, post, put},
};
use ports::{Catalog, Journal, LanguageModel, ObjectStore};
use runtime::Hub;

pub use body::{Body, Parameters};
pub use caller::{Administrator, Caller};
pub use envelope::{Done, Failure, Page, Success};
pub use passage::protect;
pub use roleplay::TypedTurns;
pub use throttle::{Throttles, TooMany};

use crate::{
    auth::{Accounts, Origins, Passwords},
    config::Config,
    http::media::MediaLinks,
};

/// Where the build of the web client lies, seen from the working directory.
const BUILT_WEB_CLIENT: &str = "web-client/app/dist";

/// What the routes work with.
pub struct App {
    pub config: Config,
    /// How the world reaches this server, without a slash at the end.
    pub public_url: String,
    pub catalog: Arc<dyn Catalog>,
    pub journal: Arc<dyn Journal>,
    pub objects: Arc<dyn ObjectStore>,
    pub language_model: Arc<dyn LanguageModel>,
    pub accounts: Accounts,
    pub passwords: Passwords,
    pub origins: Origins,
    pub media: MediaLinks,
    pub typed_turns: TypedTurns,
    pub throttles: Throttles,
    /// The sessions that are live.
    pub hub: Hub,
}

/// Everything that HTTP alone serves, behind its [`protect`]ion.
pub fn router(app: &Arc<App>) -> Router {
    protect(routes(app), app)
}

/// The routes alone, for a caller that adds more behind the same protection.
pub fn routes(app: &Arc<App>) -> Router {
    let api = Router::new()
        .route("/api/health", get(health::api))
        .route("/api/auth/register", post(account::register))
        .route("/api/auth/login", post(account::login))
        .route("/api/auth/logout", post(account::logout))
        .route("/api/auth/me", get(account::me))
        .route("/api/auth/profile", put(profile::change))
        .route("/api/auth/password", put(profile::change_password))
        .route("/api/scenarios", get(scenarios::list))
        .route("/api/scenarios/recommended", get(scenarios::recommended))
        .route("/api/scenarios/{id}", get(scenarios::one))
        .route("/api/roleplay/start", post(roleplay::start))
        .route("/api/roleplay/message", post(roleplay::message))
        .route("/api/roleplay/end", post(roleplay::end))
        .route("/api/roleplay/session/{id}", get(roleplay::session).delete(roleplay::delete))
        .route("/api/roleplay/session/{id}/recording", get(recordings::of_session))
        .route("/api/roleplay/history", get(roleplay::history))
        .route("/api/feedback/generate", post(feedback::generate))
        .route("/api/feedback/{session}", get(feedback::one))
        .route("/api/email/generate", post(email::generate))
        .route("/api/email/{session}", get(email::one).put(email::change))
        .route("/api/statistics/user", get(statistics::of_user))
        .route("/api/admin/scenarios", get(admin::scenarios).post(admin::create))
        .route("/api/admin/scenarios/{id}", get(admin::scenario).put(admin::change).delete(admin::delete))
        .route("/api/admin/scenarios/{id}/status", put(admin::set_status))
        .route("/api/admin/users", get(admin::users))
        .route("/api", any(pages::not_found))
        .route("/api/{*rest}", any(pages::not_found))
        .route_layer(from_fn_with_state(Arc::clone(app), throttle::per_address));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/media/{*key}", get(media::serve))
        .route("/recordings/{session}", get(recordings::signed))
        .route("/demo", get(pages::demo))
        .merge(api)
        .merge(pages::web_client(Path::new(BUILT_WEB_CLIENT), &app.config))
        .method_not_allowed_fallback(pages::not_found)
        .with_state(Arc::clone(app))
}
