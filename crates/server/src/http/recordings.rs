//! The whole recording of a session, put together while it is sent: nothing is held but the piece at hand.

use std::{io, sync::Arc, vec::IntoIter};

use audio::{AudioError, Composer, Format};
use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::{Stream, stream};
use ports::{ObjectStore, SegmentRecord, SessionId, StoreError};

use super::{
    App, Caller, Failure, Parameters,
    media::{Signature, refused},
    roleplay::readable_session,
};
use crate::clock;

/// For a player that has no token.
pub(super) async fn signed(
    State(app): State<Arc<App>>,
    Path(session): Path<String>,
    Parameters(signature): Parameters<Signature>,
) -> Result<Response, Failure> {
    if !app.media.verify_recording(&session, &signature, clock::now()) {
        return Err(refused());
    }
    let session = SessionId::parse(&session).map_err(|_| nothing_recorded())?;
    respond(&app, &session).await
}

#[utoipa::path(get, path = "/api/roleplay/session/{id}/recording", tag = "Roleplay", summary = "The recording of a session", responses((status = 200, content_type = "audio/ogg; codecs=opus"), (status = 200, content_type = "audio/wav")))]
pub(super) async fn of_session(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let row = readable_session(&app, &account, &id).await?;
    respond(&app, &row.id).await
}

async fn respond(app: &App, session: &SessionId) -> Result<Response, Failure> {
    let segments = app.journal.segments(session).await?;
    if segments.is_empty() {
        return Err(nothing_recorded());
    }
    // What is of an unknown kind cannot be copied as it is; the composer will look into it.
    let kind = |segment: &SegmentRecord| Format::of_media_type(&segment.media_type).unwrap_or(Format::Wav);
    let composer = Composer::new(segments.iter().map(kind));
    let format = composer.format();
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"recording.{}\"", format.extension())),
    ];
    let pieces = pieces(Arc::clone(&app.objects), composer, segments);
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn nothing_recorded() -> Failure {
    Failure::not_found("Nothing was recorded in this session")
}

struct Composing {
    composer: Composer,
    segments: IntoIter<SegmentRecord>,
}

/// The file, piece by piece. A store that goes away breaks the transfer off; what it lost is left out.
fn pieces(
    objects: Arc<dyn ObjectStore>,
    composer: Composer,
    segments: Vec<SegmentRecord>,
) -> impl Stream<Item = io::Result<Vec<u8>>> {
    let composing = Composing { composer, segments: segments.into_iter() };
    stream::try_unfold(Some(composing), move |composing| {
        let objects = Arc::clone(&objects);
        async move {
            let Some(mut composing) = composing else { return Ok(None) };
            let Some(segment) = composing.segments.next() else {
                return Ok(Some((composing.composer.finish(), None)));
            };
            let segment_bytes = match objects.get(&segment.object).await {
                Ok(bytes) => bytes,
                Err(StoreError::NotFound(_)) => {
                    tracing::warn!(object = %segment.object, "A segment of a recording is no longer kept");
                    return Ok(Some((Vec::new(), Some(composing))));
                }
                Err(error) => return Err(io::Error::other(error)),
            };
            let composed = tokio::task::spawn_blocking(move || {
                let piece = composing.composer.push(&segment_bytes);
                (piece, composing)
            });
            let (piece, composing) = composed.await?;
            Ok(Some((piece_or_nothing(piece, &segment), Some(composing))))
        }
    })
}

fn piece_or_nothing(piece: Result<Vec<u8>, AudioError>, segment: &SegmentRecord) -> Vec<u8> {
    piece.unwrap_or_else(|error| {
        tracing::warn!(object = %segment.object, %error, "A segment of a recording cannot be read");
        Vec::new()
    })
}
