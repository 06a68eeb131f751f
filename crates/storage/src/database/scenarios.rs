//! Scenarios: few, so that lists are filtered here and not in SQL.

use std::collections::BTreeMap;

use ports::{Page, PageRequest, Scenario, ScenarioFilter, ScenarioSummary, StoreError, Timestamp};
use sqlx::FromRow;

use super::{
    Database,
    backend::{Transaction, execute, on},
    failure::unreadable,
};

macro_rules! select_scenarios {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.body, s.created_at, s.updated_at,
                (SELECT COUNT(*) FROM sessions p
                 WHERE p.scenario_id = s.id AND p.status = 'completed') AS practice_count
             FROM scenarios s ",
            $rest
        )
    };
}

impl Database {
    /// Several servers may start at once: rows are taken in the same order everywhere, and what
    /// another one has just written is written over.
    pub(super) async fn replace_scenarios(&self, scenarios: &[Scenario], at: Timestamp) -> Result<(), StoreError> {
        let names = names(scenarios)?;
        let by_id: BTreeMap<&str, &Scenario> =
            scenarios.iter().map(|scenario| (scenario.id.as_str(), scenario)).collect();
        let mut transaction = self.writes.begin().await?;
        for scenario in by_id.values() {
            ship(&mut transaction, scenario, at).await?;
        }
        retire_others(&mut transaction, &by_id, at).await?;
        rename(&mut transaction, &names).await?;
        transaction.commit().await
    }

    pub(super) async fn find_scenario(&self, name: &str) -> Result<Option<ScenarioSummary>, StoreError> {
        let row: Option<ScenarioRow> = on!(&self.reads, db => sqlx::query_as(select_scenarios!(
            "JOIN scenario_names n ON n.scenario_id = s.id WHERE n.name = $1 AND s.is_active"
        ))
        .bind(name)
        .fetch_optional(db))?;
        row.map(ScenarioRow::into_summary).transpose()
    }

    pub(super) async fn list_scenarios(
        &self,
        filter: &ScenarioFilter,
        page: PageRequest,
    ) -> Result<Page<ScenarioSummary>, StoreError> {
        let rows: Vec<ScenarioRow> = on!(&self.reads, db => sqlx::query_as(select_scenarios!(
            "WHERE s.is_active"
        ))
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
            most_practised.then_with(|| a.scenario.title.cmp(&b.scenario.title))
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

/// Which scenario answers to which name.
fn names(scenarios: &[Scenario]) -> Result<BTreeMap<&str, &str>, StoreError> {
    let mut names = BTreeMap::new();
    for scenario in scenarios {
        for name in std::iter::once(&scenario.id).chain(&scenario.aliases) {
            if names.insert(name.as_str(), scenario.id.as_str()).is_some() {
                return Err(StoreError::Conflict(format!(
                    "{name:?} names more than one scenario; give one of them another id or alias"
                )));
            }
        }
    }
    Ok(names)
}

async fn ship(transaction: &mut Transaction, scenario: &Scenario, at: Timestamp) -> Result<(), StoreError> {
    let body = serde_json::to_string(scenario)
        .map_err(|error| StoreError::Refused(format!("scenario {}: {error}", scenario.id)))?;
    execute!(transaction, t => sqlx::query(
        "INSERT INTO scenarios (id, body, is_active, created_at, updated_at)
         VALUES ($1, $2, TRUE, $3, $3)
         ON CONFLICT (id) DO UPDATE
         SET body = excluded.body, is_active = TRUE, updated_at = excluded.updated_at
         WHERE scenarios.body <> excluded.body OR NOT scenarios.is_active",
    )
    .bind(&scenario.id)
    .bind(&body)
    .bind(at.0)
    .execute(&mut **t))?;
    Ok(())
}

async fn retire_others(
    transaction: &mut Transaction,
    shipped: &BTreeMap<&str, &Scenario>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let active: Vec<String> = on!(&mut *transaction, t => sqlx::query_scalar(
        "SELECT id FROM scenarios WHERE is_active ORDER BY id",
    )
    .fetch_all(&mut **t))?;
    for id in active.iter().filter(|id| !shipped.contains_key(id.as_str())) {
        execute!(&mut *transaction, t => sqlx::query(
            "UPDATE scenarios SET is_active = FALSE, updated_at = $2 WHERE id = $1",
        )
        .bind(id)
        .bind(at.0)
        .execute(&mut **t))?;
    }
    Ok(())
}

async fn rename(transaction: &mut Transaction, names: &BTreeMap<&str, &str>) -> Result<(), StoreError> {
    for (name, scenario) in names {
        execute!(&mut *transaction, t => sqlx::query(
            "INSERT INTO scenario_names (name, scenario_id) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET scenario_id = excluded.scenario_id",
        )
        .bind(*name)
        .bind(*scenario)
        .execute(&mut **t))?;
    }
    let known: Vec<String> = on!(&mut *transaction, t => sqlx::query_scalar(
        "SELECT name FROM scenario_names ORDER BY name",
    )
    .fetch_all(&mut **t))?;
    for name in known.iter().filter(|name| !names.contains_key(name.as_str())) {
        execute!(&mut *transaction, t => sqlx::query("DELETE FROM scenario_names WHERE name = $1")
            .bind(name)
            .execute(&mut **t))?;
    }
    Ok(())
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

#[derive(FromRow)]
struct ScenarioRow {
    id: String,
    body: String,
    #[sqlx(try_from = "i64")]
    practice_count: u64,
    created_at: i64,
    updated_at: i64,
}

impl ScenarioRow {
    fn into_summary(self) -> Result<ScenarioSummary, StoreError> {
        let broken = |error| unreadable("a broken scenario", format!("{}: {error}", self.id));
        Ok(ScenarioSummary {
            scenario: serde_json::from_str(&self.body).map_err(broken)?,
            practice_count: self.practice_count,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}
