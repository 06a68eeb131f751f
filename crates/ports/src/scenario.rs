use serde::{Deserialize, Serialize};

/// A situation to practise, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A slug or UUID; clients name the scenario by it.
    pub id: String,
    /// Other ids it answers to.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub title: String,
    pub description: String,
    pub category: String,
    pub difficulty: Difficulty,
    /// BCP 47; what the persona speaks unless the client asks otherwise.
    pub language: String,
    /// Minutes.
    pub estimated_duration: u32,
    /// After this many answers the client is told that the end has come.
    pub max_turns: u32,
    /// What the trainee should achieve.
    pub goals: Vec<String>,
    pub persona: Persona,
    /// What the persona says when the conversation begins.
    pub opening: String,
    pub objections: Vec<Objection>,
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// What a good trainee might say.
    #[serde(default)]
    pub ideal_answers: Vec<String>,
    /// What the demo recogniser pretends to have heard, turn by turn.
    #[serde(default)]
    pub demo_lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    Easy,
    Medium,
    Hard,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    pub name: String,
    pub role: String,
    pub company: String,
    pub background: String,
    pub concerns: Vec<String>,
    pub personality: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
}

/// Something the persona holds against the trainee's case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    pub says: String,
    /// Other words for it, for a persona that has to insist.
    #[serde(default)]
    pub insists: Vec<String>,
    /// Words that show the trainee dealt with it.
    #[serde(default)]
    pub answered_by: Vec<String>,
    /// What the persona says when it was dealt with.
    #[serde(default)]
    pub when_answered: Option<String>,
}

/// A part of the conversation, for a persona whose mood changes as it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    pub name: String,
    /// From this answer on (1 is the first).
    pub from_turn: u32,
    pub mood: String,
    /// What the persona says in this stage when nothing more fitting comes up.
    #[serde(default)]
    pub lines: Vec<String>,
}
