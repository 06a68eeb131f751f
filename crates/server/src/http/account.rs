use std::sync::Arc;

use axum::{
    extract::State,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use ports::{NewUser, Role, StoreError, User, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    App, Body, Caller, Done, Failure, Success,
    envelope::{Envelope, Said},
};
use crate::{
    address::address_of,
    auth::{AuthError, NewToken, OF_TOKENS},
    clock,
};

/// A person as clients see them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserView {
    #[schema(value_type = String)]
    id: UserId,
    email: String,
    name: String,
    avatar: Option<String>,
    role: &'static str,
    department: Option<String>,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Registration {
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    email: Option<String>,
    password: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    user: UserView,
    token: String,
}

pub(super) const SHORTEST_PASSWORD: usize = 8;
pub(super) const PASSWORD_TOO_SHORT: &str = "Password must be at least 8 characters";
pub(super) const WITHOUT_PASSWORD: &str = "Please use social login for this account";

const LONGEST_NAME: usize = 200;
const LONGEST_EMAIL: usize = 320;

#[utoipa::path(
    post,
    path = "/api/auth/register",
    tag = "Accounts",
    summary = "Create an account",
    request_body = Registration,
    security(()),
    responses((status = 201, body = Envelope<SignedIn>)),
)]
pub(super) async fn register(
    State(app): State<Arc<App>>,
    Body(registration): Body<Registration>,
) -> Result<Success<SignedIn>, Failure> {
    let (Some(name), Some(email), Some(password)) =
        (given(registration.name), given(registration.email), registration.password.filter(|text| !text.is_empty()))
    else {
        return Err(Failure::bad_request("Name, email, and password are required"));
    };
    let email = check_email(&email)?;
    check_name(&name)?;
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::bad_request(PASSWORD_TOO_SHORT));
    }
    let taken = || Failure::bad_request("Email already registered");
    if app.catalog.user_by_email(&email).await?.is_some() {
        return Err(taken());
    }
    let user = NewUser {
        id: UserId::parse(&Uuid::now_v7().to_string()).expect("a UUID is an id"),
        email,
        name,
        password_hash: Some(app.passwords.hash(SecretString::from(password)).await),
        role: Role::Trainee,
        at: clock::now(),
    };
    match app.catalog.create_user(user).await {
        Ok(user) => Ok(Success::created(signed_in(&app, user)).saying("Registration successful")),
        Err(StoreError::Conflict(_)) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

#[utoipa::path(
    post,
    path = "/api/auth/login",
    tag = "Accounts",
    summary = "Sign in",
    request_body = Login,
    security(()),
    responses((status = 200, body = Envelope<SignedIn>)),
)]
pub(super) async fn login(
    State(app): State<Arc<App>>,
    parts: Parts,
    Body(login): Body<Login>,
) -> Result<Success<SignedIn>, Response> {
    let (Some(email), Some(password)) = (given(login.email), login.password.filter(|text| !text.is_empty())) else {
        return Err(Failure::bad_request("Email and password are required").into_response());
    };
    let email = email.to_lowercase();
    let address = address_of(&parts.extensions, &parts.headers, app.config.listen.trust_proxy);
    app.throttles.count_login(address, &email).map_err(IntoResponse::into_response)?;
    check_password(&app, &email, password).await.map_err(IntoResponse::into_response)
}

async fn check_password(app: &App, email: &str, password: String) -> Result<Success<SignedIn>, Failure> {
    let user = app.catalog.user_by_email(email).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let has_password = hash.is_some();
    let matches = app.passwords.verify(SecretString::from(password), hash).await;
    match user {
        Some(_) if !has_password => Err(Failure::unauthorized(WITHOUT_PASSWORD)),
        Some(user) if matches && user.is_active => Ok(Success::of(signed_in(app, user)).saying("Login successful")),
        Some(_) if matches => Err(Failure::unauthorized("Account is disabled")),
        _ => Err(Failure::unauthorized("Invalid email or password")),
    }
}

/// The client forgets its token; there is nothing to forget here.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "Accounts",
    summary = "Sign out",
    responses((status = 200, body = Said)),
)]
pub(super) async fn logout(_: Caller) -> Done {
    Done("Logout successful")
}

#[utoipa::path(
    get,
    path = "/api/auth/me",
    tag = "Accounts",
    summary = "Who is signed in",
    responses((status = 200, body = Envelope<UserView>)),
)]
pub(super) async fn me(State(app): State<Arc<App>>, Caller(account): Caller) -> Result<Success<UserView>, Failure> {
    let user = app.catalog.user(&account.user.id).await?.ok_or(AuthError::UnknownUser)?;
    Ok(Success::of(UserView::new(user, account.role)))
}

impl UserView {
    pub(super) fn new(user: User, role: Role) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            avatar: user.avatar,
            role: shown_role(role),
            department: user.department,
            created_at: clock::iso(user.created_at),
            updated_at: clock::iso(user.updated_at),
        }
    }
}

pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Failure::bad_request(format!("Name must have 1 to {LONGEST_NAME} characters")));
    }
    Ok(())
}

fn check_email(email: &str) -> Result<String, Failure> {
    let has_both_sides = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    // Those with a colon, and those of tokens without an address, stand for other accounts.
    let is_reserved = email.contains(':') || email.to_lowercase().ends_with(&format!("@{OF_TOKENS}"));
    if !has_both_sides || is_reserved || email.len() > LONGEST_EMAIL || email.contains(char::is_whitespace) {
        return Err(Failure::bad_request("Email is not an address such as ann@example.org"));
    }
    Ok(email.to_lowercase())
}

fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn signed_in(app: &App, user: User) -> SignedIn {
    let token = NewToken { user: &user.id, email: &user.email, role: user.role };
    let token = app.accounts.tokens.sign(&token, clock::now());
    let role = user.role;
    SignedIn { user: UserView::new(user, role), token }
}

/// Front ends compare with these words.
fn shown_role(role: Role) -> &'static str {
    match role {
        Role::Trainee => "user",
        Role::Coach => "trainer",
        Role::Admin => "admin",
    }
}
