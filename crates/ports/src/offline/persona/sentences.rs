//! Cutting and joining text, with and without spaces between the words.

/// Written without spaces around it.
pub fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// The sentences of a text, trimmed, with their closing marks.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let ends = match c {
            '。' | '！' | '？' => true,
            // "Dr." is no sentence.
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace) && at - start > 3,
            _ => false,
        };
        if ends {
            found.push(text[start..at + c.len_utf8()].trim());
            start = at + c.len_utf8();
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

pub(super) fn join(sentences: &[String]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        if text.ends_with(|c| !is_ideograph(c)) {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    text
}

/// What a language model might stream: words with the space before them, ideographs one by one.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in text.chars() {
        let begins = is_ideograph(c) || is_ideograph(previous) || (c.is_whitespace() && !previous.is_whitespace());
        match tokens.last_mut() {
            Some(token) if !begins => token.push(c),
            Some(_) | None => tokens.push(c.to_string()),
        }
        previous = c;
    }
    tokens
}

/// True if one of the words is in the text, in whatever case. Latin words match only where a word begins.
pub fn mentions<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> bool {
    let text = text.to_lowercase();
    words.into_iter().any(|word| {
        let word = word.to_lowercase();
        let starts_anywhere = !word.starts_with(|c: char| c.is_alphanumeric() && !is_ideograph(c));
        text.match_indices(&word)
            .any(|(at, _)| starts_anywhere || !text[..at].ends_with(|c: char| c.is_alphanumeric() && !is_ideograph(c)))
    })
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
    fn tokens_add_up_to_the_text() {
        for text in ["", "Hello there,  you.", "我要 Cloud 服務 now。好"] {
            assert_eq!(tokens(text).concat(), text);
        }
        assert_eq!(tokens("a cup of 茶水").len(), 6);
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
