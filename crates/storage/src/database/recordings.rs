//! Which sessions have their whole recording.

use ports::{ObjectKey, Page, SessionId, StoreError, Timestamp};

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
};

impl Database {
    pub(super) async fn closed_without_recording(
        &self,
        settled: Timestamp,
        at_most: u32,
    ) -> Result<Page<SessionId>, StoreError> {
        let rows: Vec<(String, i64)> = on!(&self.reads, db => sqlx::query_as(
            "SELECT s.id, COUNT(*) OVER () FROM sessions s
             WHERE s.status <> 'active'
             AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.session_id = s.id)
             AND (s.closed_at < $1 OR EXISTS (SELECT 1 FROM endings e WHERE e.session_id = s.id))
             ORDER BY s.closed_at, s.id LIMIT $2",
        )
        .bind(settled.0)
        .bind(i64::from(at_most))
        .fetch_all(db))?;
        let total = rows.first().map_or(0, |(_, total)| total.cast_unsigned());
        let id = |(id, _): (String, i64)| SessionId::parse(&id).map_err(|bad| unreadable("a session id", bad));
        Ok(Page { items: rows.into_iter().map(id).collect::<Result<_, _>>()?, total })
    }

    pub(super) async fn insert_recording(
        &self,
        session: &SessionId,
        object: Option<&ObjectKey>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(&*self.writes.turn().await?, db => sqlx::query(
            "INSERT INTO recordings (session_id, object, at) VALUES ($1, $2, $3)
             ON CONFLICT (session_id) DO NOTHING",
        )
        .bind(session.as_str())
        .bind(object.map(ObjectKey::as_str))
        .bind(at.0)
        .execute(db))
        .map(|_| ())
    }

    pub(super) async fn find_recording(&self, session: &SessionId) -> Result<Option<ObjectKey>, StoreError> {
        let row: Option<Option<String>> = on!(&self.reads, db => sqlx::query_scalar(
            "SELECT object FROM recordings WHERE session_id = $1",
        )
        .bind(session.as_str())
        .fetch_optional(db))?;
        let object = row.flatten().map(|object| ObjectKey::parse(&object));
        object.transpose().map_err(|bad| unreadable("an object key", bad))
    }
}
