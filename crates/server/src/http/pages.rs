use std::{path::Path, sync::Arc};

use axum::{
    Json, Router,
    extract::{OriginalUri, State},
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use ports::{NewUser, Role, StoreError, UserId};
use serde_json::json;
use tower_http::services::{ServeDir, ServeFile};

use super::{App, Failure};
use crate::{
    auth::NewToken,
    clock,
    config::{Config, Environment},
};

/// Where the build of the web client lies, seen from the working directory.
const BUILT_WEB_CLIENT: &str = "web-client/app/dist";
const PLACEHOLDER: &str = include_str!("../../../../web-client/placeholder.html");

/// The built web client, or a page that says what this is.
pub(super) fn web_client(config: &Config) -> Router<Arc<App>> {
    let built = Path::new(BUILT_WEB_CLIENT);
    let index = built.join("index.html");
    if index.is_file() {
        let files = ServeDir::new(built).fallback(ServeFile::new(index));
        return Router::new().fallback_service(files);
    }
    let demo = match config.environment {
        Environment::Development => "<p><a href=\"/demo\">Sign in as a demo user</a></p>",
        Environment::Production => "",
    };
    let page = PLACEHOLDER.replace("<!-- demo -->", demo);
    Router::new().route("/", get(|| async { Html(page) })).fallback(not_found)
}

pub(super) async fn not_found(OriginalUri(uri): OriginalUri) -> Response {
    let body = json!({"success": false, "error": "Route not found", "path": uri.path()});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// Signs the browser in as a demo user. The page reads the cookie, as existing front ends do.
pub(super) async fn demo(State(app): State<Arc<App>>, uri: OriginalUri) -> Result<Response, Failure> {
    if app.config.environment == Environment::Production {
        return Ok(not_found(uri).await);
    }
    let now = clock::now();
    let demo = NewUser {
        id: UserId::parse("demo").expect("it is an id"),
        email: "demo@repartee.invalid".to_owned(),
        name: "Demo".to_owned(),
        password_hash: None,
        role: Role::Trainee,
        at: now,
    };
    let token = NewToken { user: &demo.id, email: &demo.email, role: demo.role };
    let token = app.accounts.tokens.sign(&token, now);
    match app.catalog.create_user(demo).await {
        Ok(_) | Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let age = app.config.auth.expires_in.as_secs();
    let cookie: (HeaderName, String) =
        (header::SET_COOKIE, format!("token={token}; Path=/; Max-Age={age}; SameSite=Lax"));
    Ok(([cookie], Redirect::to("/")).into_response())
}
