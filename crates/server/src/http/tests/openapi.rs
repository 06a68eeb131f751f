use std::path::Path;

use ports::{Role, Timestamp, UserId};
use serde_json::{Value, json};

use super::house::House;
use crate::{auth::NewToken, clock};

async fn document(house: &House) -> Value {
    house.get("/api/openapi.json").send().await.json()
}

/// Method, path and what the document says of it.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'_ Value)| {
        let path = path.replace("{id}", "x").replace("{session}", "x");
        let methods = item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()));
        methods.collect::<Vec<_>>()
    };
    let named = paths.iter().flat_map(of_path);
    let described = paths.values().flat_map(|item| item.as_object().unwrap().values());
    named.zip(described).map(|((method, path), operation)| (method, path, operation)).collect()
}

#[tokio::test]
async fn the_document_in_the_repository_is_up_to_date() {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"));
    let served = serde_json::to_string_pretty(&document(&House::new().await).await).unwrap() + "\n";
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(file, &served).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == served, "openapi.json is stale: run `make generate`");
}

#[tokio::test]
async fn every_operation_says_what_it_does_answers_with_and_fails_with() {
    let house = House::new().await;
    let document = document(&house).await;
    let operations = operations(&document);
    assert!(operations.len() >= 30);
    for (method, path, operation) in &operations {
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
        let failure = &operation["responses"]["default"]["content"]["application/json"]["schema"];
        assert_eq!(*failure, json!({"$ref": "#/components/schemas/Refused"}), "{method} {path}");
        let answered = house.ask(method.parse().unwrap(), path).send().await;
        let is_unknown = serde_json::from_slice::<Value>(&answered.body).is_ok_and(|b| b["error"] == "Route not found");
        assert!(!is_unknown, "{method} {path}");
    }
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    let document = document(&House::new().await).await;
    let text = document.to_string();
    let names: Vec<_> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 30);
    for name in names {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn every_route_that_is_not_called_open_wants_a_good_token() {
    let house = House::configured(&[("JWT_PROVISION_USERS", "false")]).await;
    let stranger = house.token("stranger", Role::Trainee);
    let user = UserId::parse("ann").unwrap();
    let new = NewToken { user: &user, email: "a@b.c", role: Role::Trainee };
    let long_ago = Timestamp(clock::now().0 - 30 * 86_400_000);
    let expired = house.app.accounts.tokens.sign(&new, long_ago);
    let document = document(&house).await;
    let is_closed = |operation: &Value| operation["security"] != json!([{}]);
    let closed: Vec<_> = operations(&document).into_iter().filter(|(_, _, operation)| is_closed(operation)).collect();
    assert!(closed.len() >= 24);
    for (method, path, _) in closed {
        let ask = || house.ask(method.parse().unwrap(), &path);
        for (request, error) in [
            (ask(), "Authentication required"),
            (ask().bearer("x.y.z"), "Invalid token"),
            (ask().bearer(&expired), "Token expired"),
            (ask().bearer(&stranger), "User not found or inactive"),
        ] {
            assert_eq!(request.send().await.failure(), (401, error.to_owned()), "{method} {path}");
        }
    }
}
