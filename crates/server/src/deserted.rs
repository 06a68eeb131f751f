//! Sessions that go on without anybody: their server died and their user did not come back, or they were ended on another server.

use std::{sync::Arc, time::Duration};

use ports::{SessionStatus, StoreError, Timestamp};

use crate::{clock, http::App};

const PAUSE: Duration = Duration::from_secs(300);
/// A session that is live on another server ends there so long before, also where a store was down meanwhile.
const MARGIN: Duration = Duration::from_secs(900);
/// One that cannot be written down does not end; the next round looks again.
const ENDING: Duration = Duration::from_secs(15);
const AT_ONCE: u32 = 100;

/// Looks for them again and again. Several servers may do so at once.
pub async fn end_what_is_deserted(app: Arc<App>) {
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        report("Sessions to which nobody came back were ended", end_deserted(&app, clock::now()).await);
        report("Sessions that were over elsewhere were ended here too", end_what_is_over(&app).await);
    }
}

/// Nobody has them open. Answers how many.
pub async fn end_deserted(app: &App, now: Timestamp) -> Result<u64, StoreError> {
    let (idle, grace) = (app.config.session.idle_timeout, app.config.session.grace);
    let before = clock::before(now, idle + grace + MARGIN);
    let mut ended = 0;
    loop {
        let live = u32::try_from(app.hub.len()).unwrap_or(u32::MAX);
        let deserted = app.catalog.deserted_sessions(before, AT_ONCE.saturating_add(live)).await?;
        let ended_before = ended;
        for left in deserted {
            if app.hub.find(&left.session).is_none() {
                // As its server would have ended it, had it lived.
                let at = clock::after(left.since, grace);
                ended += u64::from(app.catalog.end_deserted_session(&left.session, before, at).await?);
            }
        }
        // Nothing is left, or nothing that can be ended.
        if ended == ended_before {
            return Ok(ended);
        }
    }
}

/// Somebody ended or deleted them on another server, which does not know that they are live here. Answers how many.
pub async fn end_what_is_over(app: &App) -> Result<u64, StoreError> {
    let mut ended = 0;
    for handle in app.hub.all() {
        let row = app.catalog.session(handle.session()).await?;
        if row.is_none_or(|row| row.status != SessionStatus::Active)
            && tokio::time::timeout(ENDING, app.hub.end(handle.session())).await.is_ok()
        {
            ended += 1;
        }
    }
    Ok(ended)
}

fn report(what: &'static str, done: Result<u64, StoreError>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{what}"),
        Err(error) => tracing::warn!(%error, what, "Not all sessions could be looked at; trying again"),
    }
}
