//! What an operator looks at: whether the server can serve, what it does, and how long that takes.
//!
//! The figures are gathered when somebody asks for them. This module deliberately measures nothing itself:
//! the runtime and the transports count what they do.

mod access;
mod figures;
mod process;
mod prometheus;
mod readiness;
mod stats;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use self::{
    access::Permitted,
    figures::Figures,
    readiness::{Readiness, Seen},
};
use crate::{clock, http::App, transport::socketio::Registry};

pub struct Operations {
    app: Arc<App>,
    registry: Arc<Registry>,
    began: Instant,
    seen: Seen,
}

/// To be merged with the routes of the application, behind the same protection.
pub fn routes(app: &Arc<App>, registry: &Arc<Registry>) -> Router {
    let (app, registry) = (Arc::clone(app), Arc::clone(registry));
    let operations = Operations { app, registry, began: Instant::now(), seen: Seen::default() };
    Router::new()
        .route("/health", get(health))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/stats", get(stats))
        .with_state(Arc::new(operations))
}

/// One answer for all the front ends that ask for it, each for its own fields. It is always 200; `/readyz` is the one to
/// take a server out of a pool.
async fn health(State(operations): State<Arc<Operations>>) -> Json<Value> {
    let readiness = Readiness::look(&operations).await;
    let status = if readiness.is_ready() { "healthy" } else { "unhealthy" };
    Json(json!({
        "success": true,
        "message": "Repartee API is running",
        "timestamp": clock::iso(clock::now()),
        "status": status,
        "healthy": readiness.is_ready(),
        "version": env!("CARGO_PKG_VERSION"),
        "services": readiness.services(),
        "providers": figures::providers(&operations.app.hub),
    }))
}

/// 503 while something that every session needs is down.
async fn readyz(State(operations): State<Arc<Operations>>) -> Response {
    let readiness = Readiness::look(&operations).await;
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn metrics(_: Permitted, State(operations): State<Arc<Operations>>) -> Response {
    let media_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, media_type)], prometheus::text(&Figures::gather(&operations))).into_response()
}

async fn stats(_: Permitted, State(operations): State<Arc<Operations>>) -> Json<Value> {
    Json(stats::of(&Figures::gather(&operations)))
}
