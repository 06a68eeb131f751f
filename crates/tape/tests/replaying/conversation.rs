//! A session that is driven at random, and recorded.

use std::collections::BTreeMap;

use proptest::prelude::*;
use session::{
    Animation, Briefing, Command, Config, Cut, Cutting, Endpointing, Failure, FailureKind, Finish, Input, Interruption,
    LeftOver, Link, Manner, OpEvent, OpId, Output, Session, SessionTime, Sound, SoundChange, Source, Speech,
    StageLimits, Stored, TurnDetection, TurnId, Work,
};
use tape::{FORMAT, Line, Opened, Redaction, Step, Words};

/// What happens next: which thing, a number and a text for it.
pub(crate) type Chance = (u8, u16, String);

pub(crate) fn chances() -> impl Strategy<Value = Vec<Chance>> {
    prop::collection::vec((any::<u8>(), any::<u16>(), words()), 1..120)
}

/// Half of it is what the policies know.
fn words() -> impl Strategy<Value = String> {
    let known = [
        "so",
        "and",
        "um",
        "the",
        "mm",
        "yeah",
        "Dr.",
        "e.g.",
        "No.",
        "nine",
        "one",
        "They",
        "等一下",
        "對",
        "嗯",
        "好的",
        "因為",
        "等",
        "一",
        "thank you",
        "you know",
        "What's",
    ];
    let part = prop_oneof![
        4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        3 => "[a-z]{1,9}",
        1 => "[A-Z][a-z]{0,4}",
        2 => "[山水人車等一下對嗯]{1,4}",
        1 => "[0-9]{1,3}",
        1 => "\\PC{1,2}",
    ];
    let end = proptest::sample::select(vec!["", "", " ", " ", ". ", ", ", "? ", "，", "。", "…"]);
    prop::collection::vec((part, end), 0..5).prop_map(|parts| parts.into_iter().map(|(part, end)| part + end).collect())
}

/// Everything that happened, as it is recorded.
pub(crate) fn recorded(chances: &[Chance]) -> Vec<Line> {
    let mut conversation = Conversation::open();
    for (kind, number, text) in chances {
        conversation.pass(u64::from(number % 600));
        let input = conversation.input(*kind, *number, text);
        conversation.happens(input);
    }
    conversation.happens(Input::Client(Command::End));
    while let Some((at, _)) = conversation.machine.deadline() {
        conversation.now = at;
        conversation.happens(Input::Tick);
    }
    conversation.lines
}

pub(crate) fn file(lines: Vec<Line>) -> String {
    lines.iter().map(|line| line.to_json().expect("a line is JSON")).collect()
}

pub(crate) fn redacted(lines: Vec<Line>) -> Vec<Line> {
    let mut redaction = Redaction::default();
    let mut redacted: Vec<Line> = lines.into_iter().flat_map(|line| redaction.push(line)).collect();
    redacted.extend(redaction.finish());
    redacted
}

struct Conversation {
    machine: Session,
    now: SessionTime,
    lines: Vec<Line>,
    running: BTreeMap<OpId, (Work, String)>,
    head_ms: u64,
    speaking: bool,
    segments: u64,
}

impl Conversation {
    fn open() -> Self {
        let mut machine = Session::new(config(), briefing(), SessionTime(0));
        let outputs = std::iter::from_fn(|| machine.poll()).collect();
        let opened = Opened {
            format: FORMAT,
            version: "test".into(),
            words: Words::Kept,
            started_at_ms: 1_000,
            at: SessionTime(0),
            config: config(),
            briefing: briefing(),
            outputs,
        };
        let lines = vec![Line::Opened(Box::new(opened))];
        let (running, now) = (BTreeMap::new(), SessionTime(0));
        Self { machine, now, lines, running, head_ms: 0, speaking: false, segments: 0 }
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some((at, _)) = self.machine.deadline().filter(|(at, _)| *at <= until) {
            self.now = at;
            self.happens(Input::Tick);
        }
        self.now = until;
    }

    fn happens(&mut self, input: Input) {
        self.machine.handle(self.now, input.clone());
        let outputs: Vec<Output> = std::iter::from_fn(|| self.machine.poll()).collect();
        for output in &outputs {
            match output {
                Output::Start(op, work) => drop(self.running.insert(*op, (work.clone(), String::new()))),
                Output::Cancel(op) => drop(self.running.remove(op)),
                _ => (),
            }
        }
        self.lines.push(Line::Happened(Step { at: self.now, input, outputs }));
    }

    fn input(&mut self, kind: u8, number: u16, text: &str) -> Input {
        let (op, small) = (usize::from(number) % self.running.len().max(1), u64::from(number % 300));
        let command = match kind % 32 {
            0..=7 => self.audio(number),
            8 => Command::Said { text: text.into(), confidence: Some(f32::from(kind) / 256.0) },
            9 => Command::Saying { text: text.into() },
            10 => Command::Interrupt { played: Some((TurnId(1 + u32::from(number % 5)), small)) },
            11 => Command::Played { turn: TurnId(1 + u32::from(number % 5)), played_ms: small * 5, done: kind > 128 },
            12 if kind > 200 => Command::Pause,
            12 => Command::Resume,
            13 => Command::SetLanguage { language: "nan-TW".into(), voice: Some(text.into()) },
            14 => Command::EndTurn,
            15 => return Input::Link(if kind > 100 { Link::Up } else { Link::Down }),
            _ => return self.report(op, kind, number, text),
        };
        Input::Client(command)
    }

    fn audio(&mut self, number: u16) -> Command {
        self.head_ms += 100;
        let mut changes = vec![];
        if number.is_multiple_of(3) {
            self.speaking = !self.speaking;
            let at_ms = self.head_ms - u64::from(number % 100);
            changes.push(if self.speaking { SoundChange::Started { at_ms } } else { SoundChange::Stopped { at_ms } });
        }
        let sound = Sound { head_ms: self.head_ms, changes, speaking: self.speaking };
        Command::Audio { bytes: 3_200, sound: Some(sound) }
    }

    fn report(&mut self, nth: usize, kind: u8, number: u16, text: &str) -> Input {
        let Some((op, (work, said))) = self.running.iter_mut().nth(nth) else {
            return Input::Tick;
        };
        let (op, is_last) = (*op, kind.is_multiple_of(5));
        let event = match work {
            _ if kind % 32 == 31 => OpEvent::Failed(Failure::new(FailureKind::Unavailable)),
            Work::Store { cut } => OpEvent::Stored(stored(*cut, &mut self.segments)),
            Work::Transcribe { .. } => heard(text, number),
            Work::Listen { .. } if is_last => heard(&format!("{said}{text}"), number),
            Work::Listen { .. } => {
                let grown = format!("{said}{text}");
                // Now and then a recogniser breaks its word.
                let told = if kind % 32 == 16 { text.to_owned() } else { grown };
                *said = told.clone();
                OpEvent::Partial { text: told, stable_chars: u32::from(number % 24) }
            }
            Work::Answer { .. } if is_last => OpEvent::Answered { finish: Finish::Stop, usage: None, by: source() },
            Work::Answer { .. } => OpEvent::Token(text.to_owned()),
            Work::Speak { .. } if is_last => OpEvent::Spoken { by: source() },
            Work::Speak { .. } if number.is_multiple_of(4) => {
                OpEvent::Word { at_char: u32::from(number % 20), at_ms: u64::from(number % 900) }
            }
            Work::Speak { .. } => OpEvent::Voiced { ms: u64::from(number % 900) },
            Work::Keep { .. } => OpEvent::Kept { audio: format!("sessions/{text}/1.wav"), duration_ms: 900 },
            Work::Animate { .. } => {
                let animation = Animation { expression: Some(text.to_owned()), ..Animation::default() };
                OpEvent::Animated { animation, by: source() }
            }
        };
        let goes_on = matches!(
            event,
            OpEvent::Token(_) | OpEvent::Partial { .. } | OpEvent::Word { .. } | OpEvent::Voiced { .. }
        );
        if !goes_on {
            self.running.remove(&op);
        }
        Input::Op(op, event)
    }
}

fn stored(cut: Cut, segments: &mut u64) -> Option<Stored> {
    *segments += 1;
    let (first_seq, last_seq) = (Some(cut.first), Some(cut.last));
    let (first_segment, last_segment) = (*segments, *segments);
    Some(Stored { bytes: 3_200, first_segment, last_segment, duration_ms: 100, first_seq, last_seq })
}

fn heard(text: &str, number: u16) -> OpEvent {
    let language = number.is_multiple_of(2).then(|| "en-GB".to_owned());
    OpEvent::Heard { text: text.to_owned(), language, confidence: Some(0.1 + f32::from(number) / 1e5), by: source() }
}

fn source() -> Source {
    Source { provider: "test".into(), demo: true }
}

fn briefing() -> Briefing {
    Briefing {
        language: "en-US".into(),
        voice: None,
        persona: source(),
        max_turns: 5,
        history: vec![],
        last_turn: 0,
        answered_turns: 0,
        left_over: LeftOver::default(),
    }
}

fn config() -> Config {
    Config {
        manner: Manner {
            detection: TurnDetection::Voice,
            cutting: Cutting { bytes: 16_000, silence_ms: 1_000 },
            endpointing: Endpointing::default(),
            barge_in: true,
            speech: Speech::Streamed,
        },
        interruption: Interruption::default(),
        stall_ms: 1_000,
        max_buffered_bytes: 2 << 20,
        idle_ms: 60_000,
        grace_ms: 20_000,
        max_session_ms: 600_000,
        ending_ms: 5_000,
        store_patience_ms: 10_000,
        limits: StageLimits { transcribe_ms: 5_000, answer_ms: 5_000, speak_ms: 5_000, animate_ms: 5_000 },
        max_waiting_texts: 8,
        history_lines: 10,
        max_reply_chars: 300,
    }
}
