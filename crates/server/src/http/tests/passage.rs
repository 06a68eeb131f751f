use axum::{Router, routing::get};
use serde_json::json;

use super::house::House;
use crate::http::protect;

#[tokio::test]
async fn an_unknown_route_and_an_unknown_method_are_not_found_by_their_path() {
    let house = House::new().await;
    for (method, path) in [("GET", "/api/x?token=secret"), ("GET", "/api"), ("PATCH", "/api/auth/me"), ("GET", "/x")] {
        let answer = house.ask(method.parse().unwrap(), path).send().await;
        assert_eq!(answer.status, 404, "{method} {path}");
        let shown = path.split('?').next().unwrap();
        assert_eq!(answer.json(), json!({"success": false, "error": "Route not found", "path": shown}));
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_read_answers_with_credentials() {
    let house = House::configured(&[("FRONTEND_URL", "https://app.example")]).await;
    for origin in ["https://app.example", "http://localhost:3000", "http://127.0.0.1:3001"] {
        let answer = house.get("/api/health").header("origin", origin).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    }
    let preflight = house
        .ask("OPTIONS".parse().unwrap(), "/api/roleplay/start")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await;
    assert_eq!(preflight.status, 200);
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("POST"));
}

#[tokio::test]
async fn pages_of_other_origins_may_not() {
    let production = [("REPARTEE_ENV", "production"), ("JWT_SECRET", &"x".repeat(32))];
    let house = House::configured(&production).await;
    for origin in ["https://evil.example", "http://localhost:3000", "null"] {
        let answer = house.get("/api/health").header("origin", origin).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test]
async fn every_answer_carries_its_request_id_and_the_security_headers() {
    let house = House::new().await;
    for path in ["/", "/api/x", "/healthz"] {
        let answer = house.get(path).header("x-request-id", "mine").send().await;
        assert_eq!(answer.header("x-request-id"), Some("mine"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-frame-options"), Some("SAMEORIGIN"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    }
    assert!(house.get("/").send().await.header("x-request-id").is_some());
}

#[tokio::test]
async fn a_panic_becomes_an_envelope() {
    async fn fall() -> &'static str {
        panic!("on purpose")
    }
    let house = House::new().await;
    let router = protect(Router::new().route("/fall", get(fall)), &house.app);
    let answer = house.get("/fall").send_to(router).await;
    assert_eq!(answer.failure(), (500, "Internal server error".to_owned()));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
