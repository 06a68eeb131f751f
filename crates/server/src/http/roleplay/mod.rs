//! A roleplay over REST: typed turns, and what was said in earlier ones.

mod history;
mod message;
mod recorded;
mod start;
mod view;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use ports::{Role, SessionId, SessionRow, SessionStatus};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use history::title;
pub use message::TypedTurns;
pub(super) use recorded::Recorded;

use self::view::SessionView;
use super::{
    App, Body, Caller, Done, Failure, Success,
    body::SessionReference,
    envelope::{Envelope, Said},
};
use crate::{auth::Account, clock, retention::forget};

/// A live session finishes its turn within this time, unless a store is down.
const ENDING: Duration = Duration::from_secs(15);

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(start::start))
        .routes(routes!(message::message))
        .routes(routes!(end))
        .routes(routes!(session, delete))
        .routes(routes!(history::history))
}

#[utoipa::path(
    post,
    path = "/api/roleplay/end",
    tag = "Roleplay",
    summary = "End a session",
    request_body = SessionReference,
    responses((status = 200, body = Envelope<SessionView>)),
)]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(reference): Body<SessionReference>,
) -> Result<Success<SessionView>, Failure> {
    let row = own_session(&app, &account, &reference.id()?).await?;
    // What is being answered in writing is part of it, and nothing more begins.
    let _no_typed_turn = app.typed_turns.kept_out(&row.id).await;
    end_live(&app, &row.id).await?;
    let row = match row.status {
        SessionStatus::Active | SessionStatus::Completed => app.catalog.complete_session(&row.id, clock::now()).await?,
        SessionStatus::Abandoned => return Err(Failure::bad_request("Session is not active")),
    };
    Ok(Success::of(SessionView::load(&app, &account, row).await?))
}

#[utoipa::path(
    get,
    path = "/api/roleplay/session/{id}",
    tag = "Roleplay",
    summary = "One session with everything said in it",
    responses((status = 200, body = Envelope<SessionView>)),
)]
pub(super) async fn session(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Success<SessionView>, Failure> {
    let row = readable_session(&app, &account, &id).await?;
    Ok(Success::of(SessionView::load(&app, &account, row).await?))
}

/// With everything that was kept of it. What is still going on ends first.
#[utoipa::path(
    delete,
    path = "/api/roleplay/session/{id}",
    tag = "Roleplay",
    summary = "End a session and delete it",
    responses((status = 200, body = Said)),
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Done, Failure> {
    let row = any_session(&app, &id).await?;
    if row.user != account.user.id && account.role < Role::Admin {
        return Err(Failure::forbidden("Not authorized"));
    }
    end_live(&app, &row.id).await?;
    forget(&*app.catalog, &*app.objects, &row.id).await?;
    Ok(Done("Session deleted"))
}

/// What was begun there is finished and written first.
async fn end_live(app: &App, session: &SessionId) -> Result<(), Failure> {
    tokio::time::timeout(ENDING, app.hub.end(session)).await.map_err(|_| {
        let error = "The session is still being saved, try again in a moment";
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, error)
    })
}

/// One's own; a coach reads what was not practised in private.
pub(super) async fn readable_session(app: &App, account: &Account, id: &str) -> Result<SessionRow, Failure> {
    let row = any_session(app, id).await?;
    if row.user != account.user.id && (account.role < Role::Coach || row.private) {
        return Err(Failure::forbidden("Not authorized"));
    }
    Ok(row)
}

pub(super) async fn own_session(app: &App, account: &Account, id: &str) -> Result<SessionRow, Failure> {
    let row = any_session(app, id).await?;
    if row.user != account.user.id {
        return Err(Failure::forbidden("Not authorized"));
    }
    Ok(row)
}

async fn any_session(app: &App, id: &str) -> Result<SessionRow, Failure> {
    let not_found = || Failure::not_found("Session not found");
    let id = SessionId::parse(id).map_err(|_| not_found())?;
    app.catalog.session(&id).await?.ok_or_else(not_found)
}
