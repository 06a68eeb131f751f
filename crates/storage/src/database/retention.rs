//! Forgetting sessions.

use ports::{SessionId, StoreError, Timestamp};

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
};

impl Database {
    /// What belongs to it goes with it.
    pub(super) async fn remove_session(&self, id: &SessionId) -> Result<(), StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id.as_str()).execute(db))
            .map(|_| ())
    }

    pub(super) async fn sessions_begun_before(
        &self,
        before: Timestamp,
        at_most: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        let ids: Vec<String> = on!(&self.reads, db => sqlx::query_scalar(
            "SELECT id FROM sessions WHERE started_at < $1 ORDER BY started_at, id LIMIT $2",
        )
        .bind(before.0)
        .bind(i64::from(at_most))
        .fetch_all(db))?;
        ids.into_iter().map(|id| SessionId::parse(&id).map_err(|bad| unreadable("a session id", bad))).collect()
    }
}
