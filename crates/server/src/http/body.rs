use std::borrow::Cow;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use ports::PageRequest;
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::Failure;

/// A JSON body. No body at all counts as `{}`, so that the route can say which field it misses.
/// Its texts have no null characters: nobody means them, and not every database keeps them.
pub struct Body<T>(pub T);

/// The query of an address.
pub struct Parameters<T>(pub T);

/// `page` and `pageSize` of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// 1 is the first.
    page: Option<u32>,
    /// 1 to 100; 10 where it is not given.
    page_size: Option<u32>,
}

/// A body that names a session and nothing else.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionReference {
    session_id: Option<String>,
}

const PAGE_SIZE: u32 = 10;
const LARGEST_PAGE: u32 = 100;

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Failure::new(rejection.status(), rejection.body_text()))?;
        if bytes.is_empty() {
            return Self::parse(b"{}");
        }
        if !is_json {
            let error = "The body must be JSON with Content-Type: application/json";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
        }
        Self::parse(&bytes)
    }
}

impl<T: DeserializeOwned> Body<T> {
    fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        Json::from_bytes(&without_nulls(bytes))
            .map(|Json(value)| Self(value))
            .map_err(|rejection: JsonRejection| Failure::bad_request(rejection.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Query(value) = Query::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Failure::bad_request(rejection.body_text()))?;
        Ok(Self(value))
    }
}

impl Paging {
    pub(super) fn request(&self) -> Result<PageRequest, Failure> {
        let page = self.page.unwrap_or(1);
        let size = self.page_size.unwrap_or(PAGE_SIZE);
        if page == 0 {
            return Err(Failure::bad_request("page is 0; the first is 1"));
        }
        if !(1..=LARGEST_PAGE).contains(&size) {
            let error = format!("pageSize is {size}; allowed: 1 to {LARGEST_PAGE}");
            return Err(Failure::bad_request(error));
        }
        Ok(PageRequest { page, size })
    }
}

impl SessionReference {
    pub(super) fn id(self) -> Result<String, Failure> {
        let given = self.session_id.filter(|id| !id.is_empty());
        given.ok_or_else(|| Failure::bad_request("Session ID is required"))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("application/json"))
}

/// In JSON a null character is always escaped.
fn without_nulls(json: &[u8]) -> Cow<'_, [u8]> {
    const NULL: &[u8] = br"\u0000";
    if !json.windows(NULL.len()).any(|part| part == NULL) {
        return Cow::Borrowed(json);
    }
    let (mut kept, mut rest) = (Vec::with_capacity(json.len()), json);
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (text, escape) = rest.split_at(at);
        kept.extend_from_slice(text);
        if let Some(after) = escape.strip_prefix(NULL) {
            rest = after;
            continue;
        }
        // A backslash that is escaped escapes nothing.
        let (escape, after) = escape.split_at(escape.len().min(2));
        kept.extend_from_slice(escape);
        rest = after;
    }
    kept.extend_from_slice(rest);
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn null_characters_are_left_out_and_what_only_looks_like_one_stays() {
        for (given, expected) in [
            (r#"{"a":"\u0000no\u0000 \u0041\u0000"}"#, json!({"a": "no A"})),
            (r#"{"a":"\\u0000\\\u0000"}"#, json!({"a": r"\u0000\"})),
            (r#"{"\u0000a":["\n\"\u0000\""]}"#, json!({"a": ["\n\"\""]})),
        ] {
            let Ok(Body(value)) = Body::<Value>::parse(given.as_bytes()) else { panic!("{given} is JSON") };
            assert_eq!(value, expected);
        }
        assert!(Body::<Value>::parse(br#"{"a":"\u0000\"#).is_err());
    }
}
