use ports::{CutShortRecord, HintRecord, Journal as _, Record, Role, SessionId, Timestamp, UserId};
use serde_json::{Value, json};

use super::house::{House, SPOKEN};
use crate::clock;

async fn data(house: &House, token: &str, path: &str) -> Value {
    house.get(path).bearer(token).send().await.json()["data"].take()
}

#[tokio::test]
async fn a_completed_practice_has_feedback_with_the_trainees_own_words() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.practice_of(&token).await;
    let feedback = data(&house, &token, &format!("/api/feedback/{session}")).await;
    assert_eq!(feedback["sessionId"], json!(session));
    assert!(feedback["createdAt"].as_str().unwrap().ends_with('Z'));
    assert!(feedback["summary"].as_str().unwrap().contains("You spoke 2 times"), "{feedback}");
    assert!(!feedback["recommendations"].as_array().unwrap().is_empty());
    let dimensions = feedback["dimensions"].as_array().unwrap();
    let weighed: Vec<_> = dimensions.iter().map(|dimension| (&dimension["name"], &dimension["weight"])).collect();
    let expected = [("Value Articulation", 35), ("Objection Handling", 35), ("Technical Clarity", 30)];
    assert_eq!(weighed, expected.map(|(name, weight)| (json!(name), json!(weight))).each_ref().map(|(n, w)| (n, w)));
    for dimension in dimensions {
        assert!(SPOKEN.contains(&dimension["quote"].as_str().unwrap()), "{dimension}");
        assert!(dimension["score"].is_number() && dimension["suggestions"].is_array());
    }
    let shown = data(&house, &token, &format!("/api/roleplay/session/{session}")).await;
    assert_eq!(shown["feedback"], feedback);
}

#[tokio::test]
async fn a_report_tells_what_coaches_whispered_and_who_it_was() {
    let house = House::new().await;
    let (kim, carol) = (house.token("kim", Role::Trainee), house.token("carol", Role::Coach));
    let session = house.practice_of(&kim).await;
    let path = format!("/api/roleplay/session/{session}");
    assert_eq!(data(&house, &kim, &path).await["hints"], json!([]));
    assert_eq!(house.put("/api/auth/profile", json!({"name": "Carol"})).bearer(&carol).send().await.status, 200);
    let hint = |coach, text: &str, at| {
        Record::Hint(HintRecord { coach: UserId::parse(coach).unwrap(), text: text.to_owned(), at: Timestamp(at) })
    };
    let whispers = vec![hint("gone", "Slowly", 2_000), hint("carol", "Ask for the budget", 1_000)];
    house.database.record(&SessionId::parse(&session).unwrap(), whispers).await.unwrap();
    let expected = json!([
        {"text": "Ask for the budget", "timestamp": "1970-01-01T00:00:01.000Z", "coachId": "carol", "coachName": "Carol"},
        {"text": "Slowly", "timestamp": "1970-01-01T00:00:02.000Z", "coachId": "gone", "coachName": null},
    ]);
    for token in [&kim, &carol] {
        assert_eq!(data(&house, token, &path).await["hints"], expected);
    }
}

#[tokio::test]
async fn a_report_tells_whose_practice_it_is_and_what_nobody_heard_of_it() {
    let house = House::new().await;
    let (kim, carol) = (house.token("kim", Role::Trainee), house.token("carol", Role::Coach));
    assert_eq!(house.put("/api/auth/profile", json!({"name": "Kim"})).bearer(&kim).send().await.status, 200);
    let session = house.practice_of(&kim).await;
    let path = format!("/api/roleplay/session/{session}");
    let before = data(&house, &kim, &path).await;
    assert_eq!(before["unheard"], json!([]));
    let answers: Vec<String> =
        [2, 4].map(|at: usize| before["messages"][at]["content"].as_str().unwrap().to_owned()).into();
    let heard: String = answers[0].chars().take(9).collect();
    let cut = |turn, heard_text: &str| {
        let heard_text = heard_text.to_owned();
        Record::CutShort(CutShortRecord { turn, heard_text, heard_ms: 500, event_seq: 9, at: Timestamp(9) })
    };
    house.database.record(&SessionId::parse(&session).unwrap(), vec![cut(1, &heard), cut(2, "")]).await.unwrap();
    let shown = data(&house, &carol, &path).await;
    assert_eq!(shown["userName"], "Kim");
    let own = data(&house, &kim, &path).await;
    assert!(own["feedback"]["summary"].as_str().unwrap().contains("You spoke 2 times"), "{}", own["feedback"]);
    assert!(shown["feedback"]["summary"].as_str().unwrap().contains("Kim spoke 2 times"), "{}", shown["feedback"]);
    assert_eq!(data(&house, &carol, &format!("/api/feedback/{session}")).await, shown["feedback"]);
    let said: Vec<_> =
        shown["messages"].as_array().unwrap().iter().map(|said| (&said["turn"], &said["role"])).collect();
    let roles = [(0, "ai"), (1, "user"), (1, "ai"), (2, "user")].map(|(turn, role)| (json!(turn), json!(role)));
    assert_eq!(said, roles.each_ref().map(|(turn, role)| (turn, role)));
    assert_eq!(shown["messages"][2]["content"], json!(heard));
    let unheard = json!([{"turn": 1, "text": answers[0][heard.len()..]}, {"turn": 2, "text": answers[1]}]);
    assert_eq!(shown["unheard"], unheard);
}

#[tokio::test]
async fn feedback_is_generated_once_and_only_after_the_end() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let generate =
        |session: &str| house.post("/api/feedback/generate", json!({"sessionId": session})).bearer(&token).send();
    let session = house.session_of(&token).await;
    let early = generate(&session).await;
    assert_eq!(early.failure(), (400, "Session must be completed before generating feedback".to_owned()));
    let none = house.get(&format!("/api/feedback/{session}")).bearer(&token).send().await;
    assert_eq!(none.failure(), (200, "Feedback not found".to_owned()));
    house.end(&token, &session).await;
    let short = generate(&session).await;
    assert_eq!(short.failure(), (400, "Need at least 2 conversation turns to generate feedback".to_owned()));

    let session = house.practice_of(&token).await;
    house.behind_our_back("DELETE FROM feedback WHERE session_id = $1", &session).await;
    let first = generate(&session).await;
    assert_eq!((first.status.as_u16(), first.json().get("message")), (201, None));
    let second = generate(&session).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.json()["message"], "Feedback already exists");
    assert_eq!(second.json()["data"], first.json()["data"]);
    assert_eq!(generate("").await.failure(), (400, "Session ID is required".to_owned()));
    assert_eq!(generate("none").await.failure(), (404, "Session not found".to_owned()));
}

#[tokio::test]
async fn a_coach_reads_feedback_and_a_stranger_does_not() {
    let house = House::new().await;
    let (kim, lee, coach) =
        (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee), house.token("carol", Role::Coach));
    let session = house.practice_of(&kim).await;
    for path in [format!("/api/feedback/{session}"), format!("/api/email/{session}")] {
        assert_eq!(house.get(&path).bearer(&lee).send().await.failure(), (403, "Not authorized".to_owned()));
        assert_eq!(house.get(&path).bearer(&coach).send().await.status, 200);
    }
    for path in ["/api/feedback/generate", "/api/email/generate"] {
        let answer = house.post(path, json!({"sessionId": session})).bearer(&coach).send().await;
        assert_eq!(answer.failure(), (403, "Not authorized".to_owned()));
    }
}

#[tokio::test]
async fn scores_show_in_the_history_and_in_the_scenarios() {
    let house = House::new().await;
    let (kim, lee) = (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee));
    let session = house.practice_of(&kim).await;
    let score = data(&house, &kim, &format!("/api/feedback/{session}")).await["overallScore"].clone();
    assert!(score.as_u64().is_some_and(|score| (1..=100).contains(&score)), "{score}");
    let history = data(&house, &kim, "/api/roleplay/history").await;
    assert_eq!(history["items"][0]["feedback"], json!({"overallScore": score}));
    let listed = async |token: &str| {
        let list = data(&house, token, "/api/scenarios").await;
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["id"] == "price-talk").unwrap()
    };
    for (token, mine) in [(&kim, &score), (&lee, &Value::Null)] {
        let item = listed(token).await;
        assert_eq!(item["myBestScore"], *mine);
        assert_eq!(item["averageScore"].as_f64(), score.as_f64());
    }
    let mine = data(&house, &kim, "/api/scenarios/price-talk").await;
    assert_eq!(mine["userHistory"]["bestScore"], score);
    assert_eq!(mine["userHistory"]["averageScore"].as_f64(), score.as_f64());
    assert_eq!(mine["userHistory"]["recentScores"], json!([score]));
}

#[tokio::test]
async fn what_went_badly_is_recommended_first() {
    let house = House::new().await;
    let kim = house.token("kim", Role::Trainee);
    let session = house.practice_of(&kim).await;
    house.behind_our_back("UPDATE feedback SET overall_score = 69 WHERE session_id = $1", &session).await;
    let reason = async || data(&house, &kim, "/api/scenarios/recommended").await[0]["reason"].clone();
    assert_eq!(reason().await, "improve");
    house.behind_our_back("UPDATE feedback SET overall_score = 70 WHERE session_id = $1", &session).await;
    assert_eq!(reason().await, "popular");
}

#[tokio::test]
async fn a_mail_is_drafted_changed_and_read_under_both_of_its_names() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let generate =
        |session: &str| house.post("/api/email/generate", json!({"sessionId": session})).bearer(&token).send();
    let session = house.session_of(&token).await;
    let early = generate(&session).await;
    assert_eq!(early.failure(), (400, "Session must be completed before generating an email".to_owned()));
    let session = house.practice_of(&token).await;
    let path = format!("/api/email/{session}");
    let none = house.get(&path).bearer(&token).send().await;
    assert_eq!(none.failure(), (200, "Email not found".to_owned()));
    let change = json!({"to": "quinn@example.org"});
    assert_eq!(house.put(&path, change).bearer(&token).send().await.failure().0, 404);

    let drafted = generate(&session).await;
    assert_eq!(drafted.status, 201);
    let drafted = drafted.json()["data"].take();
    assert!(drafted["subject"].as_str().unwrap().contains("Zed Ltd"));
    assert!(drafted["body"].as_str().unwrap().starts_with("Dear Quinn,"));
    assert_eq!(drafted["isEdited"], false);
    assert_eq!(drafted["userId"], "kim");
    assert_eq!(generate(&session).await.status, 200);

    let id = drafted["id"].as_str().unwrap();
    for (change, to) in [
        (json!({"to": "quinn@example.org", "subject": "Hello"}), "quinn@example.org"),
        (json!({"toAddress": "other@example.org"}), "other@example.org"),
    ] {
        let changed = house.put(&format!("/api/email/{id}"), change).bearer(&token).send().await.json();
        assert_eq!((&changed["data"]["to"], &changed["data"]["toAddress"]), (&json!(to), &json!(to)));
    }
    let read = data(&house, &token, &path).await;
    assert_eq!((&read["subject"], &read["body"]), (&json!("Hello"), &drafted["body"]));
    assert_eq!(read["isEdited"], true);
    let long = house.put(&path, json!({"subject": "x".repeat(1_001)})).bearer(&token).send().await;
    assert_eq!(long.failure(), (400, "subject has 1001 bytes; allowed: up to 1000".to_owned()));
}

#[tokio::test]
async fn statistics_are_numbers_even_for_somebody_new() {
    let house = House::new().await;
    let (kim, lee) = (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee));
    let mut scores = Vec::new();
    for _ in 0..2 {
        let session = house.practice_of(&kim).await;
        scores.push(data(&house, &kim, &format!("/api/feedback/{session}")).await["overallScore"].clone());
    }
    let today = clock::iso(clock::now())[..10].to_owned();
    let statistics = data(&house, &kim, "/api/statistics/user").await;
    assert_eq!((&statistics["totalPractices"], &statistics["thisWeekPractices"]), (&json!(2), &json!(2)));
    assert_eq!((&statistics["thisWeekTarget"], &statistics["totalDuration"]), (&json!(5), &json!(0)));
    assert_eq!(statistics["bestScore"], scores[0]);
    assert_eq!(statistics["averageScore"].as_f64(), scores[0].as_f64());
    let point = json!({"date": today, "score": scores[0], "scenarioTitle": "Price talk"});
    assert_eq!(statistics["scoreHistory"], json!([point, point]));
    let by_scenario = &statistics["scoreByScenario"][0];
    assert_eq!((&by_scenario["scenarioId"], &by_scenario["title"]), (&json!("price-talk"), &json!("Price talk")));
    let nothing = data(&house, &lee, "/api/statistics/user").await;
    assert_eq!(nothing["averageScore"].as_f64(), Some(0.0));
    assert_eq!((&nothing["bestScore"], &nothing["scoreHistory"]), (&json!(0), &json!([])));
}
