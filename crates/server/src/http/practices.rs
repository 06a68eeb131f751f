use ports::{PageRequest, SessionRow, StoreError, UserId};

use super::{App, feedback::score_of};

/// Everything a user completed, newest first, with its score.
#[derive(Default)]
pub(super) struct Practices(pub(super) Vec<SessionRow>);

impl Practices {
    pub(super) async fn of(app: &App, user: &UserId) -> Result<Self, StoreError> {
        let all = PageRequest { page: 1, size: u32::MAX };
        let mut practices = app.catalog.history(user, all).await?.items;
        for row in &mut practices {
            row.score = score_of(app, row).await?;
        }
        Ok(Self(practices))
    }

    pub(super) fn of_scenario(&self, scenario: &str) -> impl Iterator<Item = &SessionRow> {
        self.0.iter().filter(move |row| row.scenario_id == scenario)
    }

    pub(super) fn scores(&self, scenario: &str) -> impl Iterator<Item = u8> {
        self.of_scenario(scenario).filter_map(|row| row.score)
    }

    pub(super) fn best(&self, scenario: &str) -> Option<u8> {
        self.scores(scenario).max()
    }
}

pub(super) fn average(scores: &[u8]) -> Option<f64> {
    let sum: u64 = scores.iter().map(|score| u64::from(*score)).sum();
    (!scores.is_empty()).then(|| tenths(sum as f64 / scores.len() as f64))
}

/// As pages show it.
pub(super) fn tenths(score: f64) -> f64 {
    (score * 10.0).round() / 10.0
}
