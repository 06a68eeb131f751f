use std::{collections::BTreeMap, sync::Arc};

use axum::extract::State;
use ports::{SessionRow, StoreError, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    App, Caller, Failure, Success,
    envelope::Envelope,
    practices::{Practices, average},
    roleplay::title,
};
use crate::clock;

/// What a user's dashboard shows. Scores are numbers even where there are none, because pages format them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserStatistics {
    total_practices: usize,
    average_score: f64,
    /// Whole minutes.
    total_duration: i64,
    best_score: u8,
    /// Since Monday, UTC.
    this_week_practices: usize,
    this_week_target: u32,
    /// Oldest first.
    score_history: Vec<ScoredPractice>,
    /// Averages, by title.
    score_by_scenario: Vec<ScoredScenario>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ScoredPractice {
    date: String,
    score: u8,
    scenario_title: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ScoredScenario {
    scenario_id: String,
    title: String,
    score: f64,
}

const PRACTICES_A_WEEK: u32 = 5;
const LONGEST_HISTORY: usize = 30;
const DAY_MS: i64 = 86_400_000;

#[utoipa::path(
    get,
    path = "/api/statistics/user",
    tag = "Reports",
    summary = "What a dashboard shows",
    responses((status = 200, body = Envelope<UserStatistics>)),
)]
pub(super) async fn of_user(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Success<UserStatistics>, Failure> {
    let practices = Practices::of(&app, &account.user.id).await?.0;
    let titles = titles(&app, &practices).await?;
    Ok(Success::of(UserStatistics::new(&practices, &titles, monday(clock::now()))))
}

async fn titles(app: &App, practices: &[SessionRow]) -> Result<BTreeMap<String, String>, StoreError> {
    let mut titles = BTreeMap::new();
    for row in practices {
        if !titles.contains_key(&row.scenario_id) {
            titles.insert(row.scenario_id.clone(), title(app, &row.scenario_id).await?.title);
        }
    }
    Ok(titles)
}

impl UserStatistics {
    /// `practices` newest first.
    fn new(practices: &[SessionRow], titles: &BTreeMap<String, String>, monday: Timestamp) -> Self {
        let ended = |row: &SessionRow| row.completed_at.unwrap_or(row.started_at);
        let title = |id: &str| titles.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let scores: Vec<u8> = practices.iter().filter_map(|row| row.score).collect();
        let mut by_scenario: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for row in practices {
            by_scenario.entry(&row.scenario_id).or_default().extend(row.score);
        }
        let scored = |(id, scores): (&str, Vec<u8>)| {
            let score = average(&scores)?;
            Some(ScoredScenario { scenario_id: id.to_owned(), title: title(id), score })
        };
        let mut score_by_scenario: Vec<_> = by_scenario.into_iter().filter_map(scored).collect();
        score_by_scenario.sort_by(|one, other| one.title.cmp(&other.title));
        let practice = |row: &SessionRow| {
            let date = clock::iso(ended(row)).chars().take("2026-01-17".len()).collect();
            Some(ScoredPractice { date, score: row.score?, scenario_title: title(&row.scenario_id) })
        };
        let mut score_history: Vec<_> = practices.iter().filter_map(practice).take(LONGEST_HISTORY).collect();
        score_history.reverse();
        let total_ms: i64 = practices.iter().map(|row| ended(row).0 - row.started_at.0).sum();
        Self {
            total_practices: practices.len(),
            average_score: average(&scores).unwrap_or(0.0),
            total_duration: total_ms / 60_000,
            best_score: scores.iter().copied().max().unwrap_or(0),
            this_week_practices: practices.iter().filter(|row| ended(row) >= monday).count(),
            this_week_target: PRACTICES_A_WEEK,
            score_history,
            score_by_scenario,
        }
    }
}

/// When the week of this moment began.
fn monday(now: Timestamp) -> Timestamp {
    // Day 0 of the epoch was a Thursday.
    let day = now.0.div_euclid(DAY_MS);
    Timestamp((day - (day + 3).rem_euclid(7)) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        for (now, expected) in [
            (1_795_262_400_000, "2026-11-16T00:00:00.000Z"),
            (1_794_787_200_000, "2026-11-16T00:00:00.000Z"),
            (1_794_787_199_999, "2026-11-09T00:00:00.000Z"),
            (0, "1969-12-29T00:00:00.000Z"),
        ] {
            assert_eq!(clock::iso(monday(Timestamp(now))), expected);
        }
    }
}
