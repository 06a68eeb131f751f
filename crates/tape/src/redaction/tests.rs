use session::{Cut, Event, Finish, SessionTime, Source, TurnId};

use super::*;

const ANSWER: OpId = OpId(3);
const LISTEN: OpId = OpId(4);

fn source() -> Source {
    Source { provider: "test".into(), demo: false }
}

fn line(input: Input, outputs: Vec<Output>) -> Line {
    Line::Happened(Step { at: SessionTime(1), input, outputs })
}

fn starts(op: OpId, work: Work) -> Line {
    line(Input::Tick, vec![Output::Start(op, work)])
}

fn answer() -> Line {
    starts(ANSWER, Work::Answer { turn: TurnId(1), number: 1, language: "en".into(), history: vec![] })
}

fn listen() -> Line {
    starts(LISTEN, Work::Listen { turn: TurnId(1), language: "en".into() })
}

fn token(text: &str) -> Line {
    line(Input::Op(ANSWER, OpEvent::Token(text.into())), vec![])
}

fn answered() -> Line {
    line(Input::Op(ANSWER, OpEvent::Answered { finish: Finish::Stop, usage: None, by: source() }), vec![])
}

/// The session understands what the recogniser says.
fn partial(text: &str, stable_chars: u32) -> Line {
    let event = Event::Partial { turn: TurnId(1), text: text.into(), stable_chars };
    line(Input::Op(LISTEN, OpEvent::Partial { text: text.into(), stable_chars }), vec![Output::Event(event)])
}

fn heard(text: &str) -> Line {
    let heard = OpEvent::Heard { text: text.into(), language: None, confidence: None, by: source() };
    line(Input::Op(LISTEN, heard), vec![])
}

fn texts(lines: &[Line]) -> Vec<String> {
    let text = |line: &Line| {
        let Line::Happened(Step { input: Input::Op(_, event), .. }) = line else {
            return None;
        };
        match event {
            OpEvent::Token(text) | OpEvent::Partial { text, .. } | OpEvent::Heard { text, .. } => Some(text.clone()),
            _ => None,
        }
    };
    lines.iter().filter_map(text).collect()
}

#[test]
fn the_parts_of_an_answer_wait_for_its_end_and_are_redacted_as_a_whole() {
    let mut redaction = Redaction::default();
    assert_eq!(redaction.push(answer()).len(), 1);
    for part in ["I met D", "r. Whit", "ney, a", "nd T", "heo."] {
        assert!(redaction.push(token(part)).is_empty());
    }
    let lines = redaction.push(answered());
    assert_eq!(texts(&lines), ["I xxx D", "r. Xxxx", "xxx, a", "nd X", "xxx."]);
    assert_eq!(lines.len(), 6);
}

#[test]
fn whatever_happens_meanwhile_keeps_its_place() {
    let mut redaction = Redaction::default();
    redaction.push(answer());
    assert_eq!(redaction.push(line(Input::Tick, vec![])).len(), 1, "nothing waits yet");
    redaction.push(token("Well"));
    assert!(redaction.push(line(Input::Suspend, vec![])).is_empty());
    redaction.push(token("ington"));
    let lines = redaction.push(line(Input::Tick, vec![Output::Cancel(ANSWER)]));
    assert_eq!(texts(&lines), ["Xxxx", "xxxxxx"]);
    assert!(matches!(&lines[1], Line::Happened(Step { input: Input::Suspend, .. })));
    assert_eq!(lines.len(), 4);
}

#[test]
fn what_is_promised_before_a_policy_knows_it_is_kept_from_the_beginning() {
    let mut redaction = Redaction::default();
    redaction.push(listen());
    redaction.push(partial("山等", 2));
    redaction.push(partial("山等一下", 4));
    let lines = redaction.push(heard("山等一下王"));
    assert_eq!(texts(&lines), ["某等", "某等一下", "某等一下某"]);
}

#[test]
fn what_is_not_promised_yet_is_redacted_as_it_stands() {
    let mut redaction = Redaction::default();
    redaction.push(listen());
    redaction.push(partial("so the", 2));
    redaction.push(partial("so theo w", 2));
    assert_eq!(texts(&redaction.push(heard("So Theo won"))), ["so the", "so xxxx x", "So Xxxx xxx"]);
}

#[test]
fn a_part_of_work_that_nobody_began_says_nothing() {
    let mut redaction = Redaction::default();
    assert_eq!(texts(&redaction.push(token("yes and no"))), ["xxx xxx xx"]);
}

#[test]
fn a_text_without_an_end_does_not_hold_up_the_rest_for_ever() {
    let mut redaction = Redaction::default();
    redaction.push(answer());
    let mut lines = redaction.push(token("and the"));
    for _ in 0..MOST_WAITING {
        lines.extend(redaction.push(line(Input::Tick, vec![])));
    }
    assert_eq!((texts(&lines), lines.len()), (vec!["and xxx".to_owned()], MOST_WAITING + 1));
}

#[test]
fn only_providers_are_named() {
    let face = session::Animation {
        video_url: Some("https://faces.example/ann".into()),
        visemes: vec![],
        expression: Some("like Ann".into()),
    };
    let cut = Cut { first: 0, last: 1 };
    let said = |text: &str| text.to_owned();
    let by = source();
    let inputs = [
        Input::Client(session::Command::Said { text: said("Ann"), confidence: None }),
        Input::Client(session::Command::SetLanguage { language: said("like Ann"), voice: Some(said("Ann")) }),
        Input::Op(OpId(9), OpEvent::Kept { audio: said("sessions/Ann/1.wav"), duration_ms: 1 }),
        Input::Op(OpId(9), OpEvent::Animated { animation: face.clone(), by: by.clone() }),
        Input::Op(
            OpId(9),
            OpEvent::Heard { text: said("Ann"), language: Some(said("of Ann")), confidence: None, by: by.clone() },
        ),
    ];
    let turn = TurnId(1);
    let history = vec![session::Line { speaker: session::Speaker::User, text: said("Ann").into() }];
    let outputs = vec![
        Output::Start(OpId(1), Work::Store { cut }),
        Output::Start(OpId(2), Work::Answer { turn, number: 1, language: said("Ann "), history }),
        Output::Start(
            OpId(5),
            Work::Speak { turn, stretch: 0, text: said("Ann"), language: said("Ann "), voice: Some(said("Ann")) },
        ),
        Output::Start(OpId(6), Work::Animate { turn, text: said("Ann"), language: said("Ann ") }),
        Output::Event(Event::Face {
            turn,
            audio: Some(said("Ann")),
            duration_ms: 1,
            animation: Some(Box::new(face)),
            by: Some(by.clone()),
        }),
        Output::Record(session::Fact::Answered { turn, text: said("Ann"), by, usage: None }),
        Output::Record(session::Fact::CutShort { turn, heard_text: said("Ann"), heard_ms: 1 }),
        Output::Record(session::Fact::Spoken { turn, audio: said("Ann"), duration_ms: 1 }),
    ];
    let mut redaction = Redaction::default();
    for input in inputs {
        for line in redaction.push(line(input, outputs.clone())) {
            let json = line.to_json().unwrap();
            assert!(!json.contains("Ann") && !json.contains("faces") && json.contains("test"), "{json}");
        }
    }
}
