use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, Request, header},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use super::{App, Failure};

const LARGEST_BODY: usize = 10 << 20;

/// Only pages of ours may frame us, and an address with a token in it is told to nobody else.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'; object-src 'none'; base-uri 'self'"),
];

/// What every request passes, on its way in and out.
pub fn protect(router: Router, app: &Arc<App>) -> Router {
    let guarded =
        router.layer(DefaultBodyLimit::max(LARGEST_BODY)).layer(CatchPanicLayer::custom(after_panic)).layer(cors(app));
    let headed = HEADERS.into_iter().fold(guarded, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    });
    headed
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

fn cors(app: &Arc<App>) -> CorsLayer {
    let app = Arc::clone(app);
    let allowed = move |origin: &HeaderValue, request: &axum::http::request::Parts| {
        origin.to_str().is_ok_and(|origin| app.origins.allow(origin, &request.headers))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
}

/// Without the query, which may hold a token.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", request.id = id, method = %request.method(), path = request.uri().path())
}

/// The panic hook has logged it.
fn after_panic(_: Box<dyn Any + Send>) -> Response {
    Failure::internal("Internal server error").into_response()
}
