use std::sync::Arc;

use axum::extract::{Path, State};
use ports::{Difficulty, PageRequest, Persona, ScenarioFilter, ScenarioSummary, StoreError, UserId};
use serde::{Deserialize, Serialize};

use super::{App, Caller, Failure, Page, Parameters, Success, body::Paging};
use crate::clock;

/// A scenario in a list. Nothing is scored yet; `averageScore` is a number all the same, because pages format it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioItem {
    id: String,
    title: String,
    description: String,
    category: String,
    difficulty: Difficulty,
    language: String,
    estimated_duration: u32,
    practice_count: u64,
    average_score: u8,
    my_best_score: Option<u8>,
    buyer_persona: Persona,
}

/// A scenario with everything in it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioView {
    #[serde(flatten)]
    item: ScenarioItem,
    is_active: bool,
    goals: Vec<String>,
    objections: Vec<String>,
    ideal_responses: Vec<String>,
    max_turns: u32,
    scoring_weights: Option<()>,
    opening_prompt: String,
    created_by_id: Option<UserId>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioWithHistory {
    #[serde(flatten)]
    scenario: ScenarioView,
    user_history: Option<UserHistory>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserHistory {
    practice_count: u64,
    best_score: Option<u8>,
    average_score: Option<f32>,
    recent_scores: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recommendation {
    #[serde(flatten)]
    item: ScenarioItem,
    created_at: String,
    reason: &'static str,
}

/// Read beside [`Paging`], for a query knows no nesting.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    category: Option<String>,
    difficulty: Option<String>,
    search: Option<String>,
}

/// How many are read at a time where all are wanted.
const ALL_AT_ONCE: u32 = 100;
const RECOMMENDED: usize = 6;
const POPULAR: usize = 3;

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Parameters(paging): Parameters<Paging>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Success<Page<ScenarioItem>>, Failure> {
    let request = paging.request()?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let filter = ScenarioFilter {
        category: given(query.category),
        difficulty: given(query.difficulty).as_deref().map(difficulty).transpose()?,
        search: given(query.search),
    };
    let mut page = app.catalog.scenarios(&filter, request).await?;
    let items = page.items.drain(..).map(ScenarioItem::from).collect();
    Ok(Success::of(Page::new(page, request, items)))
}

/// First what many practise, then what is new.
pub(super) async fn recommended(
    State(app): State<Arc<App>>,
    _: Caller,
) -> Result<Success<Vec<Recommendation>>, Failure> {
    let all = PageRequest { page: 1, size: ALL_AT_ONCE };
    let mut scenarios = app.catalog.scenarios(&ScenarioFilter::default(), all).await?.items;
    let practised = scenarios.iter().take_while(|summary| summary.practice_count > 0).count();
    let mut rest = scenarios.split_off(practised.min(POPULAR));
    rest.sort_by_key(|summary| std::cmp::Reverse(summary.created_at));
    let popular = scenarios.into_iter().map(|summary| recommend(summary, "popular"));
    let new = rest.into_iter().map(|summary| recommend(summary, "new"));
    Ok(Success::of(popular.chain(new).take(RECOMMENDED).collect()))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Option<Caller>,
    Path(id): Path<String>,
) -> Result<Success<ScenarioWithHistory>, Failure> {
    let Some(summary) = app.catalog.scenario(&id).await? else {
        return Err(Failure::not_found("Scenario not found"));
    };
    let user_history = match caller {
        Some(Caller(account)) => Some(history(&app, &account.user.id, &summary.scenario.id).await?),
        None => None,
    };
    Ok(Success::of(ScenarioWithHistory { scenario: summary.into(), user_history }))
}

impl From<ScenarioSummary> for ScenarioItem {
    fn from(summary: ScenarioSummary) -> Self {
        let scenario = summary.scenario;
        Self {
            id: scenario.id,
            title: scenario.title,
            description: scenario.description,
            category: scenario.category,
            difficulty: scenario.difficulty,
            language: scenario.language,
            estimated_duration: scenario.estimated_duration,
            practice_count: summary.practice_count,
            average_score: 0,
            my_best_score: None,
            buyer_persona: scenario.persona,
        }
    }
}

impl From<ScenarioSummary> for ScenarioView {
    fn from(summary: ScenarioSummary) -> Self {
        let scenario = &summary.scenario;
        Self {
            is_active: true,
            goals: scenario.goals.clone(),
            objections: scenario.objections.iter().map(|objection| objection.says.clone()).collect(),
            ideal_responses: scenario.ideal_answers.clone(),
            max_turns: scenario.max_turns,
            scoring_weights: None,
            opening_prompt: scenario.opening.clone(),
            created_by_id: None,
            created_at: clock::iso(summary.created_at),
            updated_at: clock::iso(summary.updated_at),
            item: summary.into(),
        }
    }
}

fn recommend(summary: ScenarioSummary, reason: &'static str) -> Recommendation {
    Recommendation { created_at: clock::iso(summary.created_at), item: summary.into(), reason }
}

fn difficulty(text: &str) -> Result<Difficulty, Failure> {
    match text.to_ascii_lowercase().as_str() {
        "easy" => Ok(Difficulty::Easy),
        "medium" => Ok(Difficulty::Medium),
        "hard" => Ok(Difficulty::Hard),
        _ => Err(Failure::bad_request(format!("difficulty is {text:?}; allowed: easy, medium, hard"))),
    }
}

async fn history(app: &App, user: &UserId, scenario: &str) -> Result<UserHistory, StoreError> {
    let mut practice_count = 0;
    for page in 1.. {
        let request = PageRequest { page, size: ALL_AT_ONCE };
        let sessions = app.catalog.history(user, request).await?;
        practice_count += sessions.items.iter().filter(|session| session.scenario_id == scenario).count() as u64;
        if u64::from(page) * u64::from(ALL_AT_ONCE) >= sessions.total {
            break;
        }
    }
    Ok(UserHistory { practice_count, best_score: None, average_score: None, recent_scores: Vec::new() })
}
