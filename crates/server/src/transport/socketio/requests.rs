//! What every HTTP request to the endpoint passes before the library sees it.

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, OriginalUri, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use socketioxide::socket::Sid;

use super::{Registry, layer::new_gate};
use crate::transport::Link;

/// Lets a polling client's bodies in only when there is room, and hands a connection that became a websocket to its gate.
pub(super) async fn gate_requests(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    if !is_of_the_endpoint(request.uri().path()) {
        return next.run(request).await;
    }
    let request = without_read_buffer(request);
    let Some(id) = parameter(request.uri(), "sid").and_then(|sid| sid.parse().ok()) else {
        if registry.is_closed() {
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "3")]).into_response();
        }
        return next.run(request).await;
    };
    if is_for_websocket(request.uri()) {
        return upgrade(&registry, id, request, next).await;
    }
    let Some(gate) = registry.gate(id) else {
        return next.run(request).await;
    };
    if request.method() == Method::POST {
        gate.opened().await;
    }
    if gate.is_shut() {
        return unknown_session();
    }
    // Who polls has no connection of its own to close.
    tokio::select! {
        answer = next.run(request) => answer,
        () = gate.was_shut() => unknown_session(),
    }
}

/// The connection obeys only once it is a websocket: until then it carries whatever requests, of whomever.
async fn upgrade(registry: &Registry, id: Sid, request: Request, next: Next) -> Response {
    let Some(ConnectInfo(link)) = request.extensions().get::<ConnectInfo<Link>>().cloned() else {
        return next.run(request).await;
    };
    let Some(gate) = registry.upgrade(id, &link, new_gate) else {
        return refusal(r#"{"code":3,"message":"Bad request"}"#);
    };
    if gate.is_shut() {
        registry.not_upgraded(id);
        return unknown_session();
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        link.obey(&gate);
    } else {
        registry.not_upgraded(id);
    }
    response
}

/// Whether it asks for a websocket, and not for the answer to a poll.
pub(super) fn is_for_websocket(uri: &Uri) -> bool {
    parameter(uri, "transport") == Some("websocket")
}

/// As the library takes them.
fn is_of_the_endpoint(path: &str) -> bool {
    path.strip_prefix("/socket.io").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// In the words of Engine.IO, as the library answers.
fn unknown_session() -> Response {
    refusal(r#"{"code":1,"message":"Session ID unknown"}"#)
}

fn refusal(error: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, error).into_response()
}

/// As the library reads them.
fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let mut pairs = uri.query()?.split('&').map(|pair| pair.split('='));
    pairs.find_map(|mut pair| (pair.next() == Some(name)).then(|| pair.next()).flatten())
}

/// The library keeps a connection's first request for as long as the connection lasts, and with it the whole buffer that
/// the request was read into, unless its parts are copies.
fn without_read_buffer(mut request: Request) -> Request {
    let copied = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    *request.headers_mut() = request.headers().iter().filter_map(copied).collect();
    if let Ok(uri) = request.uri().to_string().parse::<Uri>() {
        request.extensions_mut().insert(OriginalUri(uri.clone()));
        *request.uri_mut() = uri;
    }
    request
}
