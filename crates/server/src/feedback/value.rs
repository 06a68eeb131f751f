//! Value articulation: does the trainee speak of what matters to this persona, in substance and with evidence?

use std::collections::BTreeSet;

use ports::{
    Dimension,
    offline::{is_ideograph, mentions},
};

use super::{
    conversation::{Conversation, bare},
    rounded, share,
    wording::fill,
};

const WEIGHT: u8 = 35;
/// So many of the scenario's own terms are enough.
const ENOUGH_TERMS: usize = 10;
/// So many lines with a number or a date are enough.
const ENOUGH_EVIDENCE: usize = 2;
/// Letters of a word by which its forms are told alike.
const STEM: usize = 5;

pub(super) fn judge(conversation: &Conversation<'_>) -> Dimension {
    let wording = conversation.wording;
    let wanted = wanted(conversation);
    let said: BTreeSet<String> = conversation.lines.iter().flat_map(|line| terms(line.text)).collect();
    let hits = said.intersection(&wanted).count();
    let substantial = conversation.lines.iter().filter(|line| line.words >= wording.substantial_words).count();
    let is_evidence =
        |text: &str| text.chars().any(char::is_numeric) || mentions(text, wording.measures.iter().copied());
    let evidence = conversation.lines.iter().filter(|line| is_evidence(line.text)).count();
    let score = 20.0
        + 40.0 * share(hits, ENOUGH_TERMS.min(wanted.len()))
        + 20.0 * share(substantial, conversation.lines.len())
        + 20.0 * share(evidence, ENOUGH_EVIDENCE);
    let best = conversation
        .best_line(|line| terms(line.text).intersection(&wanted).count() + usize::from(is_evidence(line.text)));
    let mut suggestions = Vec::new();
    if hits < ENOUGH_TERMS.min(wanted.len())
        && let Some(ideal) = unused_answer(conversation, &said)
    {
        suggestions.push(fill(wording.say_instead, &[&ideal]));
    }
    if evidence < ENOUGH_EVIDENCE {
        suggestions.push(wording.give_numbers.to_owned());
    }
    if substantial * 2 < conversation.lines.len() {
        suggestions.push(wording.say_more.to_owned());
    }
    Dimension {
        name: wording.value.to_owned(),
        score: rounded(score),
        weight: WEIGHT,
        quote: conversation.quote(best),
        turn: conversation.turn(best),
        explanation: fill(wording.value_explained, &[&hits, &evidence]),
        suggestions,
    }
}

/// What the scenario's author would like to hear of.
fn wanted(conversation: &Conversation<'_>) -> BTreeSet<String> {
    let scenario = conversation.scenario;
    let texts = scenario.ideal_answers.iter().chain(&scenario.persona.concerns);
    texts.flat_map(|text| terms(text)).collect()
}

/// The good answer of which the trainee said least.
fn unused_answer<'a>(conversation: &Conversation<'a>, said: &BTreeSet<String>) -> Option<&'a str> {
    let heard = |answer: &&String| terms(answer).intersection(said).count();
    conversation.scenario.ideal_answers.iter().min_by_key(heard).map(String::as_str)
}

/// The beginnings of longer words; pairs of characters where words have no spaces.
fn terms(text: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for word in bare(text).split(' ') {
        let letters: Vec<char> = word.chars().collect();
        if letters.iter().any(|c| is_ideograph(*c)) {
            terms.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if letters.len() > STEM {
            terms.insert(letters[..STEM].iter().collect());
        }
    }
    terms
}
