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

const PLACEHOLDER: &str = include_str!("../../../../web-client/placeholder.html");

/// The web client as it was built into this folder; where it was not, a page that says what this is.
pub(super) fn web_client(built: &Path, config: &Config) -> Router<Arc<App>> {
    let index = built.join("index.html");
    if index.is_file() {
        // A page that was opened before the client was built anew asks for pieces that are gone; they are not pages.
        let pieces = ServeDir::new(built.join("assets"));
        let files = ServeDir::new(built).fallback(ServeFile::new(index));
        return Router::new().nest_service("/assets", pieces).fallback_service(files);
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
    app.catalog.forget_departure(&demo.id).await?;
    match app.catalog.create_user(demo).await {
        Ok(_) | Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let age = app.config.auth.expires_in.as_secs();
    let cookie: (HeaderName, String) =
        (header::SET_COOKIE, format!("token={token}; Path=/; Max-Age={age}; SameSite=Lax"));
    Ok(([cookie], Redirect::to("/")).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use tower::ServiceExt as _;

    use super::*;
    use crate::{fixtures::Folder, http::tests::House};

    #[tokio::test]
    async fn a_built_web_client_is_served_and_finds_its_own_way() {
        let folder = Folder::new();
        std::fs::create_dir_all(&folder.path).unwrap();
        std::fs::write(folder.path.join("index.html"), "the page").unwrap();
        std::fs::write(folder.path.join("app.js"), "the script").unwrap();
        std::fs::create_dir_all(folder.path.join("assets")).unwrap();
        std::fs::write(folder.path.join("assets/History-1.js"), "a piece").unwrap();
        let house = House::new().await;
        let router = web_client(&folder.path, &house.app.config).with_state(Arc::clone(&house.app));
        for (path, expected) in [
            ("/", "the page"),
            ("/practice/1", "the page"),
            ("/app.js", "the script"),
            ("/assets/History-1.js", "a piece"),
            ("/assets/History-0.js", ""),
            ("/../../etc/passwd", "the page"),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let body = to_bytes(response.into_body(), 1000).await.unwrap();
            assert_eq!(body, expected.as_bytes(), "{path}");
        }
    }
}
