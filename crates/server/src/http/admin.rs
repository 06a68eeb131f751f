//! What administrators do: scenarios of their own, and a look at who is here.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use ports::{Scenario, ScenarioFilter, ScenarioSummary, StoreError, User, UserId, scenario_file};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Administrator, App, Body, Done, Failure, Page, Parameters, Success,
    account::UserView,
    body::Paging,
    envelope::{Envelope, Said},
    practices::tenths,
    scenarios::ListQuery,
};
use crate::{clock, departures::depart};

/// A scenario as its author wrote it, with the fields of a scenario file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthoredScenario {
    #[schema(value_type = Object)]
    scenario: Scenario,
    is_active: bool,
    /// `null` for one that ships as it is.
    #[schema(value_type = Option<String>)]
    created_by_id: Option<UserId>,
    practice_count: u64,
    average_score: Option<f64>,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    is_active: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserInList {
    #[serde(flatten)]
    user: UserView,
    is_active: bool,
}

/// Inactive ones too.
#[utoipa::path(
    get,
    path = "/api/admin/scenarios",
    tag = "Administration",
    summary = "List all scenarios",
    params(Paging, ListQuery),
    responses((status = 200, body = Envelope<Page<AuthoredScenario>>)),
)]
pub(super) async fn scenarios(
    State(app): State<Arc<App>>,
    _: Administrator,
    Parameters(paging): Parameters<Paging>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Success<Page<AuthoredScenario>>, Failure> {
    let request = paging.request()?;
    let filter = ScenarioFilter { with_inactive: true, ..query.filter()? };
    let mut page = app.catalog.scenarios(&filter, request).await?;
    let items = page.items.drain(..).map(AuthoredScenario::from).collect();
    Ok(Success::of(Page::new(page, request, items)))
}

#[utoipa::path(
    get,
    path = "/api/admin/scenarios/{id}",
    tag = "Administration",
    summary = "One scenario as it was written",
    responses((status = 200, body = Envelope<AuthoredScenario>)),
)]
pub(super) async fn scenario(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<Success<AuthoredScenario>, Failure> {
    let summary = app.catalog.scenario_of_any_status(&id).await?;
    summary.map(|summary| Success::of(summary.into())).ok_or_else(not_found)
}

#[utoipa::path(
    post,
    path = "/api/admin/scenarios",
    tag = "Administration",
    summary = "Write a scenario",
    request_body = Object,
    responses((status = 201, body = Envelope<AuthoredScenario>)),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Administrator(account): Administrator,
    Body(scenario): Body<Scenario>,
) -> Result<Success<AuthoredScenario>, Failure> {
    check(&scenario)?;
    let created = app.catalog.create_scenario(&scenario, &account.user.id, clock::now()).await;
    created.map(|summary| Success::created(summary.into())).map_err(refusal)
}

#[utoipa::path(
    put,
    path = "/api/admin/scenarios/{id}",
    tag = "Administration",
    summary = "Replace a scenario",
    request_body = Object,
    responses((status = 200, body = Envelope<AuthoredScenario>)),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Administrator(account): Administrator,
    Path(id): Path<String>,
    Body(scenario): Body<Scenario>,
) -> Result<Success<AuthoredScenario>, Failure> {
    check(&scenario)?;
    if scenario.id != id {
        return Err(Failure::bad_request(format!("id is {:?}, but the address names {id:?}", scenario.id)));
    }
    let changed = app.catalog.change_scenario(&scenario, &account.user.id, clock::now()).await;
    changed.map(|summary| Success::of(summary.into())).map_err(refusal)
}

#[utoipa::path(
    put,
    path = "/api/admin/scenarios/{id}/status",
    tag = "Administration",
    summary = "Offer a scenario, or hide it",
    request_body = Status,
    responses((status = 200, body = Envelope<AuthoredScenario>)),
)]
pub(super) async fn set_status(
    State(app): State<Arc<App>>,
    Administrator(account): Administrator,
    Path(id): Path<String>,
    Body(status): Body<Status>,
) -> Result<Success<AuthoredScenario>, Failure> {
    let changed = app.catalog.set_scenario_active(&id, status.is_active, &account.user.id, clock::now()).await;
    changed.map(|summary| Success::of(summary.into())).map_err(refusal)
}

#[utoipa::path(
    delete,
    path = "/api/admin/scenarios/{id}",
    tag = "Administration",
    summary = "Delete a scenario that nobody practised",
    responses((status = 200, body = Said)),
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<Done, Failure> {
    let summary = app.catalog.scenario_of_any_status(&id).await?.ok_or_else(not_found)?;
    if summary.author.is_none() {
        return Err(conflict("This scenario ships with the product and would come back; set it inactive instead"));
    }
    match app.catalog.delete_scenario(&id).await {
        Ok(()) => Ok(Done("Scenario deleted")),
        Err(StoreError::Conflict(_)) => Err(conflict("This scenario was practised; set it inactive instead")),
        Err(error) => Err(refusal(error)),
    }
}

#[utoipa::path(
    get,
    path = "/api/admin/users",
    tag = "Administration",
    summary = "List everybody",
    params(Paging),
    responses((status = 200, body = Envelope<Page<UserInList>>)),
)]
pub(super) async fn users(
    State(app): State<Arc<App>>,
    _: Administrator,
    Parameters(paging): Parameters<Paging>,
) -> Result<Success<Page<UserInList>>, Failure> {
    let request = paging.request()?;
    let mut page = app.catalog.users(request).await?;
    let items = page.items.drain(..).map(UserInList::from).collect();
    Ok(Success::of(Page::new(page, request, items)))
}

#[utoipa::path(
    delete,
    path = "/api/admin/users/{id}",
    tag = "Administration",
    summary = "Delete a user and everything that was kept of them",
    responses((status = 200, body = Said)),
)]
pub(super) async fn delete_user(
    State(app): State<Arc<App>>,
    Administrator(account): Administrator,
    Path(id): Path<String>,
) -> Result<Done, Failure> {
    if id == account.user.id.as_str() {
        return Err(Failure::bad_request("This is your own account; delete it in your profile"));
    }
    let not_found = || Failure::not_found("User not found");
    let id = UserId::parse(&id).map_err(|_| not_found())?;
    match depart(&app, &id).await {
        Ok(()) => Ok(Done("User deleted")),
        Err(StoreError::NotFound(_)) => Err(not_found()),
        Err(error) => Err(error.into()),
    }
}

fn check(scenario: &Scenario) -> Result<(), Failure> {
    match scenario_file::first_mistake(scenario) {
        None => Ok(()),
        Some((path, what)) => Err(Failure::bad_request(format!("{path}: {what}"))),
    }
}

fn refusal(error: StoreError) -> Failure {
    match error {
        StoreError::NotFound(_) => not_found(),
        StoreError::Conflict(_) => conflict("Another scenario answers to this id or to one of the aliases"),
        other => other.into(),
    }
}

fn not_found() -> Failure {
    Failure::not_found("Scenario not found")
}

fn conflict(error: &str) -> Failure {
    Failure::new(StatusCode::CONFLICT, error)
}

impl From<ScenarioSummary> for AuthoredScenario {
    fn from(summary: ScenarioSummary) -> Self {
        Self {
            scenario: summary.scenario,
            is_active: summary.is_active,
            created_by_id: summary.author,
            practice_count: summary.practice_count,
            average_score: summary.average_score.map(tenths),
            created_at: clock::iso(summary.created_at),
            updated_at: clock::iso(summary.updated_at),
        }
    }
}

impl From<User> for UserInList {
    fn from(user: User) -> Self {
        let (role, is_active) = (user.role, user.is_active);
        Self { user: UserView::new(user, role), is_active }
    }
}
