use ports::{Scenario, TurnRecord};

use super::{
    conversation::{Conversation, Raised},
    wording::fill,
};

/// A mail to the persona that takes up what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub subject: String,
    pub body: String,
}

pub fn draft(scenario: &Scenario, turns: &[TurnRecord], from: &str) -> Draft {
    let conversation = Conversation::new(scenario, turns);
    let wording = conversation.wording;
    let persona = &scenario.persona;
    let mut paragraphs = vec![fill(wording.dear, &[&persona.name]), wording.thanks.to_owned()];
    let list = |title: &str, items: Vec<String>| {
        let items: String = items.iter().map(|item| format!("\n- {item}")).collect();
        format!("{title}{items}")
    };
    let answered = |raised: &Raised<'_>| {
        let answer = conversation.quote(raised.answer?);
        Some(format!("{}\n  {answer}", raised.objection.says))
    };
    let agreed: Vec<String> = conversation.objections.iter().filter_map(answered).collect();
    if !agreed.is_empty() {
        paragraphs.push(list(wording.you_raised, agreed));
    }
    let open = conversation.objections.iter().filter(|raised| raised.answer.is_none());
    let open: Vec<String> = open.map(|raised| raised.objection.says.clone()).collect();
    if !open.is_empty() {
        paragraphs.push(list(wording.still_open, open));
    }
    paragraphs.push(wording.next_step.to_owned());
    paragraphs.push(fill(wording.regards, &[&from]));
    Draft { subject: fill(wording.subject, &[&persona.company]), body: paragraphs.join("\n\n") }
}
