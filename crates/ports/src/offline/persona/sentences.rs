//! Cutting and joining text, with and without spaces between the words.

use std::{iter, str::Chars};

/// Written without spaces around it.
pub fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// The sentences of a text, trimmed, with their closing marks.
pub fn sentences(text: &str) -> Vec<&str> {
    each_sentence(text).collect()
}

pub(super) fn each_sentence(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let sentences = iter::from_fn(move || {
        let (sentence, after) = rest.split_at(first_end(rest)?);
        rest = after;
        Some(sentence.trim())
    });
    sentences.filter(|sentence| !sentence.is_empty())
}

/// The byte after the first sentence; `None` if there is nothing left to cut.
fn first_end(text: &str) -> Option<usize> {
    let end_at = |(at, byte): (usize, u8)| match byte {
        // "Dr." is no sentence.
        b'.' | b'!' | b'?' => {
            let after = at + 1;
            (at > 3 && text[after..].chars().next().is_none_or(char::is_whitespace)).then_some(after)
        }
        // The first byte of the marks of Chinese.
        0xe3 | 0xef => text[at..].starts_with(['。', '！', '？']).then_some(at + '。'.len_utf8()),
        _ => None,
    };
    text.bytes().enumerate().find_map(end_at).or((!text.is_empty()).then_some(text.len()))
}

/// Sentences in a row, with a space between them where their script has one.
#[derive(Default)]
pub(super) struct Speech {
    text: String,
    /// Where in the text each sentence ends, and the space before the next begins.
    ends: Vec<usize>,
}

impl Speech {
    pub(super) fn push(&mut self, sentence: &str) {
        if self.text.ends_with(|c| !is_ideograph(c)) {
            self.text.push(' ');
        }
        self.text.push_str(sentence);
        self.ends.push(self.text.len());
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// They add up to the text.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &str> {
        let begins = iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| &self.text[begin..end])
    }
}

/// How many tokens a language model might make of it: words with the space before them, ideographs one by one.
pub(super) fn count_tokens(text: &str) -> u32 {
    if text.is_ascii() && !text.is_empty() {
        // The most of it is, and these are counted many at a time.
        let (bytes, is_space) = (text.as_bytes(), |byte: u8| matches!(byte, b'\t'..=b'\r' | b' '));
        let begins = |(previous, byte): (&u8, &u8)| is_space(*byte) && !is_space(*previous);
        return 1 + bytes.iter().zip(&bytes[1..]).filter(|pair| begins(*pair)).count() as u32;
    }
    let mut characters = text.chars();
    let Some(mut previous) = characters.next() else {
        return 0;
    };
    let mut count = 1;
    for c in characters {
        let begins = is_ideograph(c) || is_ideograph(previous) || (c.is_whitespace() && !previous.is_whitespace());
        count += u32::from(begins);
        previous = c;
    }
    count
}

/// True if one of the words is in the text, in whatever case. Latin words match only where a word begins.
pub fn mentions<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> bool {
    words.into_iter().any(|word| mentions_word(text, word))
}

fn mentions_word(text: &str, word: &str) -> bool {
    let mut letters = word.chars();
    let Some(first) = letters.next() else {
        return true;
    };
    let is_latin = |c: char| c.is_alphanumeric() && !is_ideograph(c);
    let starts_anywhere = !is_latin(first);
    let first = fold_case(first);
    let mut found = text.char_indices().filter(|(_, c)| fold_case(*c) == first);
    found.any(|(at, c)| {
        begins_with(text[at + c.len_utf8()..].chars(), letters.clone())
            && (starts_anywhere || !text[..at].ends_with(is_latin))
    })
}

fn begins_with(mut text: Chars<'_>, mut beginning: Chars<'_>) -> bool {
    beginning.all(|letter| text.next().is_some_and(|c| fold_case(c) == fold_case(letter)))
}

/// What is the same letter for a reader is the same character.
pub(super) fn fold_case(c: char) -> char {
    match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        // There is no case in these, and looking it up is slow.
        '\u{2e80}'..='\u{9fff}' => c,
        // At the end of a word it is written otherwise.
        'ς' => 'σ',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_their_marks_and_not_at_titles() {
        assert_eq!(sentences("Dr. Lind is here. Really? 3.5 percent"), ["Dr. Lind is here.", "Really?", "3.5 percent"]);
        assert_eq!(sentences("好。真的嗎？對"), ["好。", "真的嗎？", "對"]);
    }

    #[test]
    fn sentences_are_joined_as_their_script_has_it() {
        let mut speech = Speech::default();
        ["Hello.", "How are you?", "好。", "Fine."].into_iter().for_each(|sentence| speech.push(sentence));
        assert_eq!(speech.text(), "Hello. How are you? 好。Fine.");
        assert_eq!(speech.pieces().collect::<Vec<_>>(), ["Hello.", " How are you?", " 好。", "Fine."]);
    }

    #[test]
    fn a_word_with_its_space_is_a_token_and_so_is_an_ideograph() {
        let counts = ["", " ", "Hello there,  you.", "a cup of 茶水", "我要 Cloud 服務 now。好"].map(count_tokens);
        assert_eq!(counts, [0, 1, 3, 6, 9]);
    }

    #[test]
    fn a_word_is_found_in_whatever_case() {
        assert!(mentions("Das ist ÄRGERLICH", ["ärger"]));
        assert!(mentions("ένας δρόμος", ["ΔΡΌΜΟΣ"]));
        assert!(!mentions("Das ist arg", ["ärger"]));
    }

    #[test]
    fn a_latin_word_is_found_where_a_word_begins() {
        assert!(mentions("A Rollback?", ["rollback"]));
        assert!(mentions("it is encrypted", ["encrypt"]));
        assert!(mentions("Is it so?", ["?"]));
        assert!(mentions("我們用encrypt", ["encrypt"]));
        assert!(!mentions("a heroic effort", ["roi"]));
        assert!(mentions("你真的很辛苦了", ["辛苦"]));
    }
}
