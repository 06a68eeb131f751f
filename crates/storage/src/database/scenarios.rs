//! Scenarios: few, so that lists are filtered here and not in SQL.

use ports::{Page, PageRequest, Scenario, ScenarioFilter, ScenarioSummary, StoreError, Timestamp, UserId};
use sqlx::FromRow;

use super::{Database, backend::on, failure::unreadable};

macro_rules! select_scenarios {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.body, s.is_active, s.author_id, s.created_at, s.updated_at,
                (SELECT COUNT(*) FROM sessions p
                 WHERE p.scenario_id = s.id AND p.status = 'completed') AS practice_count,
                (SELECT CAST(AVG(f.overall_score) AS DOUBLE PRECISION)
                 FROM sessions p JOIN feedback f ON f.session_id = p.id
                 WHERE p.scenario_id = s.id AND p.status = 'completed') AS average_score
             FROM scenarios s ",
            $rest
        )
    };
}

impl Database {
    pub(super) async fn find_scenario(&self, name: &str) -> Result<Option<ScenarioSummary>, StoreError> {
        let row: Option<ScenarioRow> = on!(&self.reads, db => sqlx::query_as(select_scenarios!(
            "JOIN scenario_names n ON n.scenario_id = s.id WHERE n.name = $1 AND s.is_active"
        ))
        .bind(name)
        .fetch_optional(db))?;
        row.map(ScenarioRow::into_summary).transpose()
    }

    pub(super) async fn find_scenario_by_id(&self, id: &str) -> Result<Option<ScenarioSummary>, StoreError> {
        let row: Option<ScenarioRow> = on!(&self.reads, db => sqlx::query_as(select_scenarios!("WHERE s.id = $1"))
            .bind(id)
            .fetch_optional(db))?;
        row.map(ScenarioRow::into_summary).transpose()
    }

    pub(super) async fn list_scenarios(
        &self,
        filter: &ScenarioFilter,
        page: PageRequest,
    ) -> Result<Page<ScenarioSummary>, StoreError> {
        let rows: Vec<ScenarioRow> = on!(&self.reads, db => sqlx::query_as(select_scenarios!(
            "WHERE s.is_active OR $1"
        ))
        .bind(filter.with_inactive)
        .fetch_all(db))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let summary = row.into_summary()?;
            if matches(filter, &summary.scenario) {
                found.push(summary);
            }
        }
        found.sort_by(|a, b| {
            let most_practised = b.practice_count.cmp(&a.practice_count);
            let by_title = a.scenario.title.cmp(&b.scenario.title);
            most_practised.then(by_title).then_with(|| a.scenario.id.cmp(&b.scenario.id))
        });
        Ok(Page {
            total: found.len() as u64,
            items: found
                .into_iter()
                .skip(page.size as usize * page.page.saturating_sub(1) as usize)
                .take(page.size as usize)
                .collect(),
        })
    }
}

fn matches(filter: &ScenarioFilter, scenario: &Scenario) -> bool {
    let of_category = filter.category.as_ref().is_none_or(|category| *category == scenario.category);
    let of_difficulty = filter.difficulty.is_none_or(|difficulty| difficulty == scenario.difficulty);
    let found = filter.search.as_ref().is_none_or(|search| {
        let search = search.to_lowercase();
        [&scenario.title, &scenario.description].iter().any(|text| text.to_lowercase().contains(&search))
    });
    of_category && of_difficulty && found
}

fn author(id: String) -> Result<UserId, StoreError> {
    UserId::parse(&id).map_err(|bad| unreadable("a user id", bad))
}

#[derive(FromRow)]
struct ScenarioRow {
    id: String,
    body: String,
    is_active: bool,
    author_id: Option<String>,
    #[sqlx(try_from = "i64")]
    practice_count: u64,
    average_score: Option<f64>,
    created_at: i64,
    updated_at: i64,
}

impl ScenarioRow {
    fn into_summary(self) -> Result<ScenarioSummary, StoreError> {
        let broken = |error| unreadable("a broken scenario", format!("{}: {error}", self.id));
        Ok(ScenarioSummary {
            scenario: serde_json::from_str(&self.body).map_err(broken)?,
            is_active: self.is_active,
            author: self.author_id.map(author).transpose()?,
            practice_count: self.practice_count,
            average_score: self.average_score,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}
