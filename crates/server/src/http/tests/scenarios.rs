use ports::Role;
use serde_json::{Value, json};

use super::house::House;

#[tokio::test]
async fn scenarios_are_listed_with_what_a_page_needs() {
    let house = House::new().await;
    let page = house.get("/api/scenarios").send().await.json();
    assert_eq!(page["success"], true);
    let data = &page["data"];
    assert_eq!(
        (&data["total"], &data["page"], &data["pageSize"], &data["totalPages"]),
        (&json!(2), &json!(1), &json!(10), &json!(1))
    );
    let price_talk = data["items"].as_array().unwrap().iter().find(|item| item["id"] == "price-talk").unwrap();
    assert_eq!(price_talk["difficulty"], "hard");
    assert_eq!(price_talk["estimatedDuration"], 12);
    assert_eq!(price_talk["goals"], json!(["Hold the price"]));
    assert_eq!(price_talk["practiceCount"], 0);
    assert!(price_talk["averageScore"].is_number());
    assert_eq!(price_talk["myBestScore"], Value::Null);
    assert_eq!(price_talk["buyerPersona"]["name"], "Quinn");
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let house = House::new().await;
    let ids = async |query: &str| {
        let page = house.get(&format!("/api/scenarios{query}")).send().await.json();
        let items = page["data"]["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("?difficulty=EASY").await, ["first-call"]);
    assert_eq!(ids("?category=Pricing%20%26%20Negotiation").await, ["price-talk"]);
    assert_eq!(ids("?search=first").await, ["first-call"]);
    assert_eq!(ids("?difficulty=&category=&search=").await.len(), 2);
    assert_eq!(ids("?page=2&pageSize=1").await.len(), 1);
    assert!(ids("?page=3&pageSize=1").await.is_empty());
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told() {
    let house = House::new().await;
    for (query, part) in [
        ("page=x", "page"),
        ("page=0", "the first is 1"),
        ("pageSize=0", "allowed: 1 to 100"),
        ("pageSize=1000", "allowed: 1 to 100"),
        ("difficulty=brutal", "allowed: easy, medium, hard"),
    ] {
        let (status, error) = house.get(&format!("/api/scenarios?{query}")).send().await.failure();
        assert_eq!(status, 400, "{query}");
        assert!(error.contains(part), "{query}: {error}");
    }
}

#[tokio::test]
async fn one_scenario_is_found_by_its_id_and_by_its_alias() {
    let house = House::new().await;
    for id in ["price-talk", "5333f079-3b46-4745-97d8-8b287e19a7ae"] {
        let data = &house.get(&format!("/api/scenarios/{id}")).send().await.json()["data"];
        assert_eq!(data["id"], "price-talk");
        assert_eq!(data["isActive"], true);
        assert_eq!(data["objections"], json!(["Too expensive."]));
        assert_eq!(data["idealResponses"], json!(["It pays for itself."]));
        assert_eq!(data["maxTurns"], 2);
        assert_eq!(data["openingPrompt"], "You have ten minutes.");
        assert_eq!(data["buyerPersona"]["concerns"], json!(["cost"]));
        assert_eq!(data["userHistory"], Value::Null);
    }
    let missing = house.get("/api/scenarios/none").send().await;
    assert_eq!(missing.failure(), (404, "Scenario not found".to_owned()));
}

#[tokio::test]
async fn who_practised_a_scenario_sees_how_often() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(&token).send().await;
    let count = async |id: &str| {
        let data = &house.get(&format!("/api/scenarios/{id}")).bearer(&token).send().await.json()["data"];
        data["userHistory"]["practiceCount"].clone()
    };
    assert_eq!(count("price-talk").await, 1);
    assert_eq!(count("first-call").await, 0);
}

#[tokio::test]
async fn recommendations_are_what_many_practise_and_then_what_is_new() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    house.post("/api/roleplay/end", json!({"sessionId": session})).bearer(&token).send().await;
    let list = house.get("/api/scenarios/recommended").bearer(&token).send().await.json();
    let reasons: Vec<_> = list["data"].as_array().unwrap().iter().map(|item| (&item["id"], &item["reason"])).collect();
    assert_eq!(reasons, [(&json!("price-talk"), &json!("popular")), (&json!("first-call"), &json!("new"))]);
}
