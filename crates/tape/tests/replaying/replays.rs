use proptest::prelude::*;
use session::{Input, OpEvent, outline};
use tape::{Line, Moment, Outcome, Step, Summary, Words, replay};

use crate::conversation::{chances, file, recorded, redacted};

fn outcome(file: &str) -> Outcome {
    replay(file.as_bytes(), |_, _| ()).expect("it is a recording")
}

/// Like [`outcome`], where nothing may be different.
fn summary(file: &str) -> Summary {
    match outcome(file) {
        Outcome::Identical(summary) => summary,
        other => panic!("{other:#?} of\n{file}"),
    }
}

/// A long talk, always the same.
fn a_conversation() -> Vec<Line> {
    conversation(7)
}

fn conversation(seed: u32) -> Vec<Line> {
    let mut number = seed;
    let mut chance = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let text = ["I would think so. ", "Marmalade, ", "等一下，", "and then "][number as usize >> 8 & 3];
        ((number >> 24) as u8, (number >> 9) as u16, text.to_owned())
    };
    recorded(&std::iter::repeat_with(&mut chance).take(600).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn the_same_things_lead_to_the_same_again(chances in chances()) {
        let lines = recorded(&chances);
        let happened = lines.len() as u64 - 1;
        let summary = summary(&file(lines));
        prop_assert_eq!((summary.inputs, summary.is_over, summary.words), (happened, true, Words::Kept));
    }

    #[test]
    fn a_redacted_session_decides_as_the_real_one_did(chances in chances()) {
        let lines = recorded(&chances);
        let happened = lines.len() as u64 - 1;
        let summary = summary(&file(redacted(lines)));
        prop_assert_eq!((summary.inputs, summary.is_over, summary.words), (happened, true, Words::Redacted));
    }
}

#[test]
fn a_conversation_has_something_to_replay() {
    let lines = a_conversation();
    let mut told = String::new();
    let watch = |_, moment: Moment<'_>| told.extend(moment.describe().map(|text| text + "\n"));
    let outcome = replay(file(lines).as_bytes(), watch).unwrap();
    let Outcome::Identical(summary) = outcome else { panic!("{outcome:?}") };
    assert!(summary.inputs > 600 && summary.outputs > 600, "{summary:?}");
    for text in ["user (turn", "persona (turn", "interrupted (turn", "speech at", "end of turn", "ended: "] {
        assert!(told.contains(text), "{text:?} is missing in\n{told}");
    }
}

#[test]
fn no_word_is_left_in_a_redacted_recording() {
    let (kept, redacted) = (file(a_conversation()), file(redacted(a_conversation())));
    for word in ["Marmalade", "marmalade"] {
        assert!(!redacted.contains(word), "{redacted}");
    }
    assert!(kept.contains("Marmalade"), "{kept}");
    assert_eq!(kept.lines().count(), redacted.lines().count());
}

/// That the redaction keeps something is what makes a session decide the same again.
#[test]
fn without_any_word_a_session_decides_otherwise() {
    let decides_otherwise = |seed| {
        let mut lines = redacted(conversation(seed));
        for line in &mut lines {
            if let Line::Happened(Step { input: Input::Op(_, OpEvent::Partial { text, .. }), .. }) = line {
                *text = outline(text);
            }
        }
        matches!(outcome(&file(lines)), Outcome::Different(_))
    };
    assert!((0..40).any(decides_otherwise));
}

#[test]
fn an_output_that_is_not_what_it_was_is_found_with_its_line() {
    let mut lines = a_conversation();
    let with_outputs = |line: &Line| matches!(line, Line::Happened(step) if step.outputs.len() > 1);
    let at = lines.iter().rposition(with_outputs).unwrap();
    let removed = lines[at].outputs_mut().unwrap().remove(0);
    let Outcome::Different(difference) = outcome(&file(lines)) else { panic!("nothing was found") };
    assert_eq!(difference.line, at as u64 + 1);
    assert_eq!(difference.replayed, Some(removed));
    assert_ne!(difference.recorded, difference.replayed);
}

#[test]
fn an_output_that_is_missing_or_too_much_is_found() {
    let mut lines = a_conversation();
    let extra = lines[0].outputs_mut().unwrap()[0].clone();
    lines[5].outputs_mut().unwrap().push(extra.clone());
    let Outcome::Different(difference) = outcome(&file(lines)) else { panic!("nothing was found") };
    assert_eq!((difference.line, difference.recorded, difference.replayed), (6, Some(extra), None));
}

#[test]
fn an_input_that_is_not_what_it_was_is_found_by_what_follows_from_it() {
    let whole = file(a_conversation());
    let changed = whole.replacen("\"bytes\":3200", "\"bytes\":15999", 1);
    assert_ne!(whole, changed);
    assert!(matches!(outcome(&changed), Outcome::Different(_)));
}

#[test]
fn a_recording_that_ends_early_says_so_and_is_replayed_to_there() {
    let whole = file(a_conversation());
    let cut_off = summary(&whole[..whole.len() / 2]);
    assert!(cut_off.cut_off.is_some() && !cut_off.is_over, "{cut_off:?}");
    let mut lines = a_conversation();
    lines.truncate(10);
    lines.push(Line::GivenUp("the disk was slow".into()));
    let given_up = summary(&file(redacted(lines)));
    assert_eq!((given_up.inputs, given_up.given_up.as_deref()), (9, Some("the disk was slow")));
    assert!(!given_up.is_over);
}
