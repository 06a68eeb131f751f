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
mod live;
pub mod media;
mod openapi;
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
    routing::{any, get},
};
use ports::{Catalog, Journal, LanguageModel, ObjectStore};
use runtime::Hub;
use tokio::sync::Notify;
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

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
    recording::Archive,
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
    /// Somebody departs.
    pub departing: Notify,
    pub archive: Archive,
    /// The sessions that are live.
    pub hub: Hub,
}

/// Everything that HTTP alone serves, behind its [`protect`]ion.
pub fn router(app: &Arc<App>) -> Router {
    protect(routes(app), app)
}

/// The routes alone, for a caller that adds more behind the same protection.
pub fn routes(app: &Arc<App>) -> Router {
    let (api, document) = api().split_for_parts();
    let api = api
        .route("/api/openapi.json", openapi::serve(openapi::complete(document)))
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

/// What the document describes, path by path.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(health::api))
        .routes(routes!(account::register))
        .routes(routes!(account::login))
        .routes(routes!(account::logout))
        .routes(routes!(account::me))
        .routes(routes!(profile::change, profile::delete))
        .routes(routes!(profile::change_password))
        .routes(routes!(scenarios::list))
        .routes(routes!(scenarios::recommended))
        .routes(routes!(scenarios::one))
        .merge(roleplay::routes())
        .routes(routes!(live::sessions))
        .routes(routes!(recordings::of_session))
        .routes(routes!(feedback::generate))
        .routes(routes!(feedback::one))
        .routes(routes!(email::generate))
        .routes(routes!(email::one, email::change))
        .routes(routes!(statistics::of_user))
        .routes(routes!(admin::scenarios, admin::create))
        .routes(routes!(admin::scenario, admin::change, admin::delete))
        .routes(routes!(admin::set_status))
        .routes(routes!(admin::users))
        .routes(routes!(admin::delete_user))
}
