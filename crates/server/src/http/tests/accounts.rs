use ports::{NewUser, Role, Timestamp, UserId};
use serde_json::{Value, json};

use super::house::House;

fn ann() -> Value {
    json!({"name": "Ann", "email": "Ann@Example.org", "password": "correct horse"})
}

#[tokio::test]
async fn somebody_registers_signs_in_and_is_known() {
    let house = House::new().await;
    let registered = house.post("/api/auth/register", ann()).send().await;
    assert_eq!(registered.status, 201);
    assert_eq!(registered.json()["message"], "Registration successful");
    assert_eq!(registered.header("set-cookie"), None);

    let login = json!({"email": "ANN@example.org", "password": "correct horse"});
    let signed_in = house.post("/api/auth/login", login).send().await.json();
    assert_eq!(signed_in["message"], "Login successful");
    let token = signed_in["data"]["token"].as_str().unwrap();

    let me = house.get("/api/auth/me").bearer(token).send().await.json();
    assert_eq!(me["data"], signed_in["data"]["user"]);
    assert_eq!(me["data"]["email"], "ann@example.org");
    assert_eq!(me["data"]["role"], "user");
    assert_eq!(me["data"]["avatar"], Value::Null);
    assert!(me["data"]["createdAt"].as_str().unwrap().ends_with('Z'));
    assert!(!me.to_string().contains("argon2"));

    let out = house.post("/api/auth/logout", json!({})).bearer(token).send().await;
    assert_eq!(out.json(), json!({"success": true, "message": "Logout successful"}));
}

#[tokio::test]
async fn a_registration_says_what_it_misses() {
    let house = House::new().await;
    let required = "Name, email, and password are required";
    for (body, error) in [
        (json!({}), required),
        (json!({"name": " ", "email": "a@b.c", "password": "long enough"}), required),
        (json!({"name": "A", "email": "a@b.c", "password": "short"}), "Password must be at least 8 characters"),
        (
            json!({"name": "A", "email": "Kim@Token.invalid", "password": "long enough"}),
            "Email is not an address such as ann@example.org",
        ),
        (
            json!({"name": "A", "email": "departed:kim@example.org", "password": "long enough"}),
            "Email is not an address such as ann@example.org",
        ),
        (
            json!({"name": "A", "email": "ab", "password": "long enough"}),
            "Email is not an address such as ann@example.org",
        ),
    ] {
        let answer = house.post("/api/auth/register", body).send().await;
        assert_eq!(answer.failure(), (400, error.to_owned()));
    }
    let without_body = house.ask("POST".parse().unwrap(), "/api/auth/register").send().await;
    assert_eq!(without_body.failure(), (400, required.to_owned()));
}

#[tokio::test]
async fn an_email_is_registered_once_in_any_case() {
    let house = House::new().await;
    house.post("/api/auth/register", ann()).send().await;
    let again = json!({"name": "Other", "email": "ANN@EXAMPLE.ORG", "password": "long enough"});
    let answer = house.post("/api/auth/register", again).send().await;
    assert_eq!(answer.failure(), (400, "Email already registered".to_owned()));
}

#[tokio::test]
async fn a_login_that_fails_says_no_more_than_it_must() {
    let house = House::new().await;
    house.post("/api/auth/register", ann()).send().await;
    let user = NewUser {
        id: UserId::parse("bob").unwrap(),
        email: "bob@example.org".to_owned(),
        name: "Bob".to_owned(),
        password_hash: None,
        role: Role::Trainee,
        at: Timestamp(0),
    };
    house.app.catalog.create_user(user).await.unwrap();
    for (email, password, expected) in [
        ("", "x", (400, "Email and password are required")),
        ("ann@example.org", "", (400, "Email and password are required")),
        ("ann@example.org", "wrong", (401, "Invalid email or password")),
        ("nobody@example.org", "wrong", (401, "Invalid email or password")),
        ("bob@example.org", "wrong", (401, "Please use social login for this account")),
    ] {
        let answer = house.post("/api/auth/login", json!({"email": email, "password": password})).send().await;
        assert_eq!(answer.failure(), (expected.0, expected.1.to_owned()), "{email}");
    }
}

#[tokio::test]
async fn a_valid_token_of_an_unknown_user_creates_that_user() {
    let house = House::new().await;
    let token = house.token("kim", Role::Coach);
    let me = house.get("/api/auth/me").bearer(&token).send().await.json();
    assert_eq!(me["data"]["id"], "kim");
    assert_eq!(me["data"]["email"], "kim@example.org");
    assert_eq!(me["data"]["role"], "trainer");
    assert!(house.app.catalog.user(&UserId::parse("kim").unwrap()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_token_cannot_take_over_the_email_of_somebody_else() {
    let house = House::new().await;
    let registration = json!({"name": "Ann", "email": "kim@example.org", "password": "correct horse"});
    house.post("/api/auth/register", registration).send().await;
    let token = house.token("kim", Role::Trainee);
    let me = house.get("/api/auth/me").bearer(&token).send().await.json();
    assert_eq!(me["data"]["id"], "kim");
    assert_eq!(me["data"]["email"], "kim@token.invalid");
}

#[tokio::test]
async fn the_cookie_counts_but_not_for_a_page_of_somebody_else() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let me = || house.get("/api/auth/me").cookie(&token);
    assert_eq!(me().send().await.status, 200);
    assert_eq!(me().header("origin", "http://localhost:3000").send().await.status, 200);
    assert_eq!(me().header("origin", "http://127.0.0.1:3001").send().await.status, 200);
    for origin in ["https://evil.example", "null"] {
        let answer = me().header("origin", origin).send().await;
        assert_eq!(answer.failure(), (401, "Authentication required".to_owned()));
    }
}

#[tokio::test]
async fn one_good_token_among_several_is_enough() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let answer = house.get("/api/auth/me").bearer("old.bad.token").cookie(&token).send().await;
    assert_eq!(answer.status, 200);
    let by_query = house.get(&format!("/api/auth/me?token={token}")).send().await;
    assert_eq!(by_query.status, 200);
}

#[tokio::test]
async fn a_profile_changes_where_it_is_told_to_and_at_once() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let change = json!({"name": " Kim L. ", "department": "Sales"});
    let changed = house.put("/api/auth/profile", change).bearer(&token).send().await.json();
    assert_eq!(changed["message"], "Profile updated");
    let me = house.get("/api/auth/me").bearer(&token).send().await.json();
    assert_eq!(me["data"]["name"], "Kim L.");
    assert_eq!(me["data"]["department"], "Sales");
    assert_eq!(me["data"]["avatar"], Value::Null);
    let nameless = house.put("/api/auth/profile", json!({"name": ""})).bearer(&token).send().await;
    assert_eq!(nameless.failure().0, 400);
}

#[tokio::test]
async fn a_password_changes_for_who_knows_the_old_one() {
    let house = House::new().await;
    let registered = house.post("/api/auth/register", ann()).send().await.json();
    let token = registered["data"]["token"].as_str().unwrap();
    let change = |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        house.put("/api/auth/password", body).bearer(token).send()
    };
    let wrong = change("wrong", "battery staple").await;
    assert_eq!(wrong.failure(), (400, "Current password is incorrect".to_owned()));
    let short = change("correct horse", "short").await;
    assert_eq!(short.failure(), (400, "Password must be at least 8 characters".to_owned()));
    let changed = change("correct horse", "battery staple").await;
    assert_eq!(changed.json(), json!({"success": true, "message": "Password changed successfully"}));

    for (password, status) in [("correct horse", 401), ("battery staple", 200)] {
        let login = json!({"email": "ann@example.org", "password": password});
        assert_eq!(house.post("/api/auth/login", login).send().await.status, status);
    }
}

#[tokio::test]
async fn a_broken_body_is_told_by_field_in_the_envelope() {
    let house = House::new().await;
    let login = |body: &'static str, media_type: &str| {
        house.ask("POST".parse().unwrap(), "/api/auth/login").header("content-type", media_type).body(body).send()
    };
    let (status, error) = login(r#"{"email": 5}"#, "application/json").await.failure();
    assert_eq!(status, 400);
    assert!(error.contains("email: invalid type: integer `5`, expected a string"), "{error}");
    let (status, error) = login("{", "application/json").await.failure();
    assert_eq!(status, 400);
    assert!(error.contains("EOF"), "{error}");
    let (status, error) = login("email=x", "application/x-www-form-urlencoded").await.failure();
    assert_eq!(status, 415);
    assert!(error.contains("Content-Type: application/json"), "{error}");
}

#[tokio::test]
async fn a_body_has_up_to_ten_megabytes() {
    let house = House::new().await;
    for (bytes, status) in [(9 << 20, 400), ((10 << 20) + 1, 413)] {
        let login = house.ask("POST".parse().unwrap(), "/api/auth/login").header("content-type", "application/json");
        assert_eq!(login.body("x".repeat(bytes)).send().await.failure().0, status);
    }
}

#[tokio::test]
async fn somebody_who_was_deactivated_is_out() {
    let house = House::new().await;
    let registered = house.post("/api/auth/register", ann()).send().await.json();
    house.deactivate("ann@example.org").await;
    let me = house.get("/api/auth/me").bearer(registered["data"]["token"].as_str().unwrap()).send().await;
    assert_eq!(me.failure(), (401, "User not found or inactive".to_owned()));
    for (password, error) in [("correct horse", "Account is disabled"), ("wrong", "Invalid email or password")] {
        let login = json!({"email": "ann@example.org", "password": password});
        let answer = house.post("/api/auth/login", login).send().await;
        assert_eq!(answer.failure(), (401, error.to_owned()));
    }
}
