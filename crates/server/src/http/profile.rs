use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use ports::ProfileChange;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    App, Body, Caller, Done, Failure, Success,
    account::{PASSWORD_TOO_SHORT, SHORTEST_PASSWORD, UserView, WITHOUT_PASSWORD, check_name},
    envelope::{Envelope, Said},
};
use crate::{address::address_of, auth::Account, clock, departures::depart};

#[derive(Deserialize, ToSchema)]
pub(super) struct Profile {
    name: Option<String>,
    avatar: Option<String>,
    department: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasswordChange {
    current_password: Option<String>,
    new_password: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Confirmation {
    password: Option<String>,
}

/// Of a token, for what cannot be undone.
const FRESH: Duration = Duration::from_secs(15 * 60);
const LONGEST_DEPARTMENT: usize = 200;
/// A small picture may be given as a data URL.
const LONGEST_AVATAR: usize = 256 * 1024;

#[utoipa::path(
    put,
    path = "/api/auth/profile",
    tag = "Accounts",
    summary = "Change the profile",
    request_body = Profile,
    responses((status = 200, body = Envelope<UserView>)),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    Body(profile): Body<Profile>,
) -> Result<Success<UserView>, Failure> {
    if let Some(name) = &profile.name {
        check_name(name)?;
    }
    check_length("department", profile.department.as_deref(), LONGEST_DEPARTMENT)?;
    check_length("avatar", profile.avatar.as_deref(), LONGEST_AVATAR)?;
    let change = ProfileChange {
        name: profile.name.map(|name| name.trim().to_owned()),
        avatar: profile.avatar,
        department: profile.department,
    };
    let user = app.catalog.change_profile(&account.user.id, change, clock::now()).await?;
    app.accounts.forget(&user.id);
    Ok(Success::of(UserView::new(user, account.role)).saying("Profile updated"))
}

#[utoipa::path(
    put,
    path = "/api/auth/password",
    tag = "Accounts",
    summary = "Change the password",
    request_body = PasswordChange,
    responses((status = 200, body = Said)),
)]
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    parts: Parts,
    Body(change): Body<PasswordChange>,
) -> Result<Done, Response> {
    let (Some(current), Some(new)) = (change.current_password, change.new_password) else {
        return Err(Failure::bad_request("Current password and new password are required").into_response());
    };
    count_guess(&app, &parts, &account).map_err(IntoResponse::into_response)?;
    replace_password(&app, &account, current, new).await.map_err(IntoResponse::into_response)
}

async fn replace_password(app: &App, account: &Account, current: String, new: String) -> Result<Done, Failure> {
    if new.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::bad_request(PASSWORD_TOO_SHORT));
    }
    // Read anew: what is remembered of a person may be older than their last password.
    let user = app.catalog.user(&account.user.id).await?.ok_or_else(|| Failure::not_found("User not found"))?;
    let Some(hash) = user.password_hash else {
        return Err(Failure::bad_request(WITHOUT_PASSWORD));
    };
    if !app.passwords.verify(SecretString::from(current), Some(hash)).await {
        return Err(Failure::bad_request("Current password is incorrect"));
    }
    let hash = app.passwords.hash(SecretString::from(new)).await;
    app.catalog.set_password(&user.id, &hash, clock::now()).await?;
    app.accounts.forget(&user.id);
    Ok(Done("Password changed successfully"))
}

/// Whoever has no password shows by a new token that it is really them.
#[utoipa::path(
    delete,
    path = "/api/auth/profile",
    tag = "Accounts",
    summary = "Delete the account and everything that was kept of its user",
    request_body = Confirmation,
    responses((status = 200, body = Said)),
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    parts: Parts,
    Body(confirmation): Body<Confirmation>,
) -> Result<Done, Response> {
    count_guess(&app, &parts, &account).map_err(IntoResponse::into_response)?;
    confirm(&app, &account, confirmation.password).await.map_err(IntoResponse::into_response)?;
    depart(&app, &account.user.id).await.map_err(|error| Failure::from(error).into_response())?;
    Ok(Done("Account deleted"))
}

/// Whoever has only a token must not find out the password by trying.
fn count_guess(app: &App, parts: &Parts, account: &Account) -> Result<(), super::TooMany> {
    let address = address_of(&parts.extensions, &parts.headers, app.config.listen.trust_proxy);
    app.throttles.count_login(address, &account.user.email)
}

async fn confirm(app: &App, account: &Account, password: Option<String>) -> Result<(), Failure> {
    let user = app.catalog.user(&account.user.id).await?.ok_or_else(|| Failure::not_found("User not found"))?;
    match (user.password_hash, password.filter(|text| !text.is_empty())) {
        (None, _) if account.is_fresh(clock::now(), FRESH) => Ok(()),
        (None, _) => {
            let minutes = FRESH.as_secs() / 60;
            let error = format!("Sign in again, and delete the account within {minutes} minutes of that");
            Err(Failure::new(StatusCode::FORBIDDEN, error))
        }
        (Some(_), None) => Err(Failure::bad_request("Your password is required to delete the account")),
        (Some(hash), Some(password)) => match app.passwords.verify(SecretString::from(password), Some(hash)).await {
            true => Ok(()),
            false => Err(Failure::bad_request("Current password is incorrect")),
        },
    }
}

/// In bytes.
pub(super) fn check_length(field: &str, text: Option<&str>, longest: usize) -> Result<(), Failure> {
    match text.map(str::len) {
        Some(length) if length > longest => {
            Err(Failure::bad_request(format!("{field} has {length} bytes; allowed: up to {longest}")))
        }
        _ => Ok(()),
    }
}
