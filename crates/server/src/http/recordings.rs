//! The whole recording of a session.

use std::sync::Arc;

use audio::Format;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ports::{SessionId, StoreError};

use super::{
    App, Caller, Failure, Parameters,
    media::{self, Signature, refused},
    roleplay::readable_session,
};
use crate::{clock, recording::Trainee};

/// For a player that has no token.
pub(super) async fn signed(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    Parameters(signature): Parameters<Signature>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !app.media.verify_recording(&session, &signature, clock::now()) {
        return Err(refused());
    }
    let session = SessionId::parse(&session).map_err(|_| nothing_recorded())?;
    respond(&app, &session, &headers).await
}

#[utoipa::path(
    get,
    path = "/api/roleplay/session/{id}/recording",
    tag = "Roleplay",
    summary = "The recording of a session",
    responses((status = 200, content_type = "audio/ogg; codecs=opus"), (status = 200, content_type = "audio/wav")),
)]
pub(super) async fn of_session(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let row = readable_session(&app, &account, &id).await?;
    respond(&app, &row.id, &headers).await
}

/// As it was made when the session ended; until then, what there is so far.
async fn respond(app: &App, session: &SessionId, headers: &HeaderMap) -> Result<Response, Failure> {
    let made = app.catalog.recording(session).await?;
    if let Some(object) = &made {
        match media::respond(app, object, Format::OggOpus.media_type(), headers).await {
            Ok(file) => return Ok(file),
            Err(StoreError::NotFound(_)) => tracing::warn!(%object, "A recording is no longer kept"),
            Err(error) => return Err(error.into()),
        }
    }
    let segments = app.journal.segments(session).await?;
    if segments.is_empty() {
        // What only the persona said is heard once it is put together.
        let is_spoken = app.journal.turns(session).await?.iter().any(|turn| turn.spoken.is_some());
        return if made.is_none() && is_spoken { Ok(not_yet()) } else { Err(nothing_recorded()) };
    }
    let trainee = Trainee::new(segments);
    let format = trainee.format();
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"recording.{}\"", format.extension())),
    ];
    let pieces = trainee.stream(Arc::clone(&app.objects));
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Mostly it takes so long.
const SECONDS: &str = "5";

fn not_yet() -> Response {
    let error = "The recording is made when the session is over; try again in a few seconds";
    ([(header::RETRY_AFTER, SECONDS)], Failure::new(StatusCode::SERVICE_UNAVAILABLE, error)).into_response()
}

fn nothing_recorded() -> Failure {
    Failure::not_found("Nothing was recorded in this session")
}
