//! Forgetting sessions: one on request, and all that are older than the operator allows.

use std::{sync::Arc, time::Duration};

use ports::{Catalog, ObjectKey, ObjectStore, SessionId, StoreError, Timestamp};

use crate::clock;

const DAY: Duration = Duration::from_secs(24 * 3_600);
const AT_ONCE: u32 = 100;

/// Deletes everything that was kept of a session. The objects go first: whoever fails halfway still finds it, and tries again.
pub async fn forget(catalog: &dyn Catalog, objects: &dyn ObjectStore, session: &SessionId) -> Result<(), StoreError> {
    let folder = format!("{}/", ObjectKey::session_prefix(session));
    for object in objects.list(&folder).await? {
        objects.delete(&object.key).await?;
    }
    catalog.delete_session(session).await?;
    tracing::info!(session.id = %session, "A session was deleted");
    Ok(())
}

/// Deletes sessions that began before `before`, and answers how many.
pub async fn forget_before(
    catalog: &dyn Catalog,
    objects: &dyn ObjectStore,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    loop {
        let sessions = catalog.sessions_before(before, AT_ONCE).await?;
        for session in &sessions {
            forget(catalog, objects, session).await?;
            forgotten += 1;
        }
        if sessions.len() < AT_ONCE as usize {
            return Ok(forgotten);
        }
    }
}

/// Looks once a day for sessions that are older than `age`. Several servers may do so at once.
pub async fn forget_by_age(catalog: Arc<dyn Catalog>, objects: Arc<dyn ObjectStore>, age: Duration) {
    let mut daily = tokio::time::interval(DAY);
    loop {
        daily.tick().await;
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp(clock::now().0.saturating_sub(age));
        match forget_before(&*catalog, &*objects, before).await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(sessions, "Old sessions were deleted"),
            Err(error) => tracing::error!(%error, "Old sessions could not be deleted; trying again tomorrow"),
        }
    }
}
