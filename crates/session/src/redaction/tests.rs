use proptest::prelude::*;

use super::*;
use crate::{Endpointing, Sentences, is_backchannel};

#[test]
fn only_the_words_that_the_policies_know_are_left() {
    assert_eq!(redact("My name is Ann Lee, and I live in Room 12."), "My xxxx is Xxx Xxx, and I xxxx in Xxxx 00.");
    assert_eq!(redact("我叫王小明，但是我住在台北嗎？"), "某某某某某，但是某某在某某嗎？");
}

#[test]
fn a_number_that_is_dictated_tells_nothing() {
    assert_eq!(redact("nine one eight Four"), "zero one three Zero");
    assert_eq!(redact("九一八四，等一下"), "零零零零，等一下");
}

#[test]
fn of_an_outline_no_word_is_left() {
    assert_eq!(outline("And you, Ann? 好的，12 o'clock."), "Xxx xxx, Xxx? 某某，00 x'xxxxx.");
}

#[test]
fn what_stands_for_other_words_is_no_word_that_the_policies_know() {
    for word in WORDS.iter() {
        assert!(!word.ends_with('x'), "{word}");
        assert!(!FIGURES.contains(word) || ["oh", "double"].contains(word), "{word}");
        assert!(!word.contains(['某', '零']), "{word}");
    }
}

/// Half of it is what the policies know.
fn speech() -> impl Strategy<Value = String> {
    let known: Vec<&str> = KNOWN.iter().chain([&FIGURES]).copied().flatten().copied().collect();
    let part = prop_oneof![
        8 => proptest::sample::select(known).prop_map(|word| word.to_owned()),
        4 => "[a-z]{1,9}",
        2 => "[A-Z][a-z]{0,4}",
        2 => "[A-Z]\\.([A-Z]\\.)?",
        3 => "[山水人車書門我的了解原來等一下知道]{1,4}",
        1 => "[0-9]{1,4}(\\.[0-9])?",
        1 => "\\PC{1,4}",
        1 => proptest::sample::select(vec!["[noise]", "(", "）", "\"", "it’s", "İ", "Ωmega", "ß", "é", "½", "Sooo", "mmmm", "か", "ﷺ", "한국말", "Ｏ２", "e\u{301}"]).prop_map(str::to_owned),
    ];
    let end = proptest::sample::select(vec!["", " ", " ", " ", ". ", ", ", "? ", "，", "。", "… ", "-", "\n"]);
    prop::collection::vec((part, end), 0..8).prop_map(|parts| parts.into_iter().map(|(part, end)| part + end).collect())
}

/// How many characters every part made the voice say at once, and in how many pieces.
fn pieces(parts: impl IntoIterator<Item = String>) -> Vec<Vec<usize>> {
    let mut sentences = Sentences::default();
    parts.into_iter().map(|part| sentences.push(&part).iter().map(|piece| piece.chars().count()).collect()).collect()
}

fn parts(text: &str, length: usize) -> Vec<String> {
    text.chars().collect::<Vec<_>>().chunks(length).map(|part| part.iter().collect()).collect()
}

proptest! {
    #[test]
    fn characters_stay_as_many_and_twice_is_as_good_as_once(text in speech()) {
        let redacted = redact(&text);
        prop_assert_eq!(redacted.chars().count(), text.chars().count());
        prop_assert_eq!(redact(&redacted), redacted);
    }

    #[test]
    fn white_space_and_punctuation_stay_where_they_are(text in speech()) {
        for (before, after) in text.chars().zip(redact(&text).chars()) {
            prop_assert_eq!(kind(before), kind(after));
            prop_assert_eq!(before.is_alphanumeric(), after.is_alphanumeric());
            prop_assert_eq!(before >= '\u{2E80}', after >= '\u{2E80}');
            prop_assert!(before == after || !matches!(kind(before), Kind::Space | Kind::Other));
        }
    }

    #[test]
    fn endpointing_and_interruption_decide_the_same(text in speech()) {
        let redacted = redact(&text);
        let endpointing = Endpointing::default();
        prop_assert_eq!(endpointing.wait_ms(Some(&redacted), 0), endpointing.wait_ms(Some(&text), 0), "{}", redacted);
        prop_assert_eq!(is_backchannel(&redacted), is_backchannel(&text), "{}", redacted);
    }

    #[test]
    fn a_whole_reply_is_cut_into_the_same_sentences(text in speech()) {
        prop_assert_eq!(pieces([redact(&text)]), pieces([text]));
    }

    #[test]
    fn a_reply_in_parts_is_cut_into_the_same_sentences_at_the_same_time(text in speech(), length in 1_usize..9) {
        let redacted = redact(&text);
        prop_assert_eq!(pieces(parts(&redacted, length)), pieces(parts(&text, length)), "{}", redacted);
    }
}
