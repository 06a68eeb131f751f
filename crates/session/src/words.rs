//! What the policies about speech take for a word: letters and digits side by side, or ideographs side by side.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Letter,
    Digit,
    Ideograph,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span<'a> {
    Space(&'a str),
    /// Letters and digits, with the apostrophes and the decimal points inside.
    Word(&'a str),
    Ideographs(&'a str),
    Mark(char),
}

pub(crate) fn kind(c: char) -> Kind {
    match c {
        _ if c.is_whitespace() => Kind::Space,
        '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{312F}'
        | '\u{31A0}'..='\u{31BF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Kind::Ideograph,
        '\u{300}'..='\u{36F}' => Kind::Letter,
        _ if c.is_numeric() => Kind::Digit,
        _ if c.is_alphabetic() => Kind::Letter,
        _ => Kind::Other,
    }
}

pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Together they are the text.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = Span<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let first_kind = kind(first);
        let length = match first_kind {
            Kind::Letter | Kind::Digit => word_length(rest),
            Kind::Other => first.len_utf8(),
            Kind::Space | Kind::Ideograph => rest.find(|c| kind(c) != first_kind).unwrap_or(rest.len()),
        };
        let (span, after) = rest.split_at(length);
        rest = after;
        Some(match first_kind {
            Kind::Letter | Kind::Digit => Span::Word(span),
            Kind::Other => Span::Mark(first),
            Kind::Space => Span::Space(span),
            Kind::Ideograph => Span::Ideographs(span),
        })
    })
}

/// Words in small letters with one space between them, ideographs without; nothing else.
pub(crate) fn plain<'a>(spans: impl IntoIterator<Item = Span<'a>>) -> String {
    let mut plain = String::new();
    for span in spans {
        match span {
            Span::Word(word) => {
                if !plain.is_empty() {
                    plain.push(' ');
                }
                plain.push_str(&plain_word(word));
            }
            Span::Ideographs(ideographs) => {
                if plain.chars().next_back().is_some_and(|last| kind(last) != Kind::Ideograph) {
                    plain.push(' ');
                }
                plain.push_str(ideographs);
            }
            Span::Space(_) | Span::Mark(_) => {}
        }
    }
    plain
}

/// In small letters, with one kind of apostrophe.
pub(crate) fn small(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).map(|c| if is_apostrophe(c) { '\'' } else { c }).collect()
}

/// In small letters; a letter that is drawn out ("sooo") stands once.
pub(crate) fn plain_word(word: &str) -> String {
    let letters: Vec<char> = small(word).chars().collect();
    letters
        .chunk_by(|a, b| a == b)
        .flat_map(|same| {
            let drawn_out = same.len() > 2 && kind(same[0]) == Kind::Letter;
            &same[..if drawn_out { 1 } else { same.len() }]
        })
        .collect()
}

/// Tells, span by span, whether it stands outside of brackets.
pub(crate) fn outside_brackets() -> impl FnMut(&Span<'_>) -> bool {
    let mut depth = 0_u32;
    move |span| {
        match span {
            Span::Mark('[' | '(' | '（' | '【' | '<') => depth += 1,
            Span::Mark(']' | ')' | '）' | '】' | '>') => depth = depth.saturating_sub(1),
            Span::Mark(_) | Span::Word(_) | Span::Ideographs(_) | Span::Space(_) => {}
        }
        depth == 0
    }
}

/// What stands before the entry, if the plain text ends with it as whole words.
pub(crate) fn strip_ending<'a>(plain: &'a str, entry: &str) -> Option<&'a str> {
    let before = plain.strip_suffix(entry)?;
    let is_whole = before.is_empty() || before.ends_with(' ') || starts_with_ideograph(entry);
    is_whole.then_some(before.trim_end())
}

/// What stands after the entry, if the plain text begins with it as whole words.
pub(crate) fn strip_beginning<'a>(plain: &'a str, entry: &str) -> Option<&'a str> {
    let after = plain.strip_prefix(entry)?;
    let is_whole = after.is_empty() || after.starts_with(' ') || starts_with_ideograph(entry);
    is_whole.then_some(after.trim_start())
}

pub(crate) fn ends_with_any(plain: &str, entries: &[&str]) -> bool {
    entries.iter().any(|entry| strip_ending(plain, entry).is_some())
}

pub(crate) fn starts_with_ideograph(entry: &str) -> bool {
    entry.chars().next().is_some_and(|c| kind(c) == Kind::Ideograph)
}

fn word_length(text: &str) -> usize {
    let mut before = Kind::Other;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(Kind::Space, |(_, next)| kind(*next));
        let current = kind(c);
        let belongs = match c {
            '\'' | '’' => next == Kind::Letter,
            '.' | ',' | ':' => before == Kind::Digit && next == Kind::Digit,
            _ => matches!(current, Kind::Letter | Kind::Digit),
        };
        if !belongs {
            return at;
        }
        before = current;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_words_ideographs_spaces_and_marks() {
        let found: Vec<_> = spans("It's 3.5 km, 好的!").collect();
        let expected = [
            Span::Word("It's"),
            Span::Space(" "),
            Span::Word("3.5"),
            Span::Space(" "),
            Span::Word("km"),
            Span::Mark(','),
            Span::Space(" "),
            Span::Ideographs("好的"),
            Span::Mark('!'),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_drawn_out_or_written_otherwise_is_the_same_word() {
        assert_eq!(plain(spans("Sooo,  I DON’T… 我 想OK")), "so i don't 我想 ok");
    }

    #[test]
    fn an_ending_is_made_of_whole_words_but_of_any_ideographs() {
        assert_eq!(strip_ending("i think so", "so"), Some("i think"));
        assert_eq!(strip_ending("also", "so"), None);
        assert_eq!(strip_ending("我覺得就是", "就是"), Some("我覺得"));
    }
}
