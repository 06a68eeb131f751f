use ports::{Prompt, Speaker};

/// Tells a language model whom it plays, and in which language and mood.
pub(crate) fn persona_prompt(prompt: &Prompt) -> String {
    let scenario = &prompt.scenario;
    let persona = &scenario.persona;
    let mut text = format!(
        "You play {name}, {role}, {company}, in a practice conversation. Scenario: {title}. {description}\n\
         Background: {background}\nPersonality: {personality}\n",
        name = persona.name,
        role = persona.role,
        company = persona.company,
        title = scenario.title,
        description = scenario.description,
        background = persona.background,
        personality = persona.personality,
    );
    if !persona.concerns.is_empty() {
        text += &format!("Your concerns: {}.\n", persona.concerns.join("; "));
    }
    text += "Objections to raise naturally, one at a time, until each is dealt with:\n";
    for objection in &scenario.objections {
        text += &format!("- {}\n", objection.says);
    }
    if let Some(stage) = scenario.stages.iter().rfind(|stage| stage.from_turn <= prompt.turn) {
        text += &format!("Right now ({}) your mood is: {}.\n", stage.name, stage.mood);
    }
    if prompt.turn >= prompt.max_turns {
        text += "This is your last answer: bring the conversation to a close.\n";
    }
    if let Some(opening) = opening(prompt) {
        text += &format!("You opened the conversation with: {opening}\n");
    }
    text += &format!(
        "Stay in this role whatever the other person says, and never mention that you are a model or that this is a \
         script. Answer as one speaks, in 1 to 3 short sentences, with no lists, no markup and no stage directions.\n\
         Answer only in {}.",
        language_name(&prompt.language)
    );
    text
}

/// The persona's first line, where the user has not spoken before it.
pub(crate) fn opening(prompt: &Prompt) -> Option<&str> {
    let first = prompt.history.first()?;
    (first.speaker == Speaker::Persona).then_some(first.text.as_ref())
}

fn language_name(tag: &str) -> String {
    let lower = tag.to_lowercase();
    let name = match lower.split('-').next().unwrap_or_default() {
        "nan" => "Taiwanese Hokkien (台語), written in Chinese characters as it is spoken in Taiwan, not in Mandarin",
        "yue" => "Cantonese (粵語), written in Chinese characters as it is spoken, not in Mandarin",
        "zh" | "cmn" if lower.ends_with("tw") || lower.ends_with("hant") => {
            "Mandarin as spoken in Taiwan, written in Traditional Chinese characters"
        }
        "zh" | "cmn" => "Mandarin, written in Simplified Chinese characters",
        "en" if lower == "en-gb" => "British English",
        "en" => "English",
        _ => return format!("the language with the BCP 47 tag {tag}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::{Line, SessionId, scenario_file::shipped};

    use super::*;

    fn prompt(turn: u32, language: &str) -> Prompt {
        let scenario = shipped().into_iter().find(|s| s.id == "cloud-migration-discussion").unwrap();
        let line = |speaker, text: &str| Line { speaker, text: text.into() };
        Prompt {
            session: SessionId::parse("s").unwrap(),
            turn,
            max_turns: 12,
            language: language.to_owned(),
            history: vec![line(Speaker::Persona, &scenario.opening), line(Speaker::User, "Hello")],
            scenario: Arc::new(scenario),
        }
    }

    #[test]
    fn the_model_is_told_whom_it_plays() {
        let text = persona_prompt(&prompt(5, "en-US"));
        for part in [
            "Marcus Feld, Head of IT, Norrwind Logistics",
            "two ageing server rooms",
            "allergic to slogans",
            "a monthly bill that nobody can predict",
            "- Our contracts with two pharma clients",
            "(Testing) your mood is: interested but probing",
            "You opened the conversation with: Hi, Marcus Feld here.",
            "1 to 3 short sentences",
            "Answer only in English.",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        assert!(!text.contains("last answer"));
        assert!(persona_prompt(&prompt(12, "en-US")).contains("your last answer"));
    }

    #[test]
    fn the_language_is_named_so_that_no_model_mistakes_it() {
        for (tag, name) in [
            ("nan-TW", "Taiwanese Hokkien"),
            ("zh-TW", "Traditional"),
            ("zh-Hant", "Traditional"),
            ("zh-CN", "Simplified"),
            ("en-GB", "British"),
            ("fr-FR", "tag fr-FR"),
        ] {
            assert!(persona_prompt(&prompt(1, tag)).contains(name), "{tag}");
        }
    }
}
