//! People who asked to be deleted. The account is closed at once; what was kept of them is deleted by a job whose steps
//! may all be repeated, so that it goes on wherever a process died, and several servers may do it at once.

use std::{sync::Arc, time::Duration};

use ports::{Departure, SessionId, SessionRow, SessionStatus, StoreError, Timestamp, UserId};

use crate::{clock, http::App, retention::forget};

const PAUSE: Duration = Duration::from_secs(5);
/// A live session finishes its turn within this time, unless a store is down.
const ENDING: Duration = Duration::from_secs(15);
/// Until then another server may believe that the account is open, and still write to a session of it.
const SETTLING: Duration = Duration::from_secs(30);
/// So long every server looks for live sessions and connections of who departed.
const LINGERING: Duration = Duration::from_secs(600);
const AT_ONCE: u32 = 100;

/// Closes the account. [`StoreError::NotFound`] when there is no such user.
pub async fn depart(app: &App, user: &UserId) -> Result<(), StoreError> {
    app.catalog.depart(user, clock::now()).await?;
    app.accounts.forget(user);
    app.departing.notify_one();
    tracing::info!("A user departed");
    Ok(())
}

/// Sees off whoever departs. `hang_up` closes all connections of a user.
pub async fn see_everybody_off(app: Arc<App>, hang_up: impl Fn(&UserId)) {
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        tokio::select! {
            _ = pause.tick() => {}
            () = app.departing.notified() => {}
        }
        if let Err(error) = see_off(&app, &hang_up, clock::now()).await {
            tracing::warn!(%error, "What users left behind could not be deleted; trying again");
        }
    }
}

/// One round of it. Somebody of whom something cannot be deleted keeps nobody else; the last failure is the answer.
pub async fn see_off(app: &App, hang_up: &impl Fn(&UserId), now: Timestamp) -> Result<(), StoreError> {
    let mut done = Ok(());
    for departure in app.catalog.departures(clock::before(now, LINGERING)).await? {
        app.accounts.forget(&departure.user);
        let ended = end_sessions(app, &departure.user).await;
        hang_up(&departure.user);
        if !departure.is_finished
            && let Err(error) = delete(app, &departure, &ended, now).await
        {
            done = Err(error);
        }
    }
    done
}

/// Answers which ones were live here. One that waits for a store that is down is looked for again in the next round.
async fn end_sessions(app: &App, user: &UserId) -> Vec<SessionId> {
    let mut ended = Vec::new();
    for handle in app.hub.all().into_iter().filter(|handle| handle.owner() == user) {
        let session = handle.session().clone();
        match tokio::time::timeout(ENDING, app.hub.end(&session)).await {
            Ok(()) => ended.push(session),
            Err(_) => tracing::warn!(session.id = %session, "A session of somebody who departed does not end yet"),
        }
    }
    ended
}

async fn delete(app: &App, departure: &Departure, ended: &[SessionId], now: Timestamp) -> Result<(), StoreError> {
    let is_settled = departure.at <= clock::before(now, SETTLING);
    let is_over = |row: &SessionRow| {
        let is_written = is_settled || row.status == SessionStatus::Completed;
        ended.contains(&row.id) || (is_written && app.hub.find(&row.id).is_none())
    };
    loop {
        let sessions = app.catalog.sessions_of(&departure.user, AT_ONCE).await?;
        if sessions.is_empty() {
            app.catalog.finish_departure(&departure.user, now).await?;
            tracing::info!("A user who departed was deleted");
            return Ok(());
        }
        let (mut deleted, mut done) = (0, Ok(()));
        for row in sessions.iter().filter(|row| is_over(row)) {
            match forget(&*app.catalog, &*app.objects, &row.id).await {
                Ok(()) => deleted += 1,
                Err(error) => done = Err(error),
            }
        }
        // The next round looks again.
        if deleted < sessions.len() {
            return done;
        }
    }
}
