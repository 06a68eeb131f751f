use std::sync::Arc;

use axum::http::Method;
use bytes::Bytes;
use ports::{Catalog as _, Journal as _, ObjectKey, Role, SessionId, StoreError, Timestamp, UserId};
use serde_json::{Value, json};

use super::house::{Answer, House, Shelf};
use crate::{auth::NewToken, clock, departures::see_off, retention::Housekeeping, sessions::Sessions};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

async fn delete_account(house: &House, token: &str, body: Value) -> Answer {
    let ask = house.ask(Method::DELETE, "/api/auth/profile").bearer(token);
    ask.header("content-type", "application/json").body(body.to_string()).send().await
}

/// The job, so long after now.
async fn see_off_after(house: &House, milliseconds: i64) -> Result<(), StoreError> {
    see_off(&house.app, &|_: &UserId| {}, Timestamp(clock::now().0 + milliseconds)).await
}

async fn keep_an_object_of(house: &House, session: &str) -> ObjectKey {
    let key = ObjectKey::of_session(&SessionId::parse(session).unwrap(), "audio", 1, "ogg");
    house.app.objects.put(&key, Bytes::from_static(b"audio"), "audio/ogg").await.unwrap();
    key
}

async fn register_ann(house: &House) -> (UserId, String) {
    let ann = json!({"name": "Ann", "email": "ann@example.org", "password": "correct horse"});
    let registered = house.post("/api/auth/register", ann).send().await.json();
    let token = registered["data"]["token"].as_str().unwrap().to_owned();
    (user(registered["data"]["user"]["id"].as_str().unwrap()), token)
}

#[tokio::test]
async fn whoever_deletes_the_account_leaves_nothing() {
    let house = House::new().await;
    let (ann, token) = register_ann(&house).await;
    let kim = house.token("kim", Role::Trainee);
    let (practice, kept) = (house.practice_of(&token).await, house.practice_of(&kim).await);
    let (object, kept_object) = (keep_an_object_of(&house, &practice).await, keep_an_object_of(&house, &kept).await);
    let report = house.get(&format!("/api/feedback/{practice}")).bearer(&token).send().await.json();
    assert_eq!(report["success"], true);

    let answer = delete_account(&house, &token, json!({"password": "correct horse"})).await;
    assert_eq!(answer.json(), json!({"success": true, "message": "Account deleted"}));
    let me = house.get("/api/auth/me").bearer(&token).send().await;
    assert_eq!(me.failure(), (401, "User not found or inactive".to_owned()));
    let login = json!({"email": "ann@example.org", "password": "correct horse"});
    let login = house.post("/api/auth/login", login).send().await;
    assert_eq!(login.failure(), (401, "Invalid email or password".to_owned()));

    see_off_after(&house, 0).await.unwrap();
    let id = SessionId::parse(&practice).unwrap();
    assert_eq!(house.database.session(&id).await, Ok(None));
    assert_eq!(house.database.turns(&id).await, Ok(Vec::new()));
    assert_eq!(house.database.feedback(&id).await, Ok(None));
    assert_eq!(house.database.user(&ann).await, Ok(None));
    assert!(house.app.objects.get(&object).await.is_err());
    assert!(house.app.objects.get(&kept_object).await.is_ok());
    let others = house.get(&format!("/api/roleplay/session/{kept}")).bearer(&kim).send().await;
    assert_eq!(others.status, 200);

    let (again, token) = register_ann(&house).await;
    assert_ne!(again, ann);
    let history = house.get("/api/roleplay/history").bearer(&token).send().await.json();
    assert_eq!(history["data"]["total"], 0);
}

#[tokio::test]
async fn somebody_of_whom_something_cannot_be_deleted_keeps_nobody_else() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let mut practices = Vec::new();
    for id in ["kim", "lee"] {
        let practice = house.practice_of(&house.token(id, Role::Trainee)).await;
        practices.push(SessionId::parse(&practice).unwrap());
        house.database.depart(&user(id), clock::now()).await.unwrap();
    }
    let away = StoreError::Unavailable("the store is away".to_owned());
    shelf.fail(&practices[0], away.clone());
    assert_eq!(see_off_after(&house, MINUTE).await, Err(away));
    assert!(house.database.user(&user("kim")).await.unwrap().is_some());
    assert_eq!(house.database.user(&user("lee")).await, Ok(None));
    shelf.recover();
    assert_eq!(see_off_after(&house, MINUTE).await, Ok(()));
    assert_eq!(house.database.user(&user("kim")).await, Ok(None));
}

#[tokio::test]
async fn a_session_that_cannot_be_deleted_keeps_none_of_the_others_of_who_departed() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let kim = house.token("kim", Role::Trainee);
    let locked = SessionId::parse(&house.practice_of(&kim).await).unwrap();
    let other = SessionId::parse(&house.practice_of(&kim).await).unwrap();
    house.database.depart(&user("kim"), clock::now()).await.unwrap();
    let refused = StoreError::Refused("it is locked".to_owned());
    shelf.fail(&locked, refused.clone());
    assert_eq!(see_off_after(&house, MINUTE).await, Err(refused));
    assert!(house.database.session(&locked).await.unwrap().is_some());
    assert_eq!(house.database.session(&other).await, Ok(None));
}

#[tokio::test]
async fn only_whoever_knows_the_password_deletes_the_account() {
    let house = House::new().await;
    let (_, token) = register_ann(&house).await;
    for (body, error) in [
        (json!({}), "Your password is required to delete the account"),
        (json!({"password": ""}), "Your password is required to delete the account"),
        (json!({"password": "wrong horse"}), "Current password is incorrect"),
    ] {
        assert_eq!(delete_account(&house, &token, body).await.failure(), (400, error.to_owned()));
    }
    let nobody = house.ask(Method::DELETE, "/api/auth/profile").send().await;
    assert_eq!(nobody.failure(), (401, "Authentication required".to_owned()));
    assert_eq!(house.get("/api/auth/me").bearer(&token).send().await.status, 200);
}

#[tokio::test]
async fn passwords_are_not_guessed_by_deleting_or_changing() {
    let house = House::configured(&[("RATE_LOGINS_PER_MINUTE", "2")]).await;
    let (_, token) = register_ann(&house).await;
    let guess = async || delete_account(&house, &token, json!({"password": "guess"})).await.status.as_u16();
    assert_eq!([guess().await, guess().await, guess().await], [400, 400, 429]);
    let change = json!({"currentPassword": "guess", "newPassword": "long enough"});
    assert_eq!(house.put("/api/auth/password", change).bearer(&token).send().await.status, 429);
}

#[tokio::test]
async fn who_has_no_password_signs_in_anew_first() {
    let house = House::new().await;
    let signed = |minutes_ago: i64| {
        let token = NewToken { user: &user("kim"), email: "kim@example.org", role: Role::Trainee };
        house.app.accounts.tokens.sign(&token, Timestamp(clock::now().0 - minutes_ago * MINUTE))
    };
    let stale = delete_account(&house, &signed(16), json!({"password": "any"})).await;
    let error = "Sign in again, and delete the account within 15 minutes of that";
    assert_eq!(stale.failure(), (403, error.to_owned()));
    assert_eq!(delete_account(&house, &signed(14), json!({})).await.status, 200);
    let again = house.get("/api/auth/me").bearer(&signed(0)).send().await;
    assert_eq!(again.failure(), (401, "User not found or inactive".to_owned()));
}

#[tokio::test]
async fn a_token_makes_who_departed_anew_only_when_a_while_has_passed() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    assert_eq!(delete_account(&house, &kim, json!({})).await.status, 200);
    see_off_after(&house, 0).await.unwrap();
    let me = async || house.get("/api/auth/me").bearer(&house.token("kim", Role::Trainee)).send().await.status;
    assert_eq!(me().await, 401, "a new token of somebody whom nobody knows any more");
    let (catalog, objects) = (house.app.catalog.clone(), house.app.objects.clone());
    let housekeeping = Housekeeping::new(catalog, objects, &house.app.config);
    housekeeping.tidy_up(Timestamp(clock::now().0 + 29 * DAY)).await;
    assert_eq!(me().await, 401);
    housekeeping.tidy_up(Timestamp(clock::now().0 + 31 * DAY)).await;
    assert_eq!(me().await, 200);
}

#[tokio::test]
async fn an_administrator_deletes_others_and_not_themself() {
    let house = House::new().await;
    let (kim, ada) = (house.token("kim", Role::Trainee), house.token("ada", Role::Admin));
    house.practice_of(&kim).await;
    let delete =
        |id: &str, token: &str| house.ask(Method::DELETE, &format!("/api/admin/users/{id}")).bearer(token).send();
    for role in [Role::Trainee, Role::Coach] {
        let answer = delete("kim", &house.token("lee", role)).await;
        assert_eq!(answer.failure(), (403, "Insufficient permissions".to_owned()));
    }
    let own = delete("ada", &ada).await;
    assert_eq!(own.failure(), (400, "This is your own account; delete it in your profile".to_owned()));
    for nobody in ["nobody", "no%20id"] {
        assert_eq!(delete(nobody, &ada).await.failure(), (404, "User not found".to_owned()));
    }
    let answer = delete("kim", &ada).await;
    assert_eq!(answer.json(), json!({"success": true, "message": "User deleted"}));
    assert_eq!(house.get("/api/auth/me").bearer(&kim).send().await.status, 401);
    let users = house.get("/api/admin/users").bearer(&ada).send().await.json();
    let ids: Vec<&str> =
        users["data"]["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect();
    assert!(!ids.contains(&"kim") && ids.contains(&"ada"), "{ids:?}");
    see_off_after(&house, 0).await.unwrap();
    assert_eq!(delete("kim", &ada).await.failure(), (404, "User not found".to_owned()));
}

#[tokio::test]
async fn what_may_still_be_written_elsewhere_is_deleted_when_it_has_settled() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    let (done, begun) = (house.practice_of(&kim).await, house.session_of(&kim).await);
    let object = keep_an_object_of(&house, &begun).await;
    assert_eq!(delete_account(&house, &kim, json!({})).await.status, 200);
    let is_kept = async |id: &str| house.database.session(&SessionId::parse(id).unwrap()).await.unwrap().is_some();
    see_off_after(&house, 0).await.unwrap();
    assert_eq!((is_kept(&done).await, is_kept(&begun).await), (false, true));
    see_off_after(&house, MINUTE).await.unwrap();
    assert!(!is_kept(&begun).await);
    assert!(house.app.objects.get(&object).await.is_err());
    assert_eq!(house.database.user(&user("kim")).await, Ok(None));
}

#[tokio::test]
async fn live_sessions_of_who_departs_end_and_connections_are_closed() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let account = house.app.accounts.authenticate(std::slice::from_ref(&token)).await.unwrap();
    let sessions = Sessions::new(house.app.clone());
    let live = house.session_of(&token).await;
    sessions.to_speak_with(&account, &live).await.unwrap();
    assert_eq!(house.app.hub.len(), 1);
    assert_eq!(delete_account(&house, &token, json!({})).await.status, 200);
    let closed = std::sync::Mutex::new(Vec::new());
    let hang_up = |user: &UserId| closed.lock().unwrap().push(user.clone());
    see_off(&house.app, &hang_up, clock::now()).await.unwrap();
    assert_eq!(*closed.lock().unwrap(), [user("kim")]);
    assert!(house.app.hub.is_empty());
    assert_eq!(house.database.session(&SessionId::parse(&live).unwrap()).await, Ok(None));
    assert_eq!(house.database.user(&user("kim")).await, Ok(None));
}

#[tokio::test]
async fn a_deletion_that_broke_off_is_finished_by_the_next_process() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    let practices = [house.practice_of(&kim).await, house.practice_of(&kim).await];
    assert_eq!(delete_account(&house, &kim, json!({})).await.status, 200);
    // The process dies after the objects of the first one.
    let first = SessionId::parse(&practices[0]).unwrap();
    house.database.delete_session(&first).await.unwrap();
    for _ in 0..2 {
        see_off_after(&house, 0).await.unwrap();
        assert_eq!(house.database.user(&user("kim")).await, Ok(None));
        let departures = house.database.departures(Timestamp(i64::MAX)).await;
        assert_eq!(departures, Ok(Vec::new()), "nothing is left to do");
    }
}
