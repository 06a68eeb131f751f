//! The mail that follows up on a practice: drafted from what was said, changed by the trainee, sent by nobody here.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use ports::{Email, EmailChange, SessionId, SessionStatus, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    App, Body, Caller, Failure, Success,
    body::SessionReference,
    envelope::Envelope,
    profile::check_length,
    roleplay::{own_session, readable_session},
};
use crate::{clock, feedback::draft};

/// Pages read `to`, the old server's model has `toAddress`; both say the same.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmailView {
    /// The session's; it has one mail.
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    session_id: SessionId,
    #[schema(value_type = String)]
    user_id: UserId,
    to: String,
    to_address: String,
    subject: String,
    body: String,
    is_edited: bool,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    to: Option<String>,
    to_address: Option<String>,
    subject: Option<String>,
    body: Option<String>,
}

/// Bytes.
const LONGEST_ADDRESS: usize = 320;
const LONGEST_SUBJECT: usize = 1_000;
const LONGEST_BODY: usize = 64 * 1024;

#[utoipa::path(
    post,
    path = "/api/email/generate",
    tag = "Reports",
    summary = "Draft the mail that follows up",
    request_body = SessionReference,
    responses((status = 201, body = Envelope<EmailView>)),
)]
pub(super) async fn generate(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(reference): Body<SessionReference>,
) -> Result<Success<EmailView>, Failure> {
    let row = own_session(&app, &account, &reference.id()?).await?;
    if row.status != SessionStatus::Completed {
        return Err(Failure::bad_request("Session must be completed before generating an email"));
    }
    if let Some(kept) = app.catalog.email(&row.id).await? {
        return Ok(Success::of(EmailView::new(kept, row.user)).saying("Email already exists"));
    }
    let Some(summary) = app.catalog.scenario_of_any_status(&row.scenario_id).await? else {
        return Err(Failure::not_found("Scenario not found"));
    };
    let turns = app.journal.turns(&row.id).await?;
    let draft = draft(&summary.scenario, &turns, &account.user.name);
    let now = clock::now();
    let email = Email {
        session: row.id,
        to: String::new(),
        subject: draft.subject,
        body: draft.body,
        is_edited: false,
        created_at: now,
        updated_at: now,
    };
    let kept = app.catalog.keep_email(email).await?;
    Ok(Success::created(EmailView::new(kept, row.user)))
}

/// A missing one is told with 200, as with feedback: pages invent a mail when they see a 404.
#[utoipa::path(
    get,
    path = "/api/email/{session}",
    tag = "Reports",
    summary = "The mail of a session",
    responses((status = 200, body = Envelope<EmailView>)),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(session): Path<String>,
) -> Result<Success<EmailView>, Failure> {
    let row = readable_session(&app, &account, &session).await?;
    match app.catalog.email(&row.id).await? {
        Some(email) => Ok(Success::of(EmailView::new(email, row.user))),
        None => Err(not_found(StatusCode::OK)),
    }
}

#[utoipa::path(
    put,
    path = "/api/email/{session}",
    tag = "Reports",
    summary = "Change the mail of a session",
    request_body = Change,
    responses((status = 200, body = Envelope<EmailView>)),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Success<EmailView>, Failure> {
    let row = own_session(&app, &account, &id).await?;
    if app.catalog.email(&row.id).await?.is_none() {
        return Err(not_found(StatusCode::NOT_FOUND));
    }
    let change = EmailChange { to: change.to.or(change.to_address), subject: change.subject, body: change.body };
    check_length("to", change.to.as_deref(), LONGEST_ADDRESS)?;
    check_length("subject", change.subject.as_deref(), LONGEST_SUBJECT)?;
    check_length("body", change.body.as_deref(), LONGEST_BODY)?;
    let email = app.catalog.change_email(&row.id, change, clock::now()).await?;
    Ok(Success::of(EmailView::new(email, row.user)))
}

fn not_found(status: StatusCode) -> Failure {
    Failure::new(status, "Email not found")
}

impl EmailView {
    fn new(email: Email, user: UserId) -> Self {
        Self {
            id: email.session.clone(),
            session_id: email.session,
            user_id: user,
            to: email.to.clone(),
            to_address: email.to,
            subject: email.subject,
            body: email.body,
            is_edited: email.is_edited,
            created_at: clock::iso(email.created_at),
            updated_at: clock::iso(email.updated_at),
        }
    }
}
