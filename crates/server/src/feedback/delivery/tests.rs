use ports::{
    AnsweredRecord, CutShortRecord, HeardRecord, ObjectKey, SegmentRecord, SessionId, SpokenRecord, Timestamp,
    scenario_file::shipped,
};

use super::*;
use crate::recording::{Layout, Voice};

/// What both say in a turn, with when, in milliseconds.
struct Said {
    text: &'static str,
    recorded: Option<(i64, i64)>,
    answered: &'static str,
    spoken: Option<(i64, i64)>,
    /// So much was heard before it was talked over.
    cut_after_ms: Option<u64>,
}

const fn said(
    text: &'static str,
    recorded: Option<(i64, i64)>,
    answered: &'static str,
    spoken: Option<(i64, i64)>,
) -> Said {
    Said { text, recorded, answered, spoken, cut_after_ms: None }
}

fn turn(number: u32, said: &Said) -> TurnRecord {
    let (at, language) = (Timestamp(0), "en-US".to_owned());
    let duration = |(begin, end): (i64, i64)| (end - begin) as u64;
    TurnRecord {
        cut_short: said.cut_after_ms.map(|heard_ms| CutShortRecord {
            turn: number,
            heard_text: said.answered.to_owned(),
            heard_ms,
            event_seq: 3,
            at,
        }),
        heard: HeardRecord {
            turn: number,
            text: said.text.to_owned(),
            language,
            confidence: None,
            provider: "test".to_owned(),
            segments: said.recorded.map(|_| (number.into(), number.into())),
            said_as: None,
            duration_ms: said.recorded.map_or(0, duration),
            event_seq: 1,
            at,
        },
        answered: Some(AnsweredRecord {
            turn: number,
            text: said.answered.to_owned(),
            provider: "test".to_owned(),
            usage: None,
            event_seq: 2,
            at,
        }),
        spoken: said.spoken.map(|span| SpokenRecord {
            turn: number,
            object: object("replies", number),
            duration_ms: duration(span),
            event_seq: 3,
            at: Timestamp(span.0),
        }),
    }
}

fn object(folder: &str, number: u32) -> ObjectKey {
    ObjectKey::of_session(&SessionId::parse("one").unwrap(), folder, number.into(), "wav")
}

fn segment(number: u32, (begin, end): (i64, i64)) -> SegmentRecord {
    SegmentRecord {
        number: number.into(),
        object: object("audio", number),
        media_type: "audio/wav".to_owned(),
        received_bytes: 1,
        duration_ms: (end - begin) as u64,
        through_seq: None,
        part: None,
        intake_state: Vec::new(),
        event_seq: 1,
        at: Timestamp(end),
    }
}

fn measure(scenario: &str, conversation: &[Said], voice: Option<&[(u64, u64)]>) -> Option<Delivery> {
    let scenario = shipped().into_iter().find(|shipped| shipped.id == scenario).unwrap();
    let turns: Vec<TurnRecord> = (1..).zip(conversation).map(|(number, said)| turn(number, said)).collect();
    let segments: Vec<SegmentRecord> =
        (1..).zip(conversation).filter_map(|(number, said)| said.recorded.map(|span| segment(number, span))).collect();
    let layout = Layout::new(&segments, &turns, Timestamp(600_000));
    let span = |(begin_ms, end_ms): &(u64, u64)| Span { begin_ms: *begin_ms, end_ms: *end_ms };
    let voice = voice.map(|spans| Voice { spans: spans.iter().map(span).collect() });
    delivery(&scenario, &turns, &Timeline::new(layout, voice))
}

/// The first answer ends at 9 s; the trainee goes on at 12 s, and again while the second answer is spoken.
const SPOKEN: [Said; 3] = [
    said("Um, what did the outage cost you, you know?", Some((0, 5_000)), "Three warehouses.", Some((6_000, 9_000))),
    said("Um, we move one warehouse first.", Some((10_000, 15_000)), "And what then? Tell me.", Some((16_000, 22_000))),
    said("Then we wait a week.", Some((18_000, 21_000)), "Fine.", Some((22_000, 23_000))),
];
/// With a second of silence in the first turn and two before the second one.
const VOICE: [(u64, u64); 5] = [(500, 2_000), (2_300, 3_000), (4_000, 5_000), (12_000, 15_000), (18_000, 20_500)];

#[test]
fn who_had_the_word_counts_by_time_with_pauses_left_out_and_interruptions_cutting_short() {
    let delivery = measure("angry-customer", &SPOKEN, Some(&VOICE)).unwrap();
    let turns: Vec<_> = delivery.turns.iter().map(|turn| (turn.trainee_ms, turn.persona_ms)).collect();
    let expected = [(3_500, 3_000), (3_000, 2_000), (2_500, 1_000)];
    assert_eq!(turns, expected.map(|(trainee, persona)| (Some(trainee), Some(persona))));
    assert_eq!(delivery.talk, Some(Talk { trainee_ms: 9_000, persona_ms: 6_000 }));
    assert_eq!((delivery.unit, delivery.trainee_words, delivery.persona_words), (Unit::Words, 20, 8));
    assert_eq!(delivery.pace, Some(20 * 60_000 / 9_000));
}

#[test]
fn silences_are_told_apart_from_fluent_speech_and_from_interruptions() {
    let delivery = measure("angry-customer", &SPOKEN, Some(&VOICE)).unwrap();
    assert_eq!(delivery.pauses, Some(Silences { count: 1, median_ms: 1_000, longest_ms: 1_000 }));
    assert_eq!(delivery.replies, Some(Silences { count: 1, median_ms: 3_000, longest_ms: 3_000 }));
    assert_eq!(delivery.interruptions, 1);
}

#[test]
fn an_answer_that_fell_silent_when_it_was_talked_over_was_interrupted() {
    let cut = |cut_after_ms| {
        let [first, second, third] = SPOKEN;
        let second = Said { spoken: Some((16_000, 18_000)), cut_after_ms, ..second };
        let delivery = measure("angry-customer", &[first, second, third], Some(&VOICE)).unwrap();
        (delivery.interruptions, delivery.replies.map(|replies| replies.count))
    };
    assert_eq!(cut(Some(2_000)), (1, Some(1)));
    assert_eq!(cut(Some(0)), (0, Some(1)), "nobody heard it begin, so nobody replied to it");
}

#[test]
fn without_a_voice_that_was_listened_for_recordings_count_whole_and_pauses_are_not_known() {
    let delivery = measure("angry-customer", &SPOKEN, None).unwrap();
    assert_eq!(delivery.talk, Some(Talk { trainee_ms: 13_000, persona_ms: 6_000 }));
    assert_eq!((delivery.pauses, delivery.pace), (None, None));
    let silent = measure("angry-customer", &SPOKEN, Some(&[])).unwrap();
    assert_eq!((silent.talk, silent.pauses), (None, None), "who says nothing makes no pauses");
    assert_eq!(delivery.replies, Some(Silences { count: 1, median_ms: 1_000, longest_ms: 1_000 }));
}

#[test]
fn fillers_are_counted_one_by_one_in_the_language_of_the_scenario() {
    let counts = |scenario: &str, conversation: &[Said]| {
        let fillers = measure(scenario, conversation, None).unwrap().fillers;
        fillers.into_iter().map(|filler| (filler.word, filler.count)).collect::<Vec<_>>()
    };
    assert_eq!(counts("angry-customer", &SPOKEN), [("um", 2), ("you know", 1)]);
    let simplified = [said("嗯，就是说，我们，嗯，先谈价格。", None, "好。", None)];
    assert_eq!(counts("renewal-in-shanghai", &simplified), [("嗯", 2), ("就是说", 1)]);
    let traditional = [said("呃，就是說，阿嬤，您今天好嗎？", None, "好。", None)];
    assert_eq!(counts("visiting-grandmother", &traditional), [("呃", 1), ("就是說", 1)]);
}

#[test]
fn a_typed_conversation_has_words_and_nothing_that_must_be_heard() {
    let typed = [said("我们先谈三件事。", None, "请讲。", Some((0, 900)))];
    let delivery = measure("renewal-in-shanghai", &typed, None).unwrap();
    assert_eq!((delivery.unit, delivery.trainee_words, delivery.persona_words), (Unit::Characters, 7, 2));
    assert_eq!((delivery.talk, delivery.pace, delivery.replies), (None, None, None));
    assert_eq!(delivery.turns[0].persona_ms, Some(900));
    assert_eq!(measure("renewal-in-shanghai", &[], None), None);
}

#[test]
fn advice_about_the_pace_rests_on_the_pace_that_is_told() {
    const LINE: &str = "We will refund all of it, and you will have it in writing today, and I promise you.";
    let advised = |voice: Option<&[(u64, u64)]>| {
        let clarity = Dimension {
            name: "Technical Clarity".to_owned(),
            score: 90,
            weight: 30,
            quote: String::new(),
            turn: None,
            explanation: String::new(),
            suggestions: vec!["Split your sentences.".to_owned()],
        };
        let mut dimensions = [Dimension { name: "Value Articulation".to_owned(), ..clarity.clone() }, clarity];
        let delivery = measure("angry-customer", &[said(LINE, Some((0, 20_000)), "Fine.", None)], voice).unwrap();
        delivery.advise(&mut dimensions);
        let [other, clarity] = dimensions.map(|dimension| dimension.suggestions[1..].to_vec());
        assert!(other.is_empty());
        (delivery.pace, clarity)
    };
    let advice = |text: &str| vec![text.to_owned()];
    let (slower, faster) = (
        advice("Speak more slowly: 360 words a minute are hard to follow."),
        advice("Speak a little faster: 80 words a minute lose the listener."),
    );
    assert_eq!(advised(Some(&[(2_000, 5_000)])), (Some(360), slower));
    assert_eq!(advised(Some(&[(1_000, 10_000)])), (Some(120), vec![]));
    assert_eq!(advised(Some(&[(1_000, 14_500)])), (Some(80), faster));
    assert_eq!(advised(None), (None, vec![]), "silence may count as speech here");
}
