//! How a practice went. It is counted when somebody first asks, and kept.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use ports::{Dimension, Feedback, Scenario, SessionId, SessionRow, SessionStatus, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    App, Body, Caller, Failure, Success,
    body::SessionReference,
    envelope::Envelope,
    openapi,
    roleplay::{Recorded, own_session, readable_session},
};
use crate::{
    auth::Account,
    clock,
    feedback::{Delivery, FEWEST_TURNS, about, assess},
};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeedbackView {
    /// The session's; it has one report.
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    session_id: SessionId,
    overall_score: u8,
    #[schema(schema_with = openapi::dimensions)]
    dimensions: Vec<Dimension>,
    summary: String,
    recommendations: Vec<String>,
    created_at: String,
}

#[utoipa::path(
    post,
    path = "/api/feedback/generate",
    tag = "Reports",
    summary = "Count how a practice went",
    request_body = SessionReference,
    responses((status = 201, body = Envelope<FeedbackView>)),
)]
pub(super) async fn generate(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(reference): Body<SessionReference>,
) -> Result<Success<FeedbackView>, Failure> {
    let row = own_session(&app, &account, &reference.id()?).await?;
    if row.status != SessionStatus::Completed {
        return Err(Failure::bad_request("Session must be completed before generating feedback"));
    }
    if let Some(kept) = app.catalog.feedback(&row.id).await? {
        return Ok(Success::of(view(&app, &account, &row, kept).await?).saying("Feedback already exists"));
    }
    match feedback_of(&app, &row).await? {
        Some(feedback) => Ok(Success::created(view(&app, &account, &row, feedback).await?)),
        None => {
            let error = format!("Need at least {FEWEST_TURNS} conversation turns to generate feedback");
            Err(Failure::bad_request(error))
        }
    }
}

/// Pages take a 404 for a reason to invent a report, so a missing one is told with 200.
#[utoipa::path(
    get,
    path = "/api/feedback/{session}",
    tag = "Reports",
    summary = "How a practice went",
    responses((status = 200, body = Envelope<FeedbackView>)),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(session): Path<String>,
) -> Result<Success<FeedbackView>, Failure> {
    let row = readable_session(&app, &account, &session).await?;
    let Some(feedback) = feedback_of(&app, &row).await? else {
        return Err(Failure::new(StatusCode::OK, "Feedback not found"));
    };
    Ok(Success::of(view(&app, &account, &row, feedback).await?))
}

async fn view(app: &App, account: &Account, row: &SessionRow, feedback: Feedback) -> Result<FeedbackView, StoreError> {
    let scenario = app.catalog.scenario_of_any_status(&row.scenario_id).await?.map(|summary| summary.scenario);
    let trainee = trainee(app, row).await?;
    let recorded = Recorded::load(app, row).await?;
    let delivery = scenario.as_ref().and_then(|scenario| recorded.delivery(scenario));
    let told = told_to(account, row, trainee.as_deref(), scenario.as_ref(), feedback);
    Ok(FeedbackView::new(told, delivery.as_ref()))
}

/// What whoever practised is called; nothing where the account is closed.
pub(super) async fn trainee(app: &App, row: &SessionRow) -> Result<Option<String>, StoreError> {
    Ok(app.catalog.user(&row.user).await?.map(|user| user.name).filter(|name| !name.is_empty()))
}

/// Whoever practised is spoken to, and everybody else reads about them.
pub(super) fn told_to(
    reader: &Account,
    row: &SessionRow,
    trainee: Option<&str>,
    scenario: Option<&Scenario>,
    feedback: Feedback,
) -> Feedback {
    let (Some(trainee), Some(scenario)) = (trainee, scenario) else { return feedback };
    if reader.user.id == row.user {
        return feedback;
    }
    Feedback { findings: about(trainee, feedback.findings, &scenario.language), ..feedback }
}

/// `None` until the session is completed, and where too little was said.
pub(super) async fn feedback_of(app: &App, row: &SessionRow) -> Result<Option<Feedback>, StoreError> {
    if row.status != SessionStatus::Completed || row.messages < FEWEST_TURNS as u64 {
        return Ok(None);
    }
    if let Some(kept) = app.catalog.feedback(&row.id).await? {
        return Ok(Some(kept));
    }
    // The opening is a message too, so this is not known before. It costs less than the scenario with its figures.
    let turns = app.journal.turns(&row.id).await?;
    if turns.len() < FEWEST_TURNS {
        return Ok(None);
    }
    let Some(summary) = app.catalog.scenario_of_any_status(&row.scenario_id).await? else {
        return Ok(None);
    };
    let Some(assessment) = assess(&summary.scenario, &turns) else {
        return Ok(None);
    };
    let feedback = Feedback {
        session: row.id.clone(),
        overall_score: assessment.overall_score,
        findings: assessment.findings,
        created_at: clock::now(),
    };
    app.catalog.keep_feedback(feedback).await.map(Some)
}

pub(super) async fn score_of(app: &App, row: &SessionRow) -> Result<Option<u8>, StoreError> {
    match row.score {
        Some(score) => Ok(Some(score)),
        None => Ok(feedback_of(app, row).await?.map(|feedback| feedback.overall_score)),
    }
}

impl FeedbackView {
    /// What was counted, with what measuring the speech adds to it.
    pub(super) fn new(feedback: Feedback, delivery: Option<&Delivery>) -> Self {
        let mut findings = feedback.findings;
        if let Some(delivery) = delivery {
            delivery.advise(&mut findings.dimensions);
        }
        Self {
            id: feedback.session.clone(),
            session_id: feedback.session,
            overall_score: feedback.overall_score,
            dimensions: findings.dimensions,
            summary: findings.summary,
            recommendations: findings.recommendations,
            created_at: clock::iso(feedback.created_at),
        }
    }
}
