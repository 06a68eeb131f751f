use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use ports::Role;
use secrecy::{ExposeSecret as _, SecretString};

use super::Operations;
use crate::{
    address::is_local,
    auth::{AuthError, presented},
    http::{App, Failure},
};

/// Somebody who may see the figures: on this machine, with the token for it, or an admin.
pub(super) struct Permitted;

impl FromRequestParts<Arc<Operations>> for Permitted {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, operations: &Arc<Operations>) -> Result<Self, Failure> {
        let app = &operations.app;
        let token = app.config.operations.metrics_token.as_ref();
        if is_local(&parts.extensions, &parts.headers) || token.is_some_and(|token| bears(&parts.headers, token)) {
            return Ok(Self);
        }
        match role(parts, app).await? {
            Role::Admin => Ok(Self),
            Role::Coach | Role::Trainee => Err(Failure::forbidden("Not authorized")),
        }
    }
}

fn bears(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    verify_slices_are_equal(given.as_bytes(), token.expose_secret().as_bytes()).is_ok()
}

async fn role(parts: &Parts, app: &App) -> Result<Role, AuthError> {
    let tokens = presented(&parts.headers, &parts.uri, None, &app.origins);
    Ok(app.accounts.authenticate(&tokens).await?.role)
}
