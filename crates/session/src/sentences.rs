//! Where a voice may pause: a reply that is still being written is cut into pieces that can be spoken.

use crate::{
    vocabulary::{ABBREVIATIONS, BEFORE_NUMBERS, STARTERS, TITLES},
    words::{Kind, is_apostrophe, kind, small},
};

/// A clause of this width is enough to begin with, when its sentence is longer. An ideograph is two wide.
const EARLY_WIDTH: usize = 24;
/// A narrower sentence is spoken together with the next one, except at the beginning.
const SHORT_WIDTH: usize = 10;
/// Characters after which a piece ends at a clause or at a word.
const LONG: usize = 200;
/// Characters after which a piece ends wherever it is.
const LONGEST: usize = 400;
/// Characters that may make up one picture.
const CLUSTER: usize = 16;

/// Takes a reply as it comes and gives its pieces; together they are exactly the reply, white space included.
///
/// A piece is given once a later character proves that it is complete. Only the last one, and one that is cut for its
/// length, may lack a letter or digit.
#[derive(Debug, Default)]
pub struct Sentences {
    pending: Vec<char>,
    begun: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Word,
    Clause,
    Sentence,
}

impl Sentences {
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.pending.extend(text.chars());
        let mut pieces = Vec::new();
        let mut given = 0;
        while let Some(length) = piece_length(&self.pending[given..], self.begun) {
            pieces.push(self.pending[given..given + length].iter().collect());
            given += length;
            self.begun = true;
        }
        self.pending.drain(..given);
        pieces
    }

    /// The reply is complete: what is left of it. Another one may follow.
    pub fn finish(&mut self) -> Option<String> {
        self.begun = false;
        let rest: String = std::mem::take(&mut self.pending).into_iter().collect();
        (!rest.is_empty()).then_some(rest)
    }
}

/// Decides by a bounded beginning of the text, so that it is the same however the text arrives.
fn piece_length(pending: &[char], begun: bool) -> Option<usize> {
    let is_long = pending.len() > LONG;
    let near = &pending[..pending.len().min(LONG + 1)];
    let (Some(first_word), Some(last_word)) = (near.iter().position(is_wordy), near.iter().rposition(is_wordy)) else {
        return is_long.then(|| longest(pending, LONG));
    };
    let proven = if is_long { LONG } else { last_word };
    let pauses = || (first_word + 1..=proven).filter_map(|at| Some((at, pause_before(near, at)?)));
    let complete = pauses().find(|(at, pause)| match pause {
        Pause::Sentence => !begun || width(&near[..*at]) >= SHORT_WIDTH,
        Pause::Clause => !begun && width(&near[..*at]) >= EARLY_WIDTH,
        Pause::Word => false,
    });
    if let Some((at, _)) = complete {
        return Some(at);
    }
    if !is_long {
        return None;
    }
    let clause = pauses().rfind(|(at, pause)| *pause != Pause::Word && *at > LONG / 4);
    if let Some((at, _)) = clause.or_else(|| pauses().next_back()) {
        return Some(at);
    }
    let seen = &pending[..pending.len().min(LONGEST + 1)];
    let late = (LONG + 1..seen.len()).find(|at| pause_before(seen, *at).is_some());
    late.or_else(|| (pending.len() > LONGEST).then(|| longest(pending, LONGEST)))
}

/// There is more than this length, and no pause in it; a picture of several characters stays whole.
fn longest(pending: &[char], length: usize) -> usize {
    let apart = |at: &usize| !are_one_picture(pending[at - 1], pending[*at]);
    (length - CLUSTER..=length).rev().find(apart).unwrap_or(length)
}

/// Whether a voice may pause between this character and the one before.
fn pause_before(chars: &[char], at: usize) -> Option<Pause> {
    let next = chars[at];
    if next.is_ascii_alphanumeric() && chars[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let text_end = chars[..at].iter().rposition(|c| !c.is_whitespace())? + 1;
    let is_spaced = text_end < at;
    if next.is_whitespace() || clings(next, is_spaced) {
        return None;
    }
    if chars[text_end..at].contains(&'\n') {
        return Some(Pause::Sentence);
    }
    let mark = chars[..text_end].iter().rposition(|c| !may_close(*c))?;
    let is_apart = is_spaced || kind(next) == Kind::Ideograph;
    match chars[mark] {
        '。' | '｡' | '！' | '？' | '；' => Some(Pause::Sentence),
        '.' | '．' if is_apart && !abbreviates(chars, mark, at) => Some(Pause::Sentence),
        '!' | '?' | ';' | '…' if is_apart => Some(Pause::Sentence),
        '，' | '、' | '：' | '～' => Some(Pause::Clause),
        ',' | ':' if is_apart => Some(Pause::Clause),
        '—' | '–' if is_apart || kind(next) == Kind::Letter => Some(Pause::Clause),
        '-' if is_spaced && mark > 0 && chars[mark - 1].is_whitespace() => Some(Pause::Clause),
        last if is_spaced || (kind(last) == Kind::Ideograph && kind(next) == Kind::Ideograph) => Some(Pause::Word),
        _ => None,
    }
}

/// Whether the full stop belongs to the word before it.
fn abbreviates(chars: &[char], stop: usize, next: usize) -> bool {
    let is_inside = |c: &char| matches!(kind(*c), Kind::Letter | Kind::Digit) || *c == '.' || is_apostrophe(*c);
    let start = chars[..stop].iter().rposition(|c| !is_inside(c)).map_or(0, |before| before + 1);
    let word: String = chars[start..stop].iter().collect();
    if word.is_empty() || word.ends_with('.') {
        return false;
    }
    if word.chars().all(|c| kind(c) == Kind::Digit) {
        return begins_line(chars, start);
    }
    let are_initials = word.split('.').all(|part| part.chars().count() == 1);
    let word = small(&word);
    let word = word.as_str();
    if TITLES.contains(&word) || (BEFORE_NUMBERS.contains(&word) && kind(chars[next]) == Kind::Digit) {
        return true;
    }
    (are_initials || ABBREVIATIONS.contains(&word)) && !starts_sentence(&chars[next..])
}

fn begins_line(chars: &[char], at: usize) -> bool {
    chars[..at].iter().rev().take_while(|c| **c != '\n').all(|c| !is_wordy(c))
}

/// By a complete first word that hardly stands inside a sentence with a capital.
fn starts_sentence(chars: &[char]) -> bool {
    let Some(start) = chars.iter().position(is_wordy) else {
        return false;
    };
    let is_inside = |c: &char| kind(*c) == Kind::Letter || is_apostrophe(*c);
    let Some(length) = chars[start..].iter().position(|c| !is_inside(c)) else {
        return false;
    };
    let word: String = chars[start..start + length].iter().collect();
    kind(chars[start]) == Kind::Ideograph || (chars[start].is_uppercase() && STARTERS.contains(&small(&word).as_str()))
}

fn is_wordy(c: &char) -> bool {
    matches!(kind(*c), Kind::Letter | Kind::Digit | Kind::Ideograph)
}

/// Without the white space at the end.
fn width(chars: &[char]) -> usize {
    let end = chars.iter().rposition(|c| !c.is_whitespace()).map_or(0, |last| last + 1);
    chars[..end].iter().map(|c| if is_wide(*c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    kind(c) == Kind::Ideograph || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF60}')
}

/// No piece begins with it.
fn clings(c: char, is_spaced: bool) -> bool {
    match c {
        '.' | ',' | '!' | '?' | ';' | ':' | '…' | ')' | ']' | '}' => true,
        '”' | '’' | '」' | '』' | '）' | '】' | '》' | '〉' => true,
        '。' | '｡' | '．' | '，' | '、' | '！' | '？' | '；' | '：' | '～' => true,
        _ => !is_spaced && may_close(c),
    }
}

/// May stand between the end of a sentence and the space after it: quotes, brackets, emphasis, pictures.
fn may_close(c: char) -> bool {
    match c {
        '"' | '\'' | '*' | '_' | '~' | '`' | ')' | ']' | '}' | '>' => true,
        '…' | '—' | '–' | '。' | '｡' | '．' | '，' | '、' | '！' | '？' | '；' | '：' | '～' => false,
        '“' | '‘' | '「' | '『' | '（' | '【' | '《' | '〈' | '¿' | '¡' => false,
        _ => !c.is_ascii() && kind(c) == Kind::Other,
    }
}

fn are_one_picture(before: char, after: char) -> bool {
    let is_region = |c| ('\u{1F1E6}'..='\u{1F1FF}').contains(&c);
    let extends = matches!(after, '\u{300}'..='\u{36F}' | '\u{200D}' | '\u{20E3}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}');
    extends || before == '\u{200D}' || (is_region(before) && is_region(after))
}

#[cfg(test)]
mod tests;
