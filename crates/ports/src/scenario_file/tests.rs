use super::*;

const SMALL: &str = r#"id = "small"
title = "Small"
description = "A small scenario."
category = "Compliance"
difficulty = "easy"
language = "en-US"
estimated_duration = 5
max_turns = 8
goals = []
opening = "Hello."

[persona]
name = "Ann"
role = "Buyer"
company = "Acme"
background = "None."
concerns = []
personality = "Kind."

[[objections]]
says = "It is too expensive."
answered_by = ["value"]

[[stages]]
name = "First"
from_turn = 1
mood = "cool"

[[stages]]
name = "Second"
from_turn = 4
mood = "warm"
"#;

fn message_after(replace: &str, with: &str) -> String {
    let text = SMALL.replacen(replace, with, 1);
    assert_ne!(text, SMALL, "nothing was replaced");
    parse("scenarios/small.toml", &text).unwrap_err().to_string()
}

#[test]
fn every_mistake_names_its_file_line_and_column() {
    for (replace, with, place, what) in [
        ("title =", "titel =", "2:1", "unknown field `titel`, expected one of"),
        ("mood = \"cool\"", "mut = \"cool\"", "27:1", "unknown field `mut`"),
        ("\"easy\"", "\"simple\"", "5:14", "unknown variant `simple`, expected one of `easy`, `medium`, `hard`"),
        ("max_turns = 8", "max_turns = 0", "8:13", "use 1 to 50"),
        ("max_turns = 8", "max_turns = \"8\"", "8:13", "expected u32"),
        ("name = \"Ann\"", "name = \" \"", "13:8", "persona.name must not be empty"),
        ("\"small\"", "\"a b\"", "1:6", "is no id"),
        ("from_turn = 1", "from_turn = 2", "26:13", "the first stage begins with turn 1"),
        ("from_turn = 4", "from_turn = 1", "31:13", "after the one before it"),
        ("from_turn = 4", "from_turn = 9", "31:13", "not after max_turns (8)"),
        ("[\"value\"]", "[\"value\", \"\"]", "22:25", "an empty word"),
        ("goals = []", "goals = [", "10:", ""),
    ] {
        let message = message_after(replace, with);
        assert!(message.starts_with(&format!("scenarios/small.toml:{place}")), "{message}");
        assert!(message.contains(what), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn columns_count_characters_and_not_bytes() {
    let text = SMALL.replace("\"easy\"", "\"easy\" # 難易度").replace("concerns = []", "concerns = [\"價格\", 5]");
    let mistake = parse("a.toml", &text).unwrap_err();
    assert_eq!((mistake.line, mistake.column), (17, 19), "{mistake}");
}

#[test]
fn no_two_files_answer_to_the_same_name() {
    let other = SMALL.replace("id = \"small\"", "id = \"other\"\naliases = [\"x\", \"small\"]");
    let mistake = parse_all(&[("a.toml", SMALL), ("b.toml", &other)]).unwrap_err();
    assert_eq!(mistake.to_string(), "b.toml:2:17: \"small\" is already taken by a.toml");
}

#[test]
fn every_shipped_scenario_is_complete() {
    const CATEGORIES: [&str; 7] = [
        "Technical Solution",
        "Objection Handling",
        "Compliance",
        "Competition",
        "Opening Conversation",
        "Pricing & Negotiation",
        "Counselling",
    ];
    let scenarios = parse_all(SHIPPED).unwrap_or_else(|mistake| panic!("{mistake}"));
    for scenario in &scenarios {
        let id = &scenario.id;
        assert!(CATEGORIES.contains(&scenario.category.as_str()), "{id}");
        assert!((3..=5).contains(&scenario.objections.len()), "{id}");
        assert!((6..=8).contains(&scenario.demo_lines.len()), "{id}");
        assert_eq!(scenario.stages.len(), 3, "{id}");
        assert!(scenario.ideal_answers.len() >= 4, "{id}");
        assert!(scenario.max_turns >= 8, "{id}");
        assert!(!scenario.goals.is_empty(), "{id}");
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios")).unwrap();
    assert_eq!(files.count(), scenarios.len(), "a file in scenarios/ is not shipped");
}

#[test]
fn the_names_that_clients_have_built_in_are_answered_to() {
    let scenarios = shipped();
    let title = |name: &str| {
        let found = scenarios.iter().find(|s| s.id == name || s.aliases.iter().any(|alias| alias == name));
        found.map(|scenario| scenario.title.clone())
    };
    assert!(title("cloud-migration-discussion").is_some());
    assert!(title("test-scenario").is_some());
    assert_eq!(title("test-scenario"), title("5333f079-3b46-4745-97d8-8b287e19a7ae"));
}
