//! What a recorded session keeps of what was said: enough to decide the same again, and not what it was about.
//!
//! Characters stay as many as they were; white space and punctuation stay what they were, and so do the words that the
//! policies know. Of all others only the shape is left.

use std::{collections::BTreeSet, sync::LazyLock};

use crate::{
    vocabulary::{FIGURES, KNOWN},
    words::{Kind, Span, kind, outside_brackets, plain_word, spans, starts_with_ideograph},
};

static WORDS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| KNOWN.iter().copied().flatten().flat_map(|entry| entry.split([' ', '.'])).collect());
static IDEOGRAPHS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let entries = KNOWN.iter().copied().flatten().filter(|entry| starts_with_ideograph(entry));
    entries.map(|entry| entry.chars().collect()).collect()
});

/// Endpointing and interruption decide the same on it as on the text, and a reply is cut into the same sentences, at the
/// same time if it comes in parts.
pub fn redact(text: &str) -> String {
    let known = known_ideographs(text);
    let mut known = known.iter();
    let mut redacted = String::with_capacity(text.len());
    for span in spans(text) {
        match span {
            Span::Space(space) => redacted.push_str(space),
            Span::Mark(mark) => redacted.push(mark),
            Span::Word(word) => redacted.push_str(&redact_word(word)),
            Span::Ideographs(ideographs) => {
                redacted.extend(ideographs.chars().zip(&mut known).map(|(c, known)| if *known { c } else { shape(c) }));
            }
        }
    }
    redacted
}

/// Only the shape of it: no word is left, not even one that a policy knows.
pub fn outline(text: &str) -> String {
    text.chars().map(shape).collect()
}

fn redact_word(word: &str) -> String {
    let plain = plain_word(word);
    if WORDS.contains(plain.as_str()) {
        return word.to_owned();
    }
    if !FIGURES.contains(&plain.as_str()) {
        return word.chars().map(shape).collect();
    }
    let Some(other) = ["one", "zero", "three"].into_iter().find(|other| other.len() == word.len()) else {
        return word.to_owned();
    };
    let cased = |(c, original): (char, char)| if original.is_uppercase() { c.to_ascii_uppercase() } else { c };
    other.chars().zip(word.chars()).map(cased).collect()
}

fn shape(c: char) -> char {
    match kind(c) {
        // An accent that stands for itself, or a part of an ideograph.
        Kind::Letter | Kind::Ideograph if !c.is_alphanumeric() => c,
        Kind::Letter | Kind::Digit if c >= '\u{2E80}' => wide_shape(c),
        Kind::Letter if c.is_uppercase() => 'X',
        Kind::Letter => 'x',
        Kind::Digit => '0',
        Kind::Ideograph if FIGURES.iter().any(|figure| figure.starts_with(c)) => '零',
        Kind::Ideograph => '某',
        Kind::Space | Kind::Other => c,
    }
}

/// A voice takes longer for it, and it needs more room.
fn wide_shape(c: char) -> char {
    match c {
        'Ａ'..='Ｚ' => 'Ｘ',
        'ａ'..='ｚ' => 'ｘ',
        '０'..='９' => '０',
        _ if kind(c) == Kind::Digit => '㈠',
        _ => '가',
    }
}

/// For each ideograph whether it belongs to an entry, as one policy or another reads the text: with what stands in
/// brackets or without, and whatever stands between two ideographs if it is no word.
fn known_ideographs(text: &str) -> Vec<bool> {
    let mut count = 0;
    let numbered = |span| {
        let first = count;
        if let Span::Ideographs(run) = span {
            count += run.chars().count();
        }
        (first, span)
    };
    let spans: Vec<(usize, Span<'_>)> = spans(text).map(numbered).collect();
    let mut known = vec![false; count];
    mark_entries(&reading(spans.iter().copied()), &mut known);
    let mut outside = outside_brackets();
    mark_entries(&reading(spans.iter().copied().filter(|(_, span)| outside(span))), &mut known);
    known
}

/// The ideographs with their numbers; a word between them is none.
fn reading<'a>(spans: impl Iterator<Item = (usize, Span<'a>)>) -> Vec<Option<(usize, char)>> {
    let mut reading = Vec::new();
    for (first, span) in spans {
        match span {
            Span::Ideographs(run) => reading.extend(run.chars().enumerate().map(|(nth, c)| Some((first + nth, c)))),
            Span::Word(_) => reading.push(None),
            Span::Space(_) | Span::Mark(_) => {}
        }
    }
    reading
}

fn mark_entries(reading: &[Option<(usize, char)>], known: &mut [bool]) {
    for entry in IDEOGRAPHS.iter() {
        for window in reading.windows(entry.len()) {
            if window.iter().zip(entry).all(|(read, c)| read.is_some_and(|(_, read)| read == *c)) {
                window.iter().flatten().for_each(|(number, _)| known[*number] = true);
            }
        }
    }
}

#[cfg(test)]
mod tests;
