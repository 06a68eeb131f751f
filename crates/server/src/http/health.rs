use axum::Json;
use serde_json::{Value, json};

use crate::clock;

/// As existing front ends ask for it; the message is a literal of the old contract.
#[utoipa::path(
    get,
    path = "/api/health",
    tag = "Operations",
    summary = "Say that the API runs",
    security(()),
    responses((status = 200, body = Object)),
)]
pub(super) async fn api() -> Json<Value> {
    let timestamp = clock::iso(clock::now());
    Json(json!({"success": true, "message": "Master Trainer API is running", "timestamp": timestamp}))
}

/// The process answers; nothing is said about what it depends on.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
