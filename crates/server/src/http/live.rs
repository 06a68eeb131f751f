//! Who practises right now, for those who may watch.

use std::{cmp::Reverse, sync::Arc};

use axum::extract::State;
use ports::{Role, SessionId, StoreError, UserId};
use runtime::Handle;
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, Caller, Failure, Page, Parameters, Success, body::Paging, envelope::Envelope};
use crate::clock;

/// A session that goes on and that a coach may watch.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LiveSession {
    #[schema(value_type = String)]
    session_id: SessionId,
    #[schema(value_type = String)]
    user_id: UserId,
    user_name: String,
    scenario_id: String,
    scenario_title: String,
    started_at: String,
}

/// Newest first; private practice is not among them.
#[utoipa::path(
    get,
    path = "/api/live",
    tag = "Roleplay",
    summary = "Sessions that a coach may watch now",
    params(Paging),
    responses((status = 200, body = Envelope<Page<LiveSession>>)),
)]
pub(super) async fn sessions(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Parameters(paging): Parameters<Paging>,
) -> Result<Success<Page<LiveSession>>, Failure> {
    match account.role {
        Role::Coach | Role::Admin => {}
        Role::Trainee => return Err(Failure::forbidden("Insufficient permissions")),
    }
    let request = paging.request()?;
    let mut live: Vec<_> = app.hub.all().into_iter().filter(|handle| !handle.is_private()).collect();
    live.sort_by_key(|handle| (Reverse(handle.started_at()), handle.session().clone()));
    let found = ports::Page { total: live.len() as u64, items: live };
    let (first, size) = ((request.page - 1) as usize * request.size as usize, request.size as usize);
    let mut shown = Vec::new();
    for handle in found.items.iter().skip(first).take(size) {
        shown.push(LiveSession::of(&app, handle).await?);
    }
    Ok(Success::of(Page::new(found, request, shown)))
}

impl LiveSession {
    async fn of(app: &App, handle: &Handle) -> Result<Self, StoreError> {
        let (user_id, scenario) = (handle.owner().clone(), handle.scenario());
        let user = app.catalog.user(&user_id).await?;
        Ok(Self {
            session_id: handle.session().clone(),
            user_name: user.map(|user| user.name).unwrap_or_default(),
            user_id,
            scenario_id: scenario.id.clone(),
            scenario_title: scenario.title.clone(),
            started_at: clock::iso(handle.started_at()),
        })
    }
}
