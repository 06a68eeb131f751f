use axum::http::Method;
use ports::Role;
use serde_json::{Value, json};

use super::house::House;

fn scenario(id: &str) -> Value {
    json!({
        "id": id, "aliases": [], "title": "Late delivery", "description": "A truck is late.", "category": "Compliance",
        "difficulty": "easy", "language": "en-US", "estimated_duration": 5, "max_turns": 4, "goals": ["Own it"],
        "persona": {
            "name": "Ida", "role": "Planner", "company": "Nord AS", "background": "", "concerns": [], "personality": "",
        },
        "opening": "Where is it?", "objections": [{"says": "It is late.", "answered_by": ["sorry"]}],
    })
}

#[tokio::test]
async fn only_administrators_administrate() {
    let house = House::new().await;
    for role in [Role::Trainee, Role::Coach] {
        let token = house.token("kim", role);
        for (method, path) in [("GET", "/api/admin/users"), ("POST", "/api/admin/scenarios")] {
            let answer = house.ask(method.parse().unwrap(), path).bearer(&token).send().await;
            assert_eq!(answer.failure(), (403, "Insufficient permissions".to_owned()));
        }
    }
}

#[tokio::test]
async fn an_administrator_writes_changes_hides_and_deletes_a_scenario() {
    let house = House::new().await;
    let (admin, kim) = (house.token("ada", Role::Admin), house.token("kim", Role::Trainee));
    let created = house.post("/api/admin/scenarios", scenario("late")).bearer(&admin).send().await;
    assert_eq!(created.status, 201);
    let created = created.json()["data"].take();
    assert_eq!((&created["createdById"], &created["isActive"]), (&json!("ada"), &json!(true)));
    assert_eq!(created["scenario"]["opening"], "Where is it?");
    let shown = house.get("/api/scenarios/late").send().await.json();
    assert_eq!((&shown["data"]["title"], &shown["data"]["createdById"]), (&json!("Late delivery"), &json!("ada")));

    let mut changed = scenario("late");
    changed["title"] = json!("Very late");
    let answer = house.put("/api/admin/scenarios/late", changed).bearer(&admin).send().await;
    assert_eq!(answer.json()["data"]["scenario"]["title"], "Very late");

    let hide = house.put("/api/admin/scenarios/late/status", json!({"isActive": false})).bearer(&admin).send().await;
    assert_eq!(hide.json()["data"]["isActive"], false);
    assert_eq!(house.get("/api/scenarios/late").send().await.status, 404);
    let start = house.post("/api/roleplay/start", json!({"scenarioId": "late"})).bearer(&kim).send().await;
    assert_eq!(start.failure(), (404, "Scenario not found or inactive".to_owned()));
    let list = house.get("/api/admin/scenarios?search=very").bearer(&admin).send().await.json();
    assert_eq!((&list["data"]["total"], &list["data"]["items"][0]["isActive"]), (&json!(1), &json!(false)));

    let delete = || house.ask(Method::DELETE, "/api/admin/scenarios/late").bearer(&admin).send();
    assert_eq!(delete().await.json(), json!({"success": true, "message": "Scenario deleted"}));
    assert_eq!(delete().await.failure(), (404, "Scenario not found".to_owned()));
    assert_eq!(house.get("/api/admin/scenarios/late").bearer(&admin).send().await.status, 404);
}

#[tokio::test]
async fn a_scenario_that_makes_no_sense_is_refused_by_the_name_of_the_field() {
    let house = House::new().await;
    let admin = house.token("ada", Role::Admin);
    for (field, value, expected) in [
        ("id", json!("a b"), "id: \"a b\" is no id"),
        ("title", json!(" "), "title: title must not be empty"),
        ("max_turns", json!(99), "max_turns: max_turns is 99: use 1 to 50"),
        ("objections", json!([]), "objections: a scenario needs at least one objection"),
        ("difficulty", json!("brutal"), "difficulty: unknown variant `brutal`"),
        ("colour", json!("red"), "colour: unknown field `colour`"),
    ] {
        let mut body = scenario("late");
        body[field] = value;
        let (status, error) = house.post("/api/admin/scenarios", body).bearer(&admin).send().await.failure();
        assert_eq!(status, 400, "{field}");
        assert!(error.contains(expected), "{error}");
    }
    let other = house.put("/api/admin/scenarios/early", scenario("late")).bearer(&admin).send().await;
    assert_eq!(other.failure(), (400, "id is \"late\", but the address names \"early\"".to_owned()));
    let unknown = house.put("/api/admin/scenarios/late", scenario("late")).bearer(&admin).send().await;
    assert_eq!(unknown.failure(), (404, "Scenario not found".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_taken_or_deleted_says_why() {
    let house = House::new().await;
    let (admin, kim) = (house.token("ada", Role::Admin), house.token("kim", Role::Trainee));
    let taken = house.post("/api/admin/scenarios", scenario("hello")).bearer(&admin).send().await;
    assert_eq!(taken.failure(), (409, "Another scenario answers to this id or to one of the aliases".to_owned()));
    let delete = |id: &str| house.ask(Method::DELETE, &format!("/api/admin/scenarios/{id}")).bearer(&admin).send();
    let (status, shipped) = delete("price-talk").await.failure();
    assert!(status == 409 && shipped.contains("ships with the product"), "{shipped}");
    house.post("/api/admin/scenarios", scenario("late")).bearer(&admin).send().await;
    house.post("/api/roleplay/start", json!({"scenarioId": "late"})).bearer(&kim).send().await;
    let (status, practised) = delete("late").await.failure();
    assert!(status == 409 && practised.contains("was practised"), "{practised}");
}

#[tokio::test]
async fn an_administrator_sees_who_is_here() {
    let house = House::new().await;
    let admin = house.token("ada", Role::Admin);
    house.session_of(&house.token("kim", Role::Trainee)).await;
    let users = house.get("/api/admin/users?pageSize=1&page=2").bearer(&admin).send().await.json();
    assert_eq!(users["data"]["total"], 2);
    let everybody = house.get("/api/admin/users").bearer(&admin).send().await.json();
    let items = everybody["data"]["items"].as_array().unwrap();
    let kim = items.iter().find(|user| user["id"] == "kim").unwrap();
    assert_eq!(
        (&kim["role"], &kim["isActive"], &kim["email"]),
        (&json!("user"), &json!(true), &json!("kim@example.org"))
    );
    assert!(!everybody.to_string().contains("password"));
}
