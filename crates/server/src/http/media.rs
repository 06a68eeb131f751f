//! Stored audio for a player that has no token: the address itself is signed and expires.

use std::{ops::Range, sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use ports::{ObjectKey, ObjectStore, StoreError, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{App, Failure, Parameters};
use crate::clock;

/// What is held of an object while it is served.
const BLOCK: u64 = 256 * 1024;
/// An address in the store is good for one recording.
const REDIRECT_LASTS: Duration = Duration::from_secs(3_600);

/// Signs addresses of objects, and checks them.
pub struct MediaLinks {
    key: hmac::Key,
}

#[derive(Deserialize)]
pub(super) struct Signature {
    /// Milliseconds since the epoch.
    exp: i64,
    sig: String,
}

impl MediaLinks {
    /// A key of its own is derived, so that no media signature is ever a token's.
    pub fn new(secret: &SecretString) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        let derived = hmac::sign(&secret, b"repartee media links 1");
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) }
    }

    /// The path and query below the server's address; good until `expires_at`.
    pub fn sign(&self, object: &ObjectKey, expires_at: Timestamp) -> String {
        let signature = self.signature(&signed_text(object, expires_at));
        format!("/media/{object}?exp={}&sig={signature}", expires_at.0)
    }

    fn signature(&self, text: &str) -> String {
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(hmac::sign(&self.key, text.as_bytes()).as_ref())
    }

    /// The same for the whole recording of a session.
    pub fn sign_recording(&self, session: &str, expires_at: Timestamp) -> String {
        let signature = self.signature(&recording_text(session, expires_at));
        format!("/recordings/{session}?exp={}&sig={signature}", expires_at.0)
    }

    fn verify(&self, object: &ObjectKey, signature: &Signature, now: Timestamp) -> bool {
        let expires_at = Timestamp(signature.exp);
        self.is_good(&signed_text(object, expires_at), signature, now)
    }

    pub(super) fn verify_recording(&self, session: &str, signature: &Signature, now: Timestamp) -> bool {
        self.is_good(&recording_text(session, Timestamp(signature.exp)), signature, now)
    }

    fn is_good(&self, text: &str, signature: &Signature, now: Timestamp) -> bool {
        let Ok(given) = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(&signature.sig) else {
            return false;
        };
        now < Timestamp(signature.exp) && hmac::verify(&self.key, text.as_bytes(), &given).is_ok()
    }
}

pub(super) async fn serve(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    Parameters(signature): Parameters<Signature>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let key = ObjectKey::parse(&key).map_err(|_| refused())?;
    if !app.media.verify(&key, &signature, clock::now()) {
        return Err(refused());
    }
    respond(&app, &key, media_type(&key), &headers).await.map_err(|error| match error {
        StoreError::NotFound(_) => Failure::not_found("This recording is no longer kept"),
        other => other.into(),
    })
}

pub(super) fn refused() -> Failure {
    Failure::forbidden("This link is not valid or has expired")
}

fn signed_text(object: &ObjectKey, expires_at: Timestamp) -> String {
    format!("{object}\n{}", expires_at.0)
}

fn recording_text(session: &str, expires_at: Timestamp) -> String {
    format!("recording of {session}\n{}", expires_at.0)
}

/// The object or the part of it that is asked for; never more of it than a block is held.
pub(super) async fn respond(
    app: &App,
    key: &ObjectKey,
    media_type: &'static str,
    headers: &HeaderMap,
) -> Result<Response, StoreError> {
    if let Some(address) = app.objects.address(key, REDIRECT_LASTS).await? {
        return Ok(Redirect::temporary(&address).into_response());
    }
    let whole = app.objects.size(key).await?;
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = range.and_then(|range| wanted(range, whole));
    let (status, part) = match &range {
        None => (StatusCode::OK, 0..whole),
        Some(None) => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
        Some(Some(part)) => (StatusCode::PARTIAL_CONTENT, part.clone()),
    };
    let length = part.end - part.start;
    let body = Body::from_stream(blocks(Arc::clone(&app.objects), key.clone(), part.clone()));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let content_range = match range {
        None => return Ok(response),
        Some(None) => format!("bytes */{whole}"),
        Some(Some(_)) => format!("bytes {}-{}/{whole}", part.start, part.end - 1),
    };
    let content_range = HeaderValue::from_str(&content_range).expect("digits are a header value");
    headers.insert(header::CONTENT_RANGE, content_range);
    Ok(response)
}

fn blocks(
    objects: Arc<dyn ObjectStore>,
    key: ObjectKey,
    part: Range<u64>,
) -> impl Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold(part, move |left| {
        let (objects, key) = (Arc::clone(&objects), key.clone());
        async move {
            if left.is_empty() {
                return Ok(None);
            }
            let end = left.end.min(left.start + BLOCK);
            let block = objects.get_part(&key, left.start..end).await?;
            // Cut short, it would never come to an end.
            let expected = end - left.start;
            if block.len() as u64 != expected {
                return Err(StoreError::NotFound(format!("{expected} bytes of {key}")));
            }
            Ok(Some((block, end..left.end)))
        }
    })
}

/// What `bytes=first-last` asks for: `None` when the whole is to be served (no single range of bytes),
/// `Some(None)` when there is nothing at that place.
fn wanted(range: &str, whole: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let range = if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        whole.saturating_sub(length)..whole
    } else {
        let first = first.parse().ok()?;
        let last: u64 = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
        if last < first {
            return None;
        }
        first..last.saturating_add(1).min(whole)
    };
    Some((range.start < range.end).then_some(range))
}

fn media_type(key: &ObjectKey) -> &'static str {
    match key.as_str().rsplit('.').next() {
        Some("ogg" | "opus") => "audio/ogg",
        Some("wav") => "audio/wav",
        Some("webm") => "audio/webm",
        Some("mp4" | "m4a") => "audio/mp4",
        Some("mp3") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_there_is() {
        for (text, expected) in [
            ("bytes=0-4", Some(Some(0..5))),
            ("bytes=5-", Some(Some(5..10))),
            ("bytes=8-99", Some(Some(8..10))),
            ("bytes=-3", Some(Some(7..10))),
            ("bytes=-99", Some(Some(0..10))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=0-18446744073709551615", Some(Some(0..10))),
            ("bytes=4-2", None),
            ("bytes=0-1,3-4", None),
            ("words=0-1", None),
        ] {
            assert_eq!(wanted(text, 10), expected, "{text}");
        }
        assert_eq!(wanted("bytes=0-", 0), Some(None));
    }

    #[test]
    fn a_link_is_good_for_its_object_and_its_time_alone() {
        let links = MediaLinks::new(&"a secret".into());
        let key = |text| ObjectKey::parse(text).unwrap();
        let path = links.sign(&key("a/b.ogg"), Timestamp(1000));
        let sig = path.split("sig=").nth(1).unwrap();
        let verify = |object, exp, now| {
            let signature = Signature { exp, sig: sig.to_owned() };
            links.verify(&key(object), &signature, Timestamp(now))
        };
        assert!(path.starts_with("/media/a/b.ogg?exp=1000&sig="));
        assert!(verify("a/b.ogg", 1000, 999));
        assert!(!verify("a/b.ogg", 1000, 1000));
        assert!(!verify("a/b.ogg", 2000, 999));
        assert!(!verify("a/c.ogg", 1000, 999));
    }
}
