//! How both spoke: who had the word for how long, how fast, after which silences and with which fillers. Nothing here is judged.

use std::collections::BTreeMap;

use ports::{Dimension, Scenario, TurnRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    clarity::pace_advice,
    conversation::{Conversation, fillers, words},
};
use crate::recording::{Span, Timeline, TurnTimes};

/// How a practice was spoken, measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    unit: Unit,
    trainee_words: usize,
    persona_words: usize,
    /// Over the turns that the trainee spoke; `null` where only one of the two is heard.
    talk: Option<Talk>,
    /// The trainee's words in a minute; `null` where nobody listened for them, or too little was spoken to tell.
    pace: Option<u64>,
    #[serde(skip)]
    pace_advice: Option<Advice>,
    /// Between these a listener follows with ease.
    easy_pace: [u64; 2],
    /// The trainee's, the most frequent first.
    fillers: Vec<Filler>,
    /// The trainee's silences within turns; `null` where nobody listened for them, or nothing was heard.
    pauses: Option<Silences>,
    /// How long the trainee was silent after the persona; `null` where no turn tells.
    replies: Option<Silences>,
    /// How often the trainee began while the persona spoke.
    interruptions: usize,
    turns: Vec<TurnDelivery>,
}

/// For a dimension of the feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Advice {
    dimension: &'static str,
    text: String,
}

/// What words are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Words,
    /// Where no spaces tell words apart.
    Characters,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Talk {
    trainee_ms: u64,
    persona_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Filler {
    word: &'static str,
    count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Silences {
    count: usize,
    /// 0 where there is none.
    median_ms: u64,
    longest_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TurnDelivery {
    turn: u32,
    /// `null` where the turn was typed.
    trainee_ms: Option<u64>,
    /// Until the trainee began to speak again; `null` where the persona was silent.
    persona_ms: Option<u64>,
    trainee_words: usize,
    persona_words: usize,
}

/// Less speech says nothing about the pace.
const ENOUGH_SPEECH_MS: u64 = 3_000;
/// A shorter silence belongs to fluent speech.
const PAUSE_MS: u64 = 700;
/// Of one voice over the other that is nobody's fault.
const OVERLAP_MS: u64 = 300;

/// `None` before anything was said.
pub fn delivery(scenario: &Scenario, turns: &[TurnRecord], timeline: &Timeline) -> Option<Delivery> {
    if turns.is_empty() {
        return None;
    }
    let conversation = Conversation::new(scenario, turns);
    let times: Vec<TurnTimes> = turns.iter().map(|turn| timeline.turn(turn)).collect();
    let told: Vec<TurnDelivery> = (0..turns.len()).map(|index| turn_delivery(&turns[index], &times[index..])).collect();
    let (replies, interruptions) = replies(turns, &times);
    let wording = conversation.wording;
    let pace = timeline.tells_pauses().then(|| pace(&told)).flatten();
    let advice = |text| Advice { dimension: wording.clarity, text };
    Some(Delivery {
        unit: wording.unit,
        trainee_words: told.iter().map(|turn| turn.trainee_words).sum(),
        persona_words: told.iter().map(|turn| turn.persona_words).sum(),
        talk: talk(&told),
        pace,
        pace_advice: pace.and_then(|pace| pace_advice(wording, pace)).map(advice),
        easy_pace: [*wording.pace.start(), *wording.pace.end()],
        fillers: counted_fillers(&conversation),
        pauses: (timeline.tells_pauses() && times.iter().any(|times| times.voiced().is_some()))
            .then(|| silences(times.iter().flat_map(pauses).collect())),
        replies: (!replies.is_empty()).then(|| silences(replies)),
        interruptions,
        turns: told,
    })
}

impl Delivery {
    /// Adds what the pace suggests.
    pub fn advise(&self, dimensions: &mut [Dimension]) {
        let Some(advice) = &self.pace_advice else { return };
        let mut advised = dimensions.iter_mut().filter(|dimension| dimension.name == advice.dimension);
        if let Some(dimension) = advised.next() {
            dimension.suggestions.push(advice.text.clone());
        }
    }
}

/// With the times of this turn and of those that follow.
fn turn_delivery(turn: &TurnRecord, times: &[TurnTimes]) -> TurnDelivery {
    let speaking = |span: Span| span.duration_ms().saturating_sub(pauses(&times[0]).sum());
    let next = times.get(1).and_then(TurnTimes::voiced).map_or(u64::MAX, |span| span.begin_ms);
    let until_next = |span: Span| span.end_ms.min(next).saturating_sub(span.begin_ms);
    TurnDelivery {
        turn: turn.heard.turn,
        trainee_ms: times[0].voiced().map(speaking),
        persona_ms: times[0].persona.map(until_next),
        trainee_words: words(&turn.heard.text),
        persona_words: turn.heard_answer().map_or(0, words),
    }
}

fn talk(turns: &[TurnDelivery]) -> Option<Talk> {
    let spoken = || turns.iter().filter(|turn| turn.trainee_ms.is_some());
    let talk = Talk {
        trainee_ms: spoken().filter_map(|turn| turn.trainee_ms).sum(),
        persona_ms: spoken().filter_map(|turn| turn.persona_ms).sum(),
    };
    (talk.trainee_ms > 0 && talk.persona_ms > 0).then_some(talk)
}

fn pace(turns: &[TurnDelivery]) -> Option<u64> {
    let spoken = || turns.iter().filter_map(|turn| Some((turn.trainee_ms?, turn.trainee_words as u64)));
    let speaking_ms: u64 = spoken().map(|(milliseconds, _)| milliseconds).sum();
    let words: u64 = spoken().map(|(_, words)| words).sum();
    (speaking_ms >= ENOUGH_SPEECH_MS).then(|| words * 60_000 / speaking_ms)
}

fn counted_fillers(conversation: &Conversation<'_>) -> Vec<Filler> {
    let mut counts = BTreeMap::new();
    for line in &conversation.lines {
        for (word, count) in fillers(line.text, conversation.wording.fillers) {
            *counts.entry(word).or_default() += count;
        }
    }
    let mut fillers: Vec<Filler> = counts.into_iter().map(|(word, count)| Filler { word, count }).collect();
    fillers.sort_by_key(|filler| std::cmp::Reverse(filler.count));
    fillers
}

fn pauses(times: &TurnTimes) -> impl Iterator<Item = u64> {
    let silence = |pair: &[Span]| pair[1].begin_ms.saturating_sub(pair[0].end_ms);
    times.trainee.windows(2).map(silence).filter(|silence| *silence >= PAUSE_MS)
}

/// Silences before the trainee's turns, and how often there was less than none.
fn replies(turns: &[TurnRecord], times: &[TurnTimes]) -> (Vec<u64>, usize) {
    let (mut silences, mut interruptions) = (Vec::new(), 0);
    for (turn, pair) in turns.iter().zip(times.windows(2)) {
        // An answer that falls silent at once when it is talked over does not overlap with what is said then.
        if turn.cut_short.as_ref().is_some_and(|cut| cut.heard_ms > 0) {
            interruptions += 1;
            continue;
        }
        let (Some(persona), Some(trainee)) = (pair[0].persona, pair[1].voiced()) else { continue };
        if trainee.begin_ms + OVERLAP_MS < persona.end_ms {
            interruptions += 1;
        } else {
            silences.push(trainee.begin_ms.saturating_sub(persona.end_ms));
        }
    }
    (silences, interruptions)
}

fn silences(mut lengths: Vec<u64>) -> Silences {
    lengths.sort_unstable();
    Silences {
        count: lengths.len(),
        median_ms: lengths.get(lengths.len() / 2).copied().unwrap_or(0),
        longest_ms: lengths.last().copied().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
