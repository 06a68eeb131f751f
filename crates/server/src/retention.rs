//! Forgetting: one session on request, and once a day whatever is older than it may be.

use std::{collections::HashSet, sync::Arc, time::Duration};

use ports::{Catalog, ObjectKey, ObjectStore, SessionId, StoreError, Timestamp};

use crate::{clock, config::Config};

const DAY: Duration = Duration::from_secs(24 * 3_600);
const AT_ONCE: u32 = 100;
/// So many sessions one after another that find a store away are no coincidence.
const PATIENCE: u32 = 20;
/// An id that was deleted lets nobody in for so long, and no shorter than a token is good.
const CLOSED_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Deletes everything that was kept of a session. The objects go first: whoever fails halfway still finds it, and tries again.
pub async fn forget(catalog: &dyn Catalog, objects: &dyn ObjectStore, session: &SessionId) -> Result<(), StoreError> {
    // Nobody opens it any more while its objects are deleted.
    match catalog.complete_session(session, clock::now()).await {
        Ok(_) | Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => {}
        Err(error) => return Err(error),
    }
    delete_objects(objects, session).await?;
    catalog.delete_session(session).await?;
    // A recording that was being made may have come in between; from now on none does.
    delete_objects(objects, session).await?;
    tracing::info!(session.id = %session, "A session was deleted");
    Ok(())
}

async fn delete_objects(objects: &dyn ObjectStore, session: &SessionId) -> Result<(), StoreError> {
    let folder = format!("{}/", ObjectKey::session_prefix(session));
    // Not every store lists what is unfinished, and a key may not be allowed to.
    if let Err(error) = objects.discard_unfinished(&folder, Timestamp(i64::MAX)).await {
        tracing::warn!(session.id = %session, %error, "What was being stored of a session could not be thrown away");
    }
    objects.delete_all(&folder).await
}

/// Deletes sessions that began before `before`, and answers how many. One that cannot be deleted keeps no other from it,
/// unless it is the store that is away.
pub async fn forget_before(
    catalog: &dyn Catalog,
    objects: &dyn ObjectStore,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let (mut forgotten, mut unavailable) = (0, 0);
    let mut left = HashSet::new();
    loop {
        let at_most = AT_ONCE.saturating_add(u32::try_from(left.len()).unwrap_or(u32::MAX));
        let mut sessions = catalog.sessions_before(before, at_most).await?;
        sessions.retain(|session| !left.contains(session));
        if sessions.is_empty() {
            return Ok(forgotten);
        }
        for session in sessions {
            match forget(catalog, objects, &session).await {
                Ok(()) => (forgotten, unavailable) = (forgotten + 1, 0),
                Err(error @ StoreError::Unavailable(_)) if unavailable == PATIENCE => return Err(error),
                Err(error) => {
                    match error {
                        StoreError::Unavailable(_) => {
                            unavailable += 1;
                            tracing::warn!(session.id = %session, %error, "A session could not be deleted");
                        }
                        _ => tracing::error!(session.id = %session, %error, "A session could not be deleted"),
                    }
                    left.insert(session);
                }
            }
        }
    }
}

/// What is too old to be kept. Several servers may look for it at once.
pub struct Housekeeping {
    catalog: Arc<dyn Catalog>,
    objects: Arc<dyn ObjectStore>,
    /// How old a session becomes; `None` is for ever.
    retention: Option<Duration>,
    closed_for: Duration,
}

impl Housekeeping {
    pub fn new(catalog: Arc<dyn Catalog>, objects: Arc<dyn ObjectStore>, config: &Config) -> Self {
        let closed_for = CLOSED_FOR.max(config.auth.expires_in);
        Self { catalog, objects, retention: config.stores.retention, closed_for }
    }

    pub async fn every_day(self) {
        let mut daily = tokio::time::interval(DAY);
        loop {
            daily.tick().await;
            self.tidy_up(clock::now()).await;
        }
    }

    /// What fails is tried again the next day, and keeps nothing else from being done.
    pub async fn tidy_up(&self, now: Timestamp) {
        if let Some(age) = self.retention {
            let forgotten = forget_before(&*self.catalog, &*self.objects, clock::before(now, age)).await;
            report("Old sessions were deleted", forgotten);
        }
        let unfinished = self.objects.discard_unfinished(ObjectKey::SESSIONS, clock::before(now, DAY)).await;
        report("Unfinished objects were thrown away", unfinished);
        let departures = self.catalog.forget_departures(clock::before(now, self.closed_for)).await;
        report("Ids of users who departed were forgotten", departures);
    }
}

fn report(what: &'static str, done: Result<u64, StoreError>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{what}"),
        Err(error @ StoreError::Unavailable(_)) => {
            tracing::warn!(%error, what, "Housekeeping is put off until tomorrow");
        }
        Err(error) => tracing::error!(%error, what, "Housekeeping failed; trying again tomorrow"),
    }
}
