use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use ports::{PageRequest, ProviderError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{AuthError, TokenError};

/// `{"success":true,"data":…}`, with a `message` where a client shows one.
pub struct Success<T> {
    status: StatusCode,
    envelope: Envelope<T>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Envelope<T> {
    success: bool,
    data: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

/// `{"success":true,"message":…}`: it is done, and there is nothing to give back.
pub struct Done(pub &'static str);

/// `{"success":false,"error":…}`. The text reaches the client.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    error: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Said {
    success: bool,
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Refused {
    success: bool,
    /// For a person to act on.
    error: String,
}

/// One page of a list, as clients count: 1 is the first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    items: Vec<T>,
    total: u64,
    page: u32,
    page_size: u32,
    total_pages: u64,
}

impl<T: Serialize> Success<T> {
    pub fn of(data: T) -> Self {
        Self { status: StatusCode::OK, envelope: Envelope { success: true, data, message: None } }
    }

    pub fn created(data: T) -> Self {
        Self { status: StatusCode::CREATED, ..Self::of(data) }
    }

    pub fn saying(mut self, message: &'static str) -> Self {
        self.envelope.message = Some(message);
        self
    }
}

impl Failure {
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    pub fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub fn unauthorized(error: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, error)
    }

    pub fn forbidden(error: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    pub fn not_found(error: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub fn internal(error: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}

impl<T> Page<T> {
    pub fn new<S>(page: ports::Page<S>, request: PageRequest, items: Vec<T>) -> Self {
        Self {
            items,
            total: page.total,
            page: request.page,
            page_size: request.size,
            total_pages: page.total.div_ceil(u64::from(request.size)),
        }
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        (self.status, Json(self.envelope)).into_response()
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        Json(Said { success: true, message: self.0 }).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let refused = Json(Refused { success: false, error: self.error });
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => (self.status, [(header::RETRY_AFTER, "2")], refused).into_response(),
            status => (status, refused).into_response(),
        }
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Token(TokenError::Missing) => Self::unauthorized("Authentication required"),
            AuthError::Token(TokenError::Expired) => Self::unauthorized("Token expired"),
            AuthError::Token(TokenError::Invalid(reason)) => {
                tracing::debug!(reason, "a token was refused");
                Self::unauthorized("Invalid token")
            }
            AuthError::UnknownUser | AuthError::Inactive => Self::unauthorized("User not found or inactive"),
            AuthError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound(_) => Self::not_found("Not found"),
            StoreError::Conflict(_) => Self::new(StatusCode::CONFLICT, "Somebody else was first, load it again"),
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "a store is not available");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Storage is not available, try again soon")
            }
            StoreError::Refused(_) => {
                tracing::error!(%error, "a store refuses");
                Self::internal("Internal server error")
            }
        }
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, fault = ?error.fault, "no answer from the language model");
        Self::internal("Failed to generate AI response. Please try again.")
    }
}
