use std::sync::Arc;

use axum::extract::State;
use ports::{Difficulty, SessionId, SessionRow, SessionStatus, StoreError, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clock,
    http::{App, Caller, Failure, Page, Parameters, Success, body::Paging, envelope::Envelope, feedback::score_of},
};

/// A completed session in the list of one's own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct HistoryItem {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    user_id: UserId,
    scenario_id: String,
    #[schema(value_type = String)]
    status: SessionStatus,
    started_at: String,
    completed_at: Option<String>,
    scenario: ScenarioTitle,
    feedback: Option<Score>,
    /// Whole minutes.
    duration: Option<i64>,
    message_count: usize,
    /// Pages count these.
    messages: Vec<MessageStub>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Score {
    overall_score: u8,
}

/// A scenario that is gone has its id for a title.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScenarioTitle {
    id: String,
    pub(in crate::http) title: String,
    category: Option<String>,
    #[schema(value_type = Option<String>)]
    difficulty: Option<Difficulty>,
}

#[derive(Serialize, ToSchema)]
struct MessageStub {
    id: String,
}

#[utoipa::path(
    get,
    path = "/api/roleplay/history",
    tag = "Roleplay",
    summary = "The sessions one completed",
    params(Paging),
    responses((status = 200, body = Envelope<Page<HistoryItem>>)),
)]
pub(in crate::http) async fn history(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Parameters(paging): Parameters<Paging>,
) -> Result<Success<Page<HistoryItem>>, Failure> {
    let request = paging.request()?;
    let mut page = app.catalog.history(&account.user.id, request).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items.drain(..) {
        items.push(item(&app, row).await?);
    }
    Ok(Success::of(Page::new(page, request, items)))
}

async fn item(app: &App, row: SessionRow) -> Result<HistoryItem, StoreError> {
    let score = score_of(app, &row).await?;
    let messages = app.catalog.messages(&row.id).await?;
    let messages: Vec<MessageStub> = messages.into_iter().map(|message| MessageStub { id: message.id }).collect();
    Ok(HistoryItem {
        scenario: title(app, &row.scenario_id).await?,
        duration: row.completed_at.map(|end| (end.0 - row.started_at.0) / 60_000),
        started_at: clock::iso(row.started_at),
        completed_at: row.completed_at.map(clock::iso),
        message_count: messages.len(),
        messages,
        feedback: score.map(|overall_score| Score { overall_score }),
        id: row.id,
        user_id: row.user,
        scenario_id: row.scenario_id,
        status: row.status,
    })
}

pub(in crate::http) async fn title(app: &App, id: &str) -> Result<ScenarioTitle, StoreError> {
    let id = id.to_owned();
    Ok(match app.catalog.scenario_of_any_status(&id).await? {
        Some(summary) => ScenarioTitle {
            id,
            title: summary.scenario.title,
            category: Some(summary.scenario.category),
            difficulty: Some(summary.scenario.difficulty),
        },
        None => ScenarioTitle { title: id.clone(), id, category: None, difficulty: None },
    })
}
