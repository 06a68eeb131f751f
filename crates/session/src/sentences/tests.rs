use proptest::prelude::*;

use super::*;

/// As a language model sends it: a few letters at a time.
fn cut(reply: &str) -> Vec<String> {
    cut_in(reply, 3)
}

fn cut_in(reply: &str, letters: usize) -> Vec<String> {
    let mut sentences = Sentences::default();
    let letters_of_it: Vec<char> = reply.chars().collect();
    let tokens = letters_of_it.chunks(letters).map(|token| token.iter().collect::<String>());
    let mut pieces: Vec<String> = tokens.flat_map(|token| sentences.push(&token)).collect();
    pieces.extend(sentences.finish());
    pieces
}

fn assert_cut(expected: &[&str]) {
    assert_eq!(cut(&expected.concat()), expected);
}

#[test]
fn whole_sentences_are_spoken_and_keep_the_white_space_behind_them() {
    assert_cut(&["I see your point. ", "We can talk about the price!  ", "Would Monday suit you?\n\n", "Let me know."]);
    assert_cut(&["我明白你的意思。", "價錢可以再談！ ", "星期一方便嗎？", "請告訴我；", "我會等你的消息……", "好的"]);
}

#[test]
fn a_sentence_is_complete_when_the_next_character_proves_it() {
    let mut sentences = Sentences::default();
    assert_eq!(sentences.push("It costs 3."), [""; 0]);
    assert_eq!(sentences.push("5 dollars."), [""; 0]);
    assert_eq!(sentences.push(" "), [""; 0]);
    assert_eq!(sentences.push("T"), ["It costs 3.5 dollars. "]);
    assert_eq!(sentences.push("hat is all."), [""; 0]);
    assert_eq!(sentences.finish().as_deref(), Some("That is all."));
    assert_eq!(sentences.finish(), None);
}

#[test]
fn stops_inside_words_and_numbers_end_nothing() {
    assert_cut(&["Dr. Lee and Mr. J. R. Smith met at 3.15 p.m. on Main St. near the shop vs. the U.S. embassy."]);
    assert_cut(&["It costs $1,000.00 or 12.5 percent more. ", "That is No. 5 on Fig. 12 of our list."]);
    assert_cut(&["See https://shop.example/a?b=1.2 or write to ann.lee@shop.example today. ", "I will answer."]);
    assert_cut(&["他用的是Node.js和3.5版。", "價錢是1,000.50元。"]);
}

#[test]
fn an_abbreviation_ends_a_sentence_when_the_next_word_begins_one() {
    assert_cut(&["We moved here from the U.S. ", "It was a long way. ", "The U.S. Army stayed. "]);
    assert_cut(&["We sell tea, cups, etc. ", "You may look around. ", "I close at 5 p.m. ", "Please come before."]);
    assert_cut(&["So that is plan B. ", "And I did not say no. ", "I never had a plan C. Smith did."]);
}

#[test]
fn numbers_of_a_list_stay_with_their_entries() {
    assert_cut(&["Three things:\n", "1. We listen.\n", "2. We answer you.\n", "- And we stay calm."]);
}

#[test]
fn closing_quotes_brackets_and_pictures_stay_with_the_sentence() {
    assert_cut(&["He said \"I will come tomorrow.\" ", "(I did not believe him.) ", "“Why not?!” ", "Well."]);
    assert_cut(&["他說：「我明天會來的。」", "（我不相信他。）", "「為什麼不相信呢？！」", "她這樣問我。"]);
    assert_cut(&["**That is wonderful!** 🎉"]);
    assert_cut(&["That is wonderful!🎉 ", "*Shall we begin?* ", "Yes, let us begin... 👍🏽"]);
}

#[test]
fn runs_of_marks_are_one_end() {
    assert_cut(&["You really did that?!! ", "I have to think about it... ", "But fine."]);
    assert_cut(&["你真的這樣做了？！！", "我要想一想……", "但是好吧。"]);
}

#[test]
fn very_short_sentences_are_spoken_with_the_next_one_except_the_first() {
    assert_cut(&["Well. ", "Yes. No. I cannot say that. ", "Hm. Let me think about it."]);
    assert_cut(&["好。", "對。是。我不能這樣說。", "嗯。讓我想一想。"]);
}

#[test]
fn a_long_first_sentence_begins_with_its_first_clause() {
    assert_cut(&[
        "If you look at the whole picture, ",
        "the price is fair, the service is better, and you save a lot of time. ",
        "When you look at it again, you will agree.",
    ]);
    assert_cut(&["如果你看整個情況的話其實，", "價錢很合理，服務也比較好。", "你再看一次，就會同意的。"]);
    assert_cut(&["Yes, but if you look at the whole picture, ", "it is fair."]);
    assert_cut(&["I paid about 10,000 dollars for it — ", "and it broke."]);
}

#[test]
fn a_sentence_without_end_is_cut_at_a_clause_or_else_at_a_word() {
    let clauses = "and then we went on, ".repeat(20);
    let words = "again and ".repeat(50);
    let ideographs = "我們一直走下去".repeat(50);
    for endless in [clauses, words, ideographs] {
        let pieces = cut(&format!("Listen. {endless}"));
        assert!(pieces.len() > 2 && pieces.concat().ends_with(&endless), "{pieces:?}");
        for piece in &pieces[1..] {
            assert!(piece.chars().count() <= LONG, "{piece}");
        }
    }
    let piece = &cut(&"and then we went on, ".repeat(20))[1];
    assert!(piece.ends_with(", "), "{piece}");
}

#[test]
fn nothing_is_held_back_for_ever() {
    for endless in ["x".repeat(1_000), "🙂".repeat(1_000), " ".repeat(1_000), "👨‍👩‍👧".repeat(300), "*-".repeat(900)]
    {
        let mut sentences = Sentences::default();
        let given: usize = sentences.push(&endless).iter().map(|piece| piece.chars().count()).sum();
        assert!(endless.chars().count() - given <= LONGEST, "{given} of {endless}");
    }
}

#[test]
fn a_family_is_not_torn_apart() {
    let pieces = cut(&"👨‍👩‍👧".repeat(300));
    assert!(pieces.iter().all(|piece| piece.starts_with('👨') && piece.ends_with('👧')), "{pieces:?}");
}

fn reply() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => "[a-z]{1,9} ",
        4 => "[A-Z][a-z]{0,6}[,.!?;:]{0,2} {1,2}",
        2 => "[0-9]{1,4}[.,]?[0-9]{0,3}[. ]",
        3 => "[我你他的是不這有好對]{1,8}[，。！？、；]?",
        2 => proptest::sample::select(vec![
            "Dr. ", "e.g. ", "U.S. ", "No. 5 ", "\"Yes.\" ", "「好。」", "...", "…", "—", " - ", "\n", "🎉", "👍🏽", "**", "http://a.b/c?d ",
            "It ", "The ", "(", ")", "1. ", "’",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,5}",
        1 => "[a-z]{450}",
    ];
    prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_pieces_together_are_the_reply(reply in reply(), letters in 1_usize..40) {
        prop_assert_eq!(cut_in(&reply, letters).concat(), reply);
    }

    #[test]
    fn the_pieces_do_not_depend_on_how_the_reply_arrives(reply in reply(), letters in 1_usize..40) {
        prop_assert_eq!(cut_in(&reply, letters), cut_in(&reply, usize::MAX));
    }

    #[test]
    fn no_piece_is_empty_or_too_long_and_no_word_is_torn(reply in reply()) {
        let pieces = cut(&reply);
        for piece in &pieces {
            let length = piece.chars().count();
            prop_assert!((1..=LONGEST + 1).contains(&length), "{}: {:?}", length, piece);
        }
        for pair in pieces.windows(2) {
            let (before, after) = (pair[0].chars().next_back().unwrap(), pair[1].chars().next().unwrap());
            let is_torn = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
            prop_assert!(!is_torn || pair[0].chars().count() >= LONGEST - CLUSTER, "{:?}", pair);
        }
    }

    #[test]
    fn white_space_belongs_to_the_piece_before_it(reply in reply()) {
        for pair in cut(&reply).windows(2) {
            let is_cut_for_its_length = pair[0].chars().count() >= LONG - CLUSTER;
            prop_assert!(is_cut_for_its_length || !pair[1].starts_with(char::is_whitespace), "{:?}", pair);
        }
    }
}
