use std::sync::Arc;

use axum::extract::{Path, State};
use ports::{Difficulty, PageRequest, Persona, ScenarioFilter, ScenarioSummary, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Caller, Failure, Page, Parameters, Success,
    body::Paging,
    envelope::Envelope,
    openapi,
    practices::{Practices, average, tenths},
};
use crate::clock;

/// A scenario in a list. `averageScore` is a number even where nothing was scored, because pages format it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioItem {
    id: String,
    title: String,
    description: String,
    category: String,
    #[schema(value_type = String)]
    difficulty: Difficulty,
    language: String,
    goals: Vec<String>,
    estimated_duration: u32,
    practice_count: u64,
    average_score: f64,
    my_best_score: Option<u8>,
    #[schema(schema_with = openapi::persona)]
    buyer_persona: Persona,
}

/// A scenario with everything in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioView {
    #[serde(flatten)]
    item: ScenarioItem,
    is_active: bool,
    objections: Vec<String>,
    ideal_responses: Vec<String>,
    max_turns: u32,
    #[schema(value_type = Option<Object>)]
    scoring_weights: Option<()>,
    opening_prompt: String,
    #[schema(value_type = Option<String>)]
    created_by_id: Option<UserId>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioWithHistory {
    #[serde(flatten)]
    scenario: ScenarioView,
    user_history: Option<UserHistory>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserHistory {
    practice_count: usize,
    best_score: Option<u8>,
    average_score: Option<f64>,
    recent_scores: Vec<u8>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recommendation {
    #[serde(flatten)]
    item: ScenarioItem,
    created_at: String,
    reason: &'static str,
}

/// Read beside [`Paging`], for a query knows no nesting.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    category: Option<String>,
    difficulty: Option<String>,
    search: Option<String>,
}

/// How many are read at a time where all are wanted.
const ALL_AT_ONCE: u32 = 100;
const RECOMMENDED: usize = 6;
const TO_IMPROVE: usize = 2;
const POPULAR: usize = 3;
/// Whoever scored less may want to try again.
const GOOD_ENOUGH: u8 = 70;
const RECENT: usize = 5;

#[utoipa::path(
    get,
    path = "/api/scenarios",
    tag = "Scenarios",
    summary = "List the scenarios",
    params(Paging, ListQuery),
    security(()),
    responses((status = 200, body = Envelope<Page<ScenarioItem>>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Option<Caller>,
    Parameters(paging): Parameters<Paging>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Success<Page<ScenarioItem>>, Failure> {
    let request = paging.request()?;
    let filter = query.filter()?;
    let mine = match caller {
        Some(Caller(account)) => Practices::of(&app, &account.user.id).await?,
        None => Practices::default(),
    };
    let mut page = app.catalog.scenarios(&filter, request).await?;
    let items = page.items.drain(..).map(|summary| ScenarioItem::new(summary, &mine)).collect();
    Ok(Success::of(Page::new(page, request, items)))
}

/// First what went badly, then what many practise, then what is new.
#[utoipa::path(
    get,
    path = "/api/scenarios/recommended",
    tag = "Scenarios",
    summary = "What to practise next",
    responses((status = 200, body = Envelope<Vec<Recommendation>>)),
)]
pub(super) async fn recommended(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Success<Vec<Recommendation>>, Failure> {
    let all = PageRequest { page: 1, size: ALL_AT_ONCE };
    let scenarios = app.catalog.scenarios(&ScenarioFilter::default(), all).await?.items;
    let mine = Practices::of(&app, &account.user.id).await?;
    let went_badly = |summary: &ScenarioSummary| mine.best(&summary.scenario.id).is_some_and(|best| best < GOOD_ENOUGH);
    let (improve, mut popular): (Vec<_>, Vec<_>) = scenarios.into_iter().partition(went_badly);
    let practised = popular.iter().take_while(|summary| summary.practice_count > 0).count();
    let mut new = popular.split_off(practised.min(POPULAR));
    new.sort_by_key(|summary| std::cmp::Reverse(summary.created_at));
    let recommend = |reason: &'static str| {
        let mine = &mine;
        move |summary: ScenarioSummary| Recommendation {
            created_at: clock::iso(summary.created_at),
            item: ScenarioItem::new(summary, mine),
            reason,
        }
    };
    let improve = improve.into_iter().take(TO_IMPROVE).map(recommend("improve"));
    let popular = popular.into_iter().map(recommend("popular"));
    let new = new.into_iter().map(recommend("new"));
    Ok(Success::of(improve.chain(popular).chain(new).take(RECOMMENDED).collect()))
}

#[utoipa::path(
    get,
    path = "/api/scenarios/{id}",
    tag = "Scenarios",
    summary = "One scenario, by id or alias",
    security(()),
    responses((status = 200, body = Envelope<ScenarioWithHistory>)),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Option<Caller>,
    Path(id): Path<String>,
) -> Result<Success<ScenarioWithHistory>, Failure> {
    let Some(summary) = app.catalog.scenario(&id).await? else {
        return Err(Failure::not_found("Scenario not found"));
    };
    let Some(Caller(account)) = caller else {
        let scenario = ScenarioView::new(summary, &Practices::default());
        return Ok(Success::of(ScenarioWithHistory { scenario, user_history: None }));
    };
    let mine = Practices::of(&app, &account.user.id).await?;
    let user_history = Some(history(&mine, &summary.scenario.id));
    Ok(Success::of(ScenarioWithHistory { scenario: ScenarioView::new(summary, &mine), user_history }))
}

impl ScenarioItem {
    fn new(summary: ScenarioSummary, mine: &Practices) -> Self {
        let scenario = summary.scenario;
        Self {
            my_best_score: mine.best(&scenario.id),
            id: scenario.id,
            title: scenario.title,
            description: scenario.description,
            category: scenario.category,
            difficulty: scenario.difficulty,
            language: scenario.language,
            goals: scenario.goals,
            estimated_duration: scenario.estimated_duration,
            practice_count: summary.practice_count,
            average_score: tenths(summary.average_score.unwrap_or(0.0)),
            buyer_persona: scenario.persona,
        }
    }
}

impl From<ScenarioSummary> for ScenarioView {
    fn from(summary: ScenarioSummary) -> Self {
        Self::new(summary, &Practices::default())
    }
}

impl ScenarioView {
    fn new(summary: ScenarioSummary, mine: &Practices) -> Self {
        let scenario = &summary.scenario;
        Self {
            is_active: summary.is_active,
            objections: scenario.objections.iter().map(|objection| objection.says.clone()).collect(),
            ideal_responses: scenario.ideal_answers.clone(),
            max_turns: scenario.max_turns,
            scoring_weights: None,
            opening_prompt: scenario.opening.clone(),
            created_by_id: summary.author.clone(),
            created_at: clock::iso(summary.created_at),
            updated_at: clock::iso(summary.updated_at),
            item: ScenarioItem::new(summary, mine),
        }
    }
}

impl ListQuery {
    /// Active ones only.
    pub(super) fn filter(self) -> Result<ScenarioFilter, Failure> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(ScenarioFilter {
            category: given(self.category),
            difficulty: given(self.difficulty).as_deref().map(difficulty).transpose()?,
            search: given(self.search),
            with_inactive: false,
        })
    }
}

fn difficulty(text: &str) -> Result<Difficulty, Failure> {
    match text.to_ascii_lowercase().as_str() {
        "easy" => Ok(Difficulty::Easy),
        "medium" => Ok(Difficulty::Medium),
        "hard" => Ok(Difficulty::Hard),
        _ => Err(Failure::bad_request(format!("difficulty is {text:?}; allowed: easy, medium, hard"))),
    }
}

fn history(mine: &Practices, scenario: &str) -> UserHistory {
    let scores: Vec<u8> = mine.scores(scenario).collect();
    UserHistory {
        practice_count: mine.of_scenario(scenario).count(),
        best_score: mine.best(scenario),
        average_score: average(&scores),
        recent_scores: scores.into_iter().take(RECENT).collect(),
    }
}
