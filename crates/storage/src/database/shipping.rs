//! Bringing the shipped scenarios up to date, around those that somebody wrote or changed here.

use std::collections::BTreeMap;

use ports::{Scenario, StoreError, Timestamp};

use super::{
    Database,
    authoring::body,
    backend::{Transaction, execute, on},
};

impl Database {
    /// Several servers may start at once: rows are taken in the same order everywhere, and what
    /// another one has just written is written over.
    pub(super) async fn replace_scenarios(&self, scenarios: &[Scenario], at: Timestamp) -> Result<(), StoreError> {
        let names = names(scenarios)?;
        let by_id: BTreeMap<&str, &Scenario> =
            scenarios.iter().map(|scenario| (scenario.id.as_str(), scenario)).collect();
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        for scenario in by_id.values() {
            ship(&mut transaction, scenario, at).await?;
        }
        retire_others(&mut transaction, &by_id, at).await?;
        rename(&mut transaction, &names).await?;
        transaction.commit().await
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
    let body = body(scenario)?;
    execute!(transaction, t => sqlx::query(
        "INSERT INTO scenarios (id, body, is_active, created_at, updated_at)
         VALUES ($1, $2, TRUE, $3, $3)
         ON CONFLICT (id) DO UPDATE
         SET body = excluded.body, is_active = TRUE, updated_at = excluded.updated_at
         WHERE scenarios.author_id IS NULL AND (scenarios.body <> excluded.body OR NOT scenarios.is_active)",
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
        "SELECT id FROM scenarios WHERE is_active AND author_id IS NULL ORDER BY id",
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

/// What somebody changed here answers to the names that they gave it.
async fn rename(transaction: &mut Transaction, names: &BTreeMap<&str, &str>) -> Result<(), StoreError> {
    let authored: Vec<String> = on!(&mut *transaction, t => sqlx::query_scalar(
        "SELECT id FROM scenarios WHERE author_id IS NOT NULL",
    )
    .fetch_all(&mut **t))?;
    for (name, scenario) in names.iter().filter(|(_, scenario)| !authored.iter().any(|id| id == *scenario)) {
        execute!(&mut *transaction, t => sqlx::query(
            "INSERT INTO scenario_names (name, scenario_id) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET scenario_id = excluded.scenario_id
             WHERE NOT EXISTS (
                SELECT 1 FROM scenarios s WHERE s.id = scenario_names.scenario_id AND s.author_id IS NOT NULL
             )",
        )
        .bind(*name)
        .bind(*scenario)
        .execute(&mut **t))?;
    }
    let known: Vec<String> = on!(&mut *transaction, t => sqlx::query_scalar(
        "SELECT n.name FROM scenario_names n JOIN scenarios s ON s.id = n.scenario_id
         WHERE s.author_id IS NULL ORDER BY n.name",
    )
    .fetch_all(&mut **t))?;
    for name in known.iter().filter(|name| !names.contains_key(name.as_str())) {
        execute!(&mut *transaction, t => sqlx::query("DELETE FROM scenario_names WHERE name = $1")
            .bind(name)
            .execute(&mut **t))?;
    }
    Ok(())
}
