//! People who leave, and what is left of them until it is deleted.

use ports::{Departure, StoreError, Timestamp, UserId};
use sqlx::FromRow;

use super::{
    Database,
    backend::{Transaction, execute, on},
    people::no_such,
};

/// Scenarios whose author departed are of this user, who is nobody.
pub(super) const FORMER_AUTHOR: &str = "former-author";

impl Database {
    /// What names the person goes in the same step as the account is closed.
    pub(super) async fn close_account(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        let closed = execute!(&mut transaction, c => sqlx::query(
            "UPDATE users SET email = 'departed:' || id, name = '', password_hash = NULL, avatar = NULL,
                department = NULL, is_active = FALSE, updated_at = $2
             WHERE id = $1 AND id <> $3",
        )
        .bind(id.as_str())
        .bind(at.0)
        .bind(FORMER_AUTHOR)
        .execute(&mut **c))?;
        if closed == 0 {
            return Err(no_such(id));
        }
        execute!(&mut transaction, c => sqlx::query(
            "INSERT INTO departures (user_id, at) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(at.0)
        .execute(&mut **c))?;
        transaction.commit().await
    }

    pub(super) async fn departed_since(&self, since: Timestamp) -> Result<Vec<Departure>, StoreError> {
        let rows: Vec<Row> = on!(&self.reads, db => sqlx::query_as(
            "SELECT user_id, at, finished_at FROM departures WHERE finished_at IS NULL OR at > $1 ORDER BY at, user_id",
        )
        .bind(since.0)
        .fetch_all(db))?;
        Ok(rows.into_iter().map(Row::into_departure).collect())
    }

    pub(super) async fn delete_departed(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let writes = self.writes.turn().await?;
        let mut transaction = writes.begin().await?;
        let sessions: i64 = on!(&mut transaction, c => sqlx::query_scalar(
            "SELECT COUNT(*) FROM sessions WHERE user_id = $1",
        )
        .bind(id.as_str())
        .fetch_one(&mut **c))?;
        if sessions > 0 {
            return Err(StoreError::Conflict(format!("user {id} still has {sessions} sessions")));
        }
        hand_scenarios_on(&mut transaction, id, at).await?;
        for deletion in ["DELETE FROM hints WHERE coach = $1", "DELETE FROM users WHERE id = $1"] {
            execute!(&mut transaction, c => sqlx::query(deletion).bind(id.as_str()).execute(&mut **c))?;
        }
        execute!(&mut transaction, c => sqlx::query(
            "UPDATE departures SET finished_at = $2 WHERE user_id = $1 AND finished_at IS NULL",
        )
        .bind(id.as_str())
        .bind(at.0)
        .execute(&mut **c))?;
        transaction.commit().await
    }

    pub(super) async fn remove_departures(&self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query("DELETE FROM departures WHERE finished_at < $1").bind(before.0).execute(db))
    }

    pub(super) async fn remove_departure(&self, id: &UserId) -> Result<(), StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "DELETE FROM departures WHERE user_id = $1 AND finished_at IS NOT NULL",
        )
        .bind(id.as_str())
        .execute(db))
        .map(|_| ())
    }
}

async fn hand_scenarios_on(transaction: &mut Transaction, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
    execute!(transaction, c => sqlx::query(
        "INSERT INTO users (id, email, name, role, is_active, created_at, updated_at)
         SELECT $1, $1, 'Former author', 'trainee', FALSE, $2, $2
         WHERE EXISTS (SELECT 1 FROM scenarios WHERE author_id = $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(FORMER_AUTHOR)
    .bind(at.0)
    .bind(id.as_str())
    .execute(&mut **c))?;
    execute!(transaction, c => sqlx::query("UPDATE scenarios SET author_id = $1 WHERE author_id = $2")
        .bind(FORMER_AUTHOR)
        .bind(id.as_str())
        .execute(&mut **c))?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    user_id: UserId,
    at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn into_departure(self) -> Departure {
        Departure { user: self.user_id, at: Timestamp(self.at), is_finished: self.finished_at.is_some() }
    }
}
