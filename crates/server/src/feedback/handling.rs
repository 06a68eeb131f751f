//! Objection handling: are objections dealt with, and does the trainee ask?

use ports::Dimension;

use super::{
    conversation::{Conversation, Raised},
    rounded, share,
    wording::fill,
};

const WEIGHT: u8 = 35;
const ENOUGH_QUESTIONS: usize = 2;
const MOST_SUGGESTIONS: usize = 2;
/// Of the words that would have answered an objection.
const HINTS: usize = 3;

pub(super) fn judge(conversation: &Conversation<'_>) -> Dimension {
    let wording = conversation.wording;
    let (answered, raised) = (conversation.answered_objections(), conversation.objections.len());
    let questions = conversation.questions();
    // Where nothing was raised that can be judged, only the questions tell something.
    let handled = if raised == 0 { 0.5 } else { share(answered, raised) };
    let open = || conversation.objections.iter().filter(|raised| raised.answer.is_none());
    let mut suggestions: Vec<String> =
        open().take(MOST_SUGGESTIONS).map(|raised| suggestion(conversation, raised)).collect();
    if questions == 0 {
        suggestions.push(wording.ask_first.to_owned());
    }
    let shown = open().find_map(|raised| raised.reaction);
    let shown = shown.or_else(|| conversation.objections.iter().find_map(|raised| raised.answer));
    let shown = shown.unwrap_or_else(|| conversation.best_line(|line| line.words));
    Dimension {
        name: wording.handling.to_owned(),
        score: rounded(20.0 + 60.0 * handled + 20.0 * share(questions, ENOUGH_QUESTIONS)),
        weight: WEIGHT,
        quote: conversation.quote(shown),
        turn: conversation.turn(shown),
        explanation: fill(wording.handling_explained, &[&answered, &raised, &questions]),
        suggestions,
    }
}

fn suggestion(conversation: &Conversation<'_>, raised: &Raised<'_>) -> String {
    let wording = conversation.wording;
    let hints: Vec<&str> = raised.objection.answered_by.iter().take(HINTS).map(String::as_str).collect();
    let persona = &conversation.scenario.persona.name;
    fill(wording.answer_with, &[persona, &raised.objection.says, &hints.join(wording.comma)])
}
