//! People, scenarios and sessions for the suites and for the tests around them.

use crate::{Catalog, Difficulty, NewSession, NewUser, Persona, Role, Scenario, SessionId, Timestamp, UserId};

pub fn user_id(text: &str) -> UserId {
    UserId::parse(text).expect("the suite's ids are good")
}

pub fn session_id(text: &str) -> SessionId {
    SessionId::parse(text).expect("the suite's ids are good")
}

pub fn new_user(id: &str) -> NewUser {
    NewUser {
        id: user_id(id),
        email: format!("{id}@example.com"),
        name: id.to_uppercase(),
        password_hash: None,
        role: Role::Trainee,
        at: Timestamp(1_000),
    }
}

pub fn scenario(id: &str, title: &str) -> Scenario {
    Scenario {
        id: id.to_owned(),
        aliases: Vec::new(),
        title: title.to_owned(),
        description: format!("All about {title}"),
        category: "Objection Handling".to_owned(),
        difficulty: Difficulty::Medium,
        language: "en-US".to_owned(),
        estimated_duration: 10,
        max_turns: 8,
        goals: vec!["Ask before you answer".to_owned()],
        persona: Persona {
            name: "Dana".to_owned(),
            role: "CFO".to_owned(),
            company: "Example Ltd".to_owned(),
            background: "Cut costs for ten years".to_owned(),
            concerns: vec!["Price".to_owned()],
            personality: "Dry, fair".to_owned(),
            avatar: None,
            voice: Some("alto".to_owned()),
        },
        opening: "You have ten minutes.".to_owned(),
        objections: Vec::new(),
        stages: Vec::new(),
        ideal_answers: Vec::new(),
        demo_lines: Vec::new(),
    }
}

pub fn new_session(id: &str, user: &str) -> NewSession {
    NewSession {
        id: session_id(id),
        user: user_id(user),
        scenario_id: "budget".to_owned(),
        opening: Some("You have ten minutes.".to_owned()),
        private: false,
        at: Timestamp(2_000),
    }
}

/// A session of somebody who is there, begun after any [`new_session`].
pub async fn begin_later(catalog: &impl Catalog, id: &str, user: &str) -> SessionId {
    let session = NewSession { at: Timestamp(2_500), ..new_session(id, user) };
    let created = catalog.create_session(session).await;
    created.expect("a new session is created").id
}

/// Ann and Bob, and the scenario `budget`.
pub async fn settle(catalog: &impl Catalog) {
    for id in ["ann", "bob"] {
        let created = catalog.create_user(new_user(id)).await;
        created.expect("a new user is created");
    }
    let shipped = [scenario("budget", "No budget left")];
    let done = catalog.ship_scenarios(&shipped, Timestamp(500)).await;
    done.expect("scenarios are shipped");
}

/// Session `s` of Ann, with everything it needs.
pub async fn open_session(catalog: &impl Catalog) -> SessionId {
    settle(catalog).await;
    let created = catalog.create_session(new_session("s", "ann")).await;
    created.expect("a new session is created").id
}
