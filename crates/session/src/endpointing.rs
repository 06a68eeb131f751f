//! How long to wait after the user fell silent before the turn counts as over.

use serde::{Deserialize, Serialize};

use crate::{
    vocabulary::{ANSWERS, CLOSERS, CONNECTORS, DANGLING, FIGURES, FILLERS, OPEN_WHEN_ALONE, PARTICLES},
    words::{Kind, Span, ends_with_any, kind, plain, spans, strip_ending},
};

/// Silence in milliseconds, from the last sample of speech, by what the recogniser understood so far. Every new text
/// calls for a new look: whoever seemed to have finished may have gone on, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpointing {
    /// After a closed thought: a question, a whole answer, thanks. Below 300 a recogniser's delay shows.
    pub finished_ms: u64,
    /// After what may be either.
    pub unclear_ms: u64,
    /// After "and", "um", a comma: the user searches for words.
    pub unfinished_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    Finished,
    Unclear,
    Unfinished,
}

/// The punctuation that a text ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Bare,
    Stop,
    Question,
    Open,
}

/// Without a text: whoever spoke so long may have more to say.
const LONG_SPEECH_MS: u64 = 1_500;
/// So many figures in a row, or groups of them, are a number being dictated.
const DICTATED_FIGURES: usize = 3;
const DICTATED_GROUPS: usize = 2;
/// So many of them may be all of it.
const WHOLE_NUMBER: usize = 7;

impl Default for Endpointing {
    fn default() -> Self {
        Self { finished_ms: 350, unclear_ms: 600, unfinished_ms: 1_400 }
    }
}

impl Endpointing {
    /// `said` is the recogniser's text of this turn so far: `None` if there is none yet or if it comes afterwards only,
    /// empty from one that would have given words by now. `spoken_ms` is how long the user spoke in this turn.
    pub fn wait_ms(&self, said: Option<&str>, spoken_ms: u64) -> u64 {
        match said.map(clause) {
            Some(Clause::Finished) => self.finished_ms,
            Some(Clause::Unclear) => self.unclear_ms,
            Some(Clause::Unfinished) => self.unfinished_ms,
            None if spoken_ms < LONG_SPEECH_MS => self.unclear_ms,
            None => self.unclear_ms + self.unfinished_ms.saturating_sub(self.unclear_ms) / 4,
        }
    }
}

/// A recogniser guesses its punctuation: a word that cannot end a sentence weighs more than the stop behind it.
fn clause(said: &str) -> Clause {
    let spans: Vec<_> = spans(said).filter(|span| !matches!(span, Span::Space(_))).collect();
    let Some(last_word) = spans.iter().rposition(|span| !matches!(span, Span::Mark(_))) else {
        return Clause::Unfinished;
    };
    let ending = ending(&spans[last_word + 1..]);
    if ending == Ending::Open || has_open_bracket(&spans) {
        return Clause::Unfinished;
    }
    let whole = plain(spans.iter().copied());
    if ending == Ending::Question || ANSWERS.contains(&whole.as_str()) {
        return Clause::Finished;
    }
    let clause_start =
        spans[..last_word].iter().rposition(|span| matches!(span, Span::Mark(_))).map_or(0, |mark| mark + 1);
    let clause = plain(spans[clause_start..=last_word].iter().copied());
    if ends_with_any(&clause, CLOSERS) {
        return Clause::Finished;
    }
    let is_open = ends_with_any(&clause, FILLERS)
        || ends_with_any(&clause, CONNECTORS)
        || OPEN_WHEN_ALONE.contains(&clause.as_str())
        || is_dictation(&whole);
    match (is_open, ends_with_any(&clause, DANGLING), ending) {
        (true, _, _) | (_, true, Ending::Bare) => Clause::Unfinished,
        (_, true, _) => Clause::Unclear,
        (_, _, Ending::Stop) => Clause::Finished,
        _ if ends_with_particle(&clause) => Clause::Finished,
        _ => Clause::Unclear,
    }
}

fn ending(marks: &[Span<'_>]) -> Ending {
    let marks: Vec<char> = marks.iter().filter_map(mark).collect();
    let stops = marks.iter().filter(|c| matches!(c, '.' | '。')).count();
    let has = |any: &[char]| marks.iter().any(|c| any.contains(c));
    if has(&['?', '？', '!', '！']) {
        Ending::Question
    } else if stops > 1 || has(&['…', ',', '，', '、', ':', '：', '-', '–', '—', '~']) {
        Ending::Open
    } else if stops == 1 || has(&[';', '；', '｡', '．']) {
        Ending::Stop
    } else {
        Ending::Bare
    }
}

fn has_open_bracket(spans: &[Span<'_>]) -> bool {
    let marks: Vec<char> = spans.iter().filter_map(mark).collect();
    let count = |wanted: char| marks.iter().filter(|c| **c == wanted).count();
    let pairs =
        [('(', ')'), ('（', '）'), ('[', ']'), ('「', '」'), ('『', '』'), ('“', '”'), ('《', '》'), ('【', '】')];
    pairs.iter().any(|(open, close)| count(*open) > count(*close)) || count('"') % 2 == 1
}

fn mark(span: &Span<'_>) -> Option<char> {
    match span {
        Span::Mark(mark) => Some(*mark),
        Span::Word(_) | Span::Ideographs(_) | Span::Space(_) => None,
    }
}

/// Figures one by one, or groups of them, that may be part of a longer number.
fn is_dictation(whole: &str) -> bool {
    let mut rest = whole;
    let (mut figures, mut groups, mut length) = (0, 0, 0);
    loop {
        if let Some(before) = FIGURES.iter().find_map(|figure| strip_ending(rest, figure)) {
            figures += 1;
            length += 1;
            rest = before;
            continue;
        }
        let (before, last) = rest.rsplit_once(' ').unwrap_or(("", rest));
        if last.is_empty() || !last.chars().all(|c| kind(c) == Kind::Digit) {
            break;
        }
        groups += 1;
        length += last.chars().count();
        rest = before;
    }
    let is_number = figures >= DICTATED_FIGURES || groups >= DICTATED_GROUPS || (figures > 0 && groups > 0);
    is_number && length < WHOLE_NUMBER
}

fn ends_with_particle(clause: &str) -> bool {
    PARTICLES.iter().any(|particle| {
        let before = strip_ending(clause, particle);
        before.and_then(|before| before.chars().next_back()).is_some_and(|last| kind(last) == Kind::Ideograph)
    })
}

#[cfg(test)]
mod tests;
