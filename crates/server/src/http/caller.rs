use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};

use ports::Role;

use super::{App, Failure};
use crate::auth::{Account, AuthError, presented};

/// Who asks. A route that takes it is closed to everybody else; one that takes `Option<Caller>`
/// is open and treats a bad token like none.
pub struct Caller(pub Account);

/// A caller who administrates.
pub struct Administrator(pub Account);

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        match authenticate(parts, app).await? {
            account if account.role == Role::Admin => Ok(Self(account)),
            _ => Err(Failure::forbidden("Insufficient permissions")),
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        Ok(Self(authenticate(parts, app).await?))
    }
}

impl OptionalFromRequestParts<Arc<App>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Self>, Failure> {
        match authenticate(parts, app).await {
            Ok(account) => Ok(Some(Self(account))),
            Err(AuthError::Store(error)) => Err(error.into()),
            Err(AuthError::Token(_) | AuthError::UnknownUser | AuthError::Inactive) => Ok(None),
        }
    }
}

async fn authenticate(parts: &Parts, app: &App) -> Result<Account, AuthError> {
    let tokens = presented(&parts.headers, &parts.uri, None, &app.origins);
    app.accounts.authenticate(&tokens).await
}
