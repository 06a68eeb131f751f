use proptest::prelude::*;

use super::*;

#[test]
fn a_listener_who_goes_along_takes_no_turn() {
    for text in [
        "mm",
        "Mmm.",
        "mhm",
        "Uh-huh.",
        "uh huh",
        "Mm-hmm",
        "right",
        "Okay",
        "OK.",
        "yeah",
        "Yeahhh",
        "I see.",
        "sure",
        "really?",
        "oh, I see",
        "yeah yeah yeah",
        "Right, right.",
        "okay, sure",
        "嗯",
        "嗯嗯",
        "對",
        "对对对",
        "是",
        "是喔",
        "好",
        "好的。",
        "喔",
        "啊",
        "了解",
        "對，對。",
        "嗯，我知道",
        "OK 好",
        "嘿",
        "著",
        "按呢喔",
    ] {
        assert!(is_backchannel(text), "{text}");
    }
}

#[test]
fn whoever_objects_asks_or_goes_on_takes_the_floor() {
    for text in [
        "no",
        "No.",
        "wait",
        "stop",
        "but",
        "but yeah",
        "yeah but",
        "okay so what about me",
        "yes I have a question",
        "hold on",
        "what",
        "why?",
        "right now",
        "I see a problem",
        "等一下",
        "不是",
        "不對",
        "不",
        "可是",
        "對不起",
        "好貴",
        "是不是",
        "為什麼",
        "毋是",
        "小等",
        "yeah yeah yeah yeah yeah okay",
    ] {
        assert!(!is_backchannel(text), "{text}");
    }
}

#[test]
fn a_cough_and_the_remarks_of_a_recogniser_take_no_turn() {
    for text in ["", "  ", ".", "…", "[BLANK_AUDIO]", "(coughs)", "[noise] mm", "（笑）"] {
        assert!(is_backchannel(text), "{text}");
    }
    assert!(!is_backchannel("[noise] wait"));
}

#[test]
fn long_speech_is_a_turn_before_anybody_knows_its_words() {
    let interruption = Interruption { confirm_ms: 400, settle_ms: 900 };
    assert!(!interruption.is_turn(400, None));
    assert!(interruption.is_turn(401, None));
}

#[test]
fn a_word_is_a_turn_at_once_and_a_backchannel_may_be_drawn_out() {
    let interruption = Interruption { confirm_ms: 400, settle_ms: 900 };
    assert!(interruption.is_turn(100, Some("wait")));
    assert!(!interruption.is_turn(900, Some("mm, right")));
    assert!(interruption.is_turn(1_300, Some("mm, right")));
}

proptest! {
    #[test]
    fn more_words_never_turn_a_turn_into_a_backchannel(text in "(mm|right|no|wait|對|不是|山|[a-z]{1,6})( (mm|okay|對|no)){0,5}", more in "[a-z]{2,8}") {
        let longer = format!("{text} {more}");
        prop_assert!(is_backchannel(&text) || !is_backchannel(&longer));
    }
}
