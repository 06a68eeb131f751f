//! Scenarios that somebody writes or changes here.

use ports::{Scenario, ScenarioSummary, StoreError, Timestamp, UserId};

use super::{
    Database,
    backend::{Transaction, execute, on},
};

impl Database {
    pub(super) async fn insert_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        let body = body(scenario)?;
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        let inserted = execute!(&mut transaction, t => sqlx::query(
            "INSERT INTO scenarios (id, body, is_active, author_id, created_at, updated_at)
             VALUES ($1, $2, TRUE, $3, $4, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&scenario.id)
        .bind(&body)
        .bind(author.as_str())
        .bind(at.0)
        .execute(&mut **t))?;
        if inserted == 0 {
            return Err(taken(&scenario.id));
        }
        give_names(&mut transaction, scenario).await?;
        transaction.commit().await?;
        self.existing_scenario(&scenario.id).await
    }

    pub(super) async fn update_scenario(
        &self,
        scenario: &Scenario,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        let body = body(scenario)?;
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        let updated = execute!(&mut transaction, t => sqlx::query(
            "UPDATE scenarios SET body = $2, author_id = $3, updated_at = $4 WHERE id = $1",
        )
        .bind(&scenario.id)
        .bind(&body)
        .bind(author.as_str())
        .bind(at.0)
        .execute(&mut **t))?;
        if updated == 0 {
            return Err(no_such(&scenario.id));
        }
        give_names(&mut transaction, scenario).await?;
        transaction.commit().await?;
        self.existing_scenario(&scenario.id).await
    }

    pub(super) async fn update_scenario_status(
        &self,
        id: &str,
        active: bool,
        author: &UserId,
        at: Timestamp,
    ) -> Result<ScenarioSummary, StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "UPDATE scenarios SET is_active = $2, author_id = $3, updated_at = $4 WHERE id = $1 AND is_active <> $2",
        )
        .bind(id)
        .bind(active)
        .bind(author.as_str())
        .bind(at.0)
        .execute(db))?;
        self.existing_scenario(id).await
    }

    pub(super) async fn remove_scenario(&self, id: &str) -> Result<(), StoreError> {
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        let practised: i64 = on!(&mut transaction, t => sqlx::query_scalar(
            "SELECT COUNT(*) FROM sessions WHERE scenario_id = $1",
        )
        .bind(id)
        .fetch_one(&mut **t))?;
        if practised > 0 {
            return Err(StoreError::Conflict(format!("scenario {id} was practised")));
        }
        execute!(&mut transaction, t => sqlx::query("DELETE FROM scenario_names WHERE scenario_id = $1")
            .bind(id)
            .execute(&mut **t))?;
        let deleted = execute!(&mut transaction, t => sqlx::query("DELETE FROM scenarios WHERE id = $1")
            .bind(id)
            .execute(&mut **t))?;
        if deleted == 0 {
            return Err(no_such(id));
        }
        transaction.commit().await
    }

    async fn existing_scenario(&self, id: &str) -> Result<ScenarioSummary, StoreError> {
        self.find_scenario_by_id(id).await?.ok_or_else(|| no_such(id))
    }
}

async fn give_names(transaction: &mut Transaction, scenario: &Scenario) -> Result<(), StoreError> {
    execute!(&mut *transaction, t => sqlx::query("DELETE FROM scenario_names WHERE scenario_id = $1")
        .bind(&scenario.id)
        .execute(&mut **t))?;
    for name in std::iter::once(&scenario.id).chain(&scenario.aliases) {
        let given = execute!(&mut *transaction, t => sqlx::query(
            "INSERT INTO scenario_names (name, scenario_id) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(&scenario.id)
        .execute(&mut **t))?;
        if given == 0 {
            return Err(taken(name));
        }
    }
    Ok(())
}

/// As the table holds it.
pub(super) fn body(scenario: &Scenario) -> Result<String, StoreError> {
    serde_json::to_string(scenario).map_err(|error| StoreError::Refused(format!("scenario {}: {error}", scenario.id)))
}

fn taken(name: &str) -> StoreError {
    StoreError::Conflict(format!("another scenario answers to {name:?}"))
}

fn no_such(id: &str) -> StoreError {
    StoreError::NotFound(format!("scenario {id}"))
}
