//! Sessions that nobody ended: their server stopped or died, and their user did not come back. Any server ends them.

use std::{sync::Arc, time::Duration};

use ports::{StoreError, Timestamp};

use crate::{clock, http::App};

const PAUSE: Duration = Duration::from_secs(300);
/// A session that is live on another server ends there so long before, also where a store was down meanwhile.
const MARGIN: Duration = Duration::from_secs(900);
const AT_ONCE: u32 = 100;

/// Looks for them again and again. Several servers may do so at once.
pub async fn end_what_is_deserted(app: Arc<App>) {
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        match end_deserted(&app, clock::now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "Sessions to which nobody came back were ended"),
            Err(error) => {
                tracing::warn!(%error, "Sessions to which nobody came back could not be ended; trying again");
            }
        }
    }
}

/// One round of it; answers how many.
pub async fn end_deserted(app: &App, now: Timestamp) -> Result<u64, StoreError> {
    let (idle, grace) = (app.config.session.idle_timeout, app.config.session.grace);
    let before = clock::before(now, idle + grace + MARGIN);
    let mut ended = 0;
    loop {
        let live = u32::try_from(app.hub.len()).unwrap_or(u32::MAX);
        let mut deserted = app.catalog.deserted_sessions(before, AT_ONCE.saturating_add(live)).await?;
        deserted.retain(|left| app.hub.find(&left.session).is_none());
        let ended_before = ended;
        for left in deserted {
            // As its server would have ended it, had it lived.
            match app.catalog.complete_session(&left.session, clock::after(left.since, grace)).await {
                Ok(_) => ended += 1,
                // It was abandoned or deleted meanwhile.
                Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        // Nothing is left, or nothing that can be ended: the next round looks again.
        if ended == ended_before {
            return Ok(ended);
        }
    }
}
