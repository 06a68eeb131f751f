use std::sync::Arc;

use axum::extract::State;
use ports::{NewSession, SessionId, SessionRow};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::SessionView;
use crate::{
    clock,
    http::{App, Body, Caller, Failure, Success, envelope::Envelope},
};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Start {
    scenario_id: Option<String>,
    /// `private` where no coach may watch or read it.
    practice: Option<Practice>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Practice {
    Private,
    Shared,
}

/// The persona's opening is the first message. Whatever else the user had open is abandoned.
#[utoipa::path(
    post,
    path = "/api/roleplay/start",
    tag = "Roleplay",
    summary = "Begin a session",
    request_body = Start,
    responses((status = 201, body = Envelope<SessionView>)),
)]
pub(in crate::http) async fn start(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(start): Body<Start>,
) -> Result<Success<SessionView>, Failure> {
    let Some(scenario_id) = start.scenario_id.filter(|id| !id.is_empty()) else {
        return Err(Failure::bad_request("Scenario ID is required"));
    };
    let Some(summary) = app.catalog.scenario(&scenario_id).await? else {
        return Err(Failure::not_found("Scenario not found or inactive"));
    };
    let now = clock::now();
    let session = NewSession {
        id: SessionId::parse(&Uuid::now_v7().to_string()).expect("a UUID is an id"),
        user: account.user.id.clone(),
        scenario_id: summary.scenario.id,
        opening: Some(summary.scenario.opening),
        private: start.practice == Some(Practice::Private),
        at: now,
    };
    let row = app.catalog.create_session(session).await?;
    app.catalog.abandon_earlier_sessions(&row.id, now).await?;
    tokio::spawn(end_live_sessions_before(Arc::clone(&app), row.clone()));
    Ok(Success::created(SessionView::load(&app, &account, row).await?))
}

/// They finish the turn that is open there; the new one need not wait for that. One that began later is none of its business.
async fn end_live_sessions_before(app: Arc<App>, row: SessionRow) {
    for handle in app.hub.all() {
        let is_earlier = (handle.started_at(), handle.session()) < (row.started_at, &row.id);
        if *handle.owner() == row.user && is_earlier {
            app.hub.end(handle.session()).await;
        }
    }
}
