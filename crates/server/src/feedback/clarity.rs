//! Technical clarity: sentences that can be followed, without fillers. What the pace costs a listener is advice and no points: it
//! is measured in the recording, which comes after the score.

use ports::{Dimension, offline::sentences};

use super::{
    conversation::{Conversation, words},
    rounded, share,
    wording::{Wording, fill},
};

const WEIGHT: u8 = 30;
/// Words that show whether somebody speaks clearly.
const ENOUGH_WORDS: usize = 30;

pub(super) fn judge(conversation: &Conversation<'_>) -> Dimension {
    let wording = conversation.wording;
    let spoken = conversation.words();
    let fillers = conversation.fillers();
    let count = conversation.lines.iter().map(|line| sentences(line.text).len().max(1)).sum::<usize>().max(1);
    let sentence_words = spoken as f64 / count as f64;
    let short = conversation.lines.iter().filter(|line| line.words < wording.short_words).count();
    let mut suggestions = Vec::new();
    let mut lost = (600.0 * share(fillers, spoken)).min(30.0);
    if fillers > 0 {
        suggestions.push(fill(wording.fewer_fillers, &[&fillers]));
    }
    let too_long = sentence_words - wording.long_sentence as f64;
    if too_long > 0.0 {
        lost += (too_long * 1.5).min(25.0);
        suggestions.push(fill(wording.shorter_sentences, &[&sentence_words.round()]));
    }
    if short * 2 > conversation.lines.len() {
        suggestions.push(wording.whole_sentences.to_owned());
    }
    lost += 30.0 * share(short, conversation.lines.len());
    let shown = conversation.best_line(|line| if fillers > 0 { line.fillers } else { longest_sentence(line.text) });
    Dimension {
        name: wording.clarity.to_owned(),
        score: rounded((100.0 - lost) * share(spoken, ENOUGH_WORDS)),
        weight: WEIGHT,
        quote: conversation.quote(shown),
        turn: conversation.turn(shown),
        explanation: fill(wording.clarity_explained, &[&sentence_words.round(), &fillers]),
        suggestions,
    }
}

/// With words per minute; `None` where a listener follows with ease.
pub(super) fn pace_advice(wording: &Wording, pace: u64) -> Option<String> {
    let advice = if pace > *wording.pace.end() { wording.slower } else { wording.faster };
    (!wording.pace.contains(&pace)).then(|| fill(advice, &[&pace]))
}

fn longest_sentence(text: &str) -> usize {
    sentences(text).into_iter().map(words).max().unwrap_or(0)
}
