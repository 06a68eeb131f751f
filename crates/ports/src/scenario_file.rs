//! Scenarios as files: one TOML file each, read with mistakes that name file, line and column.
//!
//! This module reads texts only; it does not know where files lie or when they change.

use std::{collections::HashMap, fmt, ops::Range};

use toml::de::{DeTable, DeValue};

use crate::Scenario;

/// What is wrong in a scenario file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ScenarioMistake {
    pub file: String,
    /// 1 is the first.
    pub line: usize,
    /// In characters; 1 is the first.
    pub column: usize,
    pub what: String,
}

impl fmt::Display for ScenarioMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, what } = self;
        write!(f, "{file}:{line}:{column}: {what}")
    }
}

/// The scenarios that ship with the product.
pub fn shipped() -> Vec<Scenario> {
    parse_all(SHIPPED).expect("a test reads every shipped scenario")
}

macro_rules! shipped_file {
    ($name:literal) => {
        (concat!("scenarios/", $name, ".toml"), include_str!(concat!("../../../scenarios/", $name, ".toml")))
    };
}

const SHIPPED: &[(&str, &str)] = &[
    shipped_file!("angry-customer"),
    shipped_file!("cloud-migration-discussion"),
    shipped_file!("competitor-comparison"),
    shipped_file!("compliance-question"),
    shipped_file!("counselling-caregiver"),
    shipped_file!("first-discovery-call"),
    shipped_file!("price-negotiation"),
    shipped_file!("renewal-in-shanghai"),
    shipped_file!("test-scenario"),
    shipped_file!("visiting-grandmother"),
];

/// Reads several files, none of which may answer to an id of another.
pub fn parse_all(files: &[(&str, &str)]) -> Result<Vec<Scenario>, ScenarioMistake> {
    let mut scenarios = Vec::with_capacity(files.len());
    let mut taken: HashMap<String, &str> = HashMap::new();
    for (file, text) in files {
        let scenario = parse(file, text)?;
        let aliases = scenario.aliases.iter().enumerate();
        let names = aliases.map(|(number, alias)| (format!("aliases.{number}"), alias));
        for (path, name) in std::iter::once(("id".to_owned(), &scenario.id)).chain(names) {
            if let Some(other) = taken.insert(name.clone(), file) {
                let what = format!("{name:?} is already taken by {other}");
                return Err(mistake(file, text, place_of(text, &path), what));
            }
        }
        scenarios.push(scenario);
    }
    Ok(scenarios)
}

/// Reads one file; `file` is its name as a person knows it.
pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioMistake> {
    let scenario: Scenario = toml::from_str(text).map_err(|error| {
        let place = error.span().unwrap_or_default();
        mistake(file, text, place, error.message().to_owned())
    })?;
    match first_mistake(&scenario) {
        None => Ok(scenario),
        Some((path, what)) => Err(mistake(file, text, place_of(text, &path), what)),
    }
}

/// The path of the first wrong value, such as `stages.1.from_turn`, and what is wrong with it. For a scenario that was
/// not read from a file.
pub fn first_mistake(scenario: &Scenario) -> Option<(String, String)> {
    let slug = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let names = std::iter::once(("id".to_owned(), &scenario.id))
        .chain((scenario.aliases.iter().enumerate()).map(|(n, alias)| (format!("aliases.{n}"), alias)));
    for (path, name) in names {
        if !slug(name) {
            let what = format!("{name:?} is no id: use characters of A-Z a-z 0-9 . _ -");
            return Some((path, what));
        }
    }
    for (path, value) in [
        ("title", &scenario.title),
        ("description", &scenario.description),
        ("category", &scenario.category),
        ("language", &scenario.language),
        ("opening", &scenario.opening),
        ("persona.name", &scenario.persona.name),
        ("persona.role", &scenario.persona.role),
    ] {
        if value.trim().is_empty() {
            return Some((path.to_owned(), format!("{path} must not be empty")));
        }
    }
    if !(1..=50).contains(&scenario.max_turns) {
        let what = format!("max_turns is {}: use 1 to 50", scenario.max_turns);
        return Some(("max_turns".to_owned(), what));
    }
    if !(1..=240).contains(&scenario.estimated_duration) {
        let found = scenario.estimated_duration;
        let what = format!("estimated_duration is {found} minutes: use 1 to 240");
        return Some(("estimated_duration".to_owned(), what));
    }
    if scenario.objections.is_empty() {
        let what = "a scenario needs at least one objection".to_owned();
        return Some(("objections".to_owned(), what));
    }
    for (n, objection) in scenario.objections.iter().enumerate() {
        if objection.says.trim().is_empty() {
            let what = "the objection must say something".to_owned();
            return Some((format!("objections.{n}.says"), what));
        }
        if let Some(word) = (objection.answered_by.iter()).position(|word| word.trim().is_empty()) {
            let what = "an empty word would be found in everything the user says".to_owned();
            return Some((format!("objections.{n}.answered_by.{word}"), what));
        }
    }
    let mut earliest = 1;
    for (n, stage) in scenario.stages.iter().enumerate() {
        let expected = if n == 0 { 1..=1 } else { earliest..=scenario.max_turns };
        if !expected.contains(&stage.from_turn) {
            let what = format!(
                "stage {:?} begins with turn {}: the first stage begins with turn 1, every later one after \
                 the one before it and not after max_turns ({})",
                stage.name, stage.from_turn, scenario.max_turns
            );
            return Some((format!("stages.{n}.from_turn"), what));
        }
        earliest = stage.from_turn + 1;
    }
    None
}

fn place_of(text: &str, path: &str) -> Range<usize> {
    let Ok(document) = DeTable::parse(text) else {
        return 0..0;
    };
    let mut place = 0..0;
    let mut value = DeValue::Table(document.into_inner());
    for step in path.split('.') {
        let child = match step.parse::<usize>() {
            Ok(number) => value.get(number),
            Err(_) => value.get(step),
        };
        let Some(child) = child else { break };
        place = child.span();
        value = child.get_ref().clone();
    }
    place
}

fn mistake(file: &str, text: &str, place: Range<usize>, what: String) -> ScenarioMistake {
    let before = text.get(..place.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    ScenarioMistake {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        what,
    }
}

#[cfg(test)]
mod tests;
