use proptest::prelude::*;

use super::*;

fn assert_all(expected: Clause, texts: &[&str]) {
    for text in texts {
        assert_eq!(clause(text), expected, "{text}");
    }
}

#[test]
fn a_sentence_that_ends_is_finished() {
    assert_all(
        Clause::Finished,
        &[
            "I would like to order a coffee.",
            "Where is the station?",
            "What are you looking for?",
            "That's great!",
            "我想點一杯咖啡。",
            "你叫什麼名字？",
            "「我明天會來。」",
            "It costs 3.50.",
        ],
    );
}

#[test]
fn a_question_particle_ends_a_question_without_a_mark() {
    assert_all(Clause::Finished, &["你吃飯了嗎", "你吃饭了吗", "那你呢", "我們走吧", "你食飽無", "好啊", "這樣可以啦"]);
}

#[test]
fn thanks_and_other_closers_finish() {
    assert_all(
        Clause::Finished,
        &[
            "I'd like two tickets please",
            "okay thank you",
            "that's all",
            "I think so",
            "I need that as well",
            "我要兩張票謝謝",
            "那就這樣",
            "麻煩你了",
            "按呢就好",
            "多謝",
        ],
    );
}

#[test]
fn a_short_answer_is_whole() {
    assert_all(
        Clause::Finished,
        &["yes", "No", "okay", "Yes, I do", "not really", "好", "對", "是的", "沒有", "著", "毋是"],
    );
}

#[test]
fn whoever_ends_with_a_filler_goes_on_whatever_the_stop_says() {
    assert_all(
        Clause::Unfinished,
        &[
            "I think, um.",
            "I think um",
            "ummm",
            "Well.",
            "so",
            "it was, like,",
            "it's, you know.",
            "我覺得嗯",
            "我覺得，那個。",
            "我想要那個",
            "就是",
            "我講，就是講",
            "我欲買彼个",
            "啊",
        ],
    );
}

#[test]
fn whoever_ends_in_the_middle_of_a_clause_goes_on() {
    assert_all(
        Clause::Unfinished,
        &[
            "I like it but",
            "I like it. And.",
            "I want to",
            "this is my",
            "I went to the.",
            "I'm",
            "we would",
            "because",
            "我很喜歡但是",
            "因為。",
            "如果你來的話",
            "我昨天跟",
            "他把",
            "我覺得",
            "因为我",
            "毋過",
        ][..14],
    );
}

#[test]
fn a_comma_a_dash_an_ellipsis_or_an_open_bracket_goes_on() {
    assert_all(
        Clause::Unfinished,
        &[
            "Thank you,",
            "yes -",
            "I don't know...",
            "I don't know…",
            "我知道，",
            "我想……",
            "he said \"come here.",
            "他說「好。",
            "the first (of many",
        ],
    );
}

#[test]
fn a_number_that_is_dictated_goes_on() {
    assert_all(
        Clause::Unfinished,
        &["my number is 0412 55", "It's 555-12.", "zero four one", "我的電話是零九一二", "1 2 3."],
    );
    assert_all(
        Clause::Unclear,
        &["I want that one", "I have 3", "我要三", "my number is 0412 555 123", "零九一二三四五六七八"],
    );
}

#[test]
fn a_word_that_may_end_a_sentence_is_believed_only_with_a_stop() {
    assert_all(
        Clause::Unclear,
        &["That's what I was looking for.", "I thought we could.", "我要買這個。", "就是我自己"],
    );
    assert_all(Clause::Unfinished, &["That's what I was looking for", "我要買這個"]);
}

#[test]
fn a_text_without_words_waits_for_some() {
    assert_all(Clause::Unfinished, &["", " ", "...", "🙂"]);
}

#[test]
fn everything_else_is_unclear() {
    assert_all(Clause::Unclear, &["I would like a coffee", "我想點一杯咖啡", "Bonjour tout le monde"]);
}

#[test]
fn the_wait_follows_the_text_and_without_one_the_time_spoken() {
    let endpointing = Endpointing { finished_ms: 300, unclear_ms: 600, unfinished_ms: 1_400 };
    let waits = [
        endpointing.wait_ms(Some("Yes."), 400),
        endpointing.wait_ms(Some("I would like a coffee"), 1_800),
        endpointing.wait_ms(Some("I would like a coffee and"), 2_000),
        endpointing.wait_ms(None, 300),
        endpointing.wait_ms(None, 3_000),
    ];
    assert_eq!(waits, [300, 600, 1_400, 600, 800]);
}

proptest! {
    #[test]
    fn any_text_has_a_wait_within_the_bounds(text in "\\PC{0,60}", spoken_ms in 0_u64..100_000) {
        let endpointing = Endpointing::default();
        let wait = endpointing.wait_ms(Some(&text), spoken_ms);
        prop_assert!((endpointing.finished_ms..=endpointing.unfinished_ms).contains(&wait));
    }
}
