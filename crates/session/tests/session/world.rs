//! A scripted world on virtual time: users, providers and a store, without a clock or a task.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write,
};

use session::{
    Animation, Briefing, Command, Config, Cutting, Endpointing, Event, Failure, FailureKind, Finish, Input,
    Interruption, Link, Manner, OpEvent, OpId, Output, Session, SessionTime, Source, Speech, StageLimits, Stored,
    TurnDetection, Work,
};

pub(crate) fn config() -> Config {
    Config {
        manner: Manner {
            detection: TurnDetection::Threshold,
            cutting: Cutting { bytes: 32_000, silence_ms: 2_000 },
            endpointing: Endpointing::default(),
            barge_in: false,
            speech: Speech::Whole,
        },
        interruption: Interruption::default(),
        stall_ms: 1_000,
        max_buffered_bytes: 2 << 20,
        idle_ms: 30 * 60_000,
        grace_ms: 120_000,
        max_session_ms: 2 * 3_600_000,
        ending_ms: 10_000,
        store_patience_ms: 600_000,
        limits: StageLimits { transcribe_ms: 15_000, answer_ms: 20_000, speak_ms: 20_000, animate_ms: 10_000 },
        max_waiting_texts: 8,
        history_lines: 40,
        max_reply_chars: 8_000,
    }
}

pub(crate) fn briefing() -> Briefing {
    Briefing {
        language: "en-US".into(),
        voice: None,
        persona: source(),
        max_turns: 8,
        history: vec![],
        last_turn: 0,
        answered_turns: 0,
        left_over: session::LeftOver::default(),
    }
}

pub(crate) fn source() -> Source {
    Source { provider: "test".into(), demo: false }
}

/// What a provider does when it is asked: after how long, and what.
#[derive(Clone)]
pub(crate) enum Does {
    Says(u64, &'static str),
    Fails(u64),
    Hangs,
}

pub(crate) struct Scenario {
    config: Config,
    briefing: Briefing,
    agenda: Vec<(u64, Input)>,
    recogniser: VecDeque<Does>,
    persona: VecDeque<Does>,
    voice: VecDeque<Does>,
    store: VecDeque<Does>,
}

impl Scenario {
    pub(crate) fn new() -> Self {
        Self {
            config: config(),
            briefing: briefing(),
            agenda: vec![],
            recogniser: VecDeque::new(),
            persona: VecDeque::new(),
            voice: VecDeque::new(),
            store: VecDeque::new(),
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    pub(crate) fn briefed(mut self, change: impl FnOnce(&mut Briefing)) -> Self {
        change(&mut self.briefing);
        self
    }

    /// A chunk of 8000 bytes every 250 ms.
    pub(crate) fn user_speaks(mut self, from: u64, until: u64) -> Self {
        let mut at = from;
        while at < until {
            self.agenda.push((at, Input::Client(Command::Audio { bytes: 8_000, sound: None })));
            at += 250;
        }
        self
    }

    pub(crate) fn client(mut self, at: u64, command: Command) -> Self {
        self.agenda.push((at, Input::Client(command)));
        self
    }

    pub(crate) fn user_types(self, at: u64, text: &str) -> Self {
        self.client(at, Command::Said { text: text.into(), confidence: None })
    }

    pub(crate) fn link(mut self, at: u64, link: Link) -> Self {
        self.agenda.push((at, Input::Link(link)));
        self
    }

    pub(crate) fn server_stops(mut self, at: u64) -> Self {
        self.agenda.push((at, Input::Suspend));
        self
    }

    pub(crate) fn recogniser(mut self, does: Does) -> Self {
        self.recogniser.push_back(does);
        self
    }

    pub(crate) fn persona(mut self, does: Does) -> Self {
        self.persona.push_back(does);
        self
    }

    pub(crate) fn voice(mut self, does: Does) -> Self {
        self.voice.push_back(does);
        self
    }

    pub(crate) fn store(mut self, does: Does) -> Self {
        self.store.push_back(does);
        self
    }

    /// Runs until nothing is left to happen before `until` and answers the timeline, one event a line.
    pub(crate) fn play(self, until: u64) -> String {
        World::new(self).play(until)
    }
}

struct World {
    script: Scenario,
    agenda: BTreeMap<(SessionTime, u32), Input>,
    planned: u32,
    segments: u64,
    cut_bytes: BTreeMap<u64, u64>,
    cancelled: BTreeSet<OpId>,
    speech: &'static str,
    timeline: String,
}

impl World {
    fn new(mut script: Scenario) -> Self {
        let agenda = std::mem::take(&mut script.agenda);
        let mut world = Self {
            script,
            agenda: BTreeMap::new(),
            planned: 0,
            segments: 0,
            cut_bytes: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            speech: "",
            timeline: String::new(),
        };
        for (at, input) in agenda {
            world.plan(SessionTime(at), input);
        }
        world
    }

    fn play(mut self, until: u64) -> String {
        let mut session = Session::new(self.script.config.clone(), self.script.briefing.clone(), SessionTime(0));
        let mut now = SessionTime(0);
        loop {
            while let Some(output) = session.poll() {
                self.carry_out(now, output);
            }
            let planned = self.agenda.keys().next().map(|(at, _)| *at);
            let deadline = session.deadline().map(|(at, _)| at);
            let Some(next) = planned.into_iter().chain(deadline).min().filter(|at| at.0 <= until) else {
                return self.timeline;
            };
            now = next;
            let input = match planned {
                Some(at) if at == next => self.agenda.pop_first().expect("it has one").1,
                _ => Input::Tick,
            };
            let stale = matches!(&input, Input::Op(op, _) if self.cancelled.contains(op));
            if let Input::Client(Command::Audio { bytes, .. }) = input
                && let Err(refusal) = session.admit_audio(bytes)
            {
                writeln!(self.timeline, "{now}  refused: {refusal:?}").expect("writing to a String");
            } else if !stale {
                session.handle(now, input);
            }
        }
    }

    fn carry_out(&mut self, now: SessionTime, output: Output) {
        match output {
            Output::Event(event) => self.note(now, event),
            Output::Record(_) | Output::Mouth(_) | Output::Finish(_) => (),
            Output::Cut(cut) => {
                self.cut_bytes.insert(cut.first, (cut.last - cut.first + 1) * 8_000);
            }
            Output::Cancel(op) => {
                self.cancelled.insert(op);
                writeln!(self.timeline, "{now}  cancelled: work {}", op.0).expect("writing to a String");
            }
            Output::Start(op, Work::Store { cut }) => {
                let bytes = self.cut_bytes[&cut.first];
                let (first_segment, last_segment) = (self.segments + 1, self.segments + 1);
                let stored =
                    Stored { bytes, first_segment, last_segment, duration_ms: 1_000, first_seq: None, last_seq: None };
                match self.script.store.pop_front().unwrap_or(Does::Says(10, "")) {
                    Does::Says(after, _) => {
                        self.segments += 1;
                        self.report(now + after, op, OpEvent::Stored(Some(stored)));
                    }
                    other => self.fail(now, op, other),
                }
            }
            Output::Start(op, Work::Transcribe { .. }) => {
                match self.script.recogniser.pop_front().unwrap_or(Does::Says(100, "hello there")) {
                    Does::Says(after, text) => {
                        let heard =
                            OpEvent::Heard { text: text.into(), language: None, confidence: None, by: source() };
                        self.report(now + after, op, heard);
                    }
                    other => self.fail(now, op, other),
                }
            }
            Output::Start(op, Work::Answer { .. }) => {
                match self.script.persona.pop_front().unwrap_or(Does::Says(300, "Why should I care?")) {
                    Does::Says(after, text) => {
                        self.report(now + after, op, OpEvent::Token(text.into()));
                        let answered = OpEvent::Answered { finish: Finish::Stop, usage: None, by: source() };
                        self.report(now + after + 50, op, answered);
                    }
                    other => self.fail(now, op, other),
                }
            }
            Output::Start(op, Work::Speak { .. }) => {
                match self.script.voice.pop_front().unwrap_or(Does::Says(200, "voice.wav")) {
                    Does::Says(after, audio) => {
                        self.speech = audio;
                        self.report(now + after, op, OpEvent::Voiced { ms: 1_500 });
                        self.report(now + after, op, OpEvent::Spoken { by: source() });
                    }
                    other => self.fail(now, op, other),
                }
            }
            Output::Start(op, Work::Keep { .. }) => {
                let kept = OpEvent::Kept { audio: self.speech.into(), duration_ms: 1_500 };
                self.report(now, op, kept);
            }
            Output::Start(_, Work::Listen { .. }) => unreachable!("nobody listens in these scenarios"),
            Output::Start(op, Work::Animate { .. }) => {
                self.report(now + 5, op, OpEvent::Animated { animation: Animation::default(), by: source() });
            }
        }
    }

    fn fail(&mut self, now: SessionTime, op: OpId, does: Does) {
        if let Does::Fails(after) = does {
            self.report(now + after, op, OpEvent::Failed(Failure::new(FailureKind::Unavailable)));
        }
    }

    fn report(&mut self, at: SessionTime, op: OpId, event: OpEvent) {
        self.plan(at, Input::Op(op, event));
    }

    fn plan(&mut self, at: SessionTime, input: Input) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), input);
    }

    fn note(&mut self, now: SessionTime, event: Event) {
        let text = match event {
            Event::State { state, turn } => match turn {
                Some(turn) => format!("  is {state:?} in turn {}", turn.0),
                None => format!("  is {state:?}"),
            },
            Event::AudioStored(stored) => format!("stored segment {}: {} bytes", stored.last_segment, stored.bytes),
            Event::Partial { turn, text, .. } => format!("user (turn {}) …: {text}", turn.0),
            Event::Transcript { turn, text, audio, .. } => match audio {
                Some(audio) => {
                    format!("user (turn {}): {text} [{}..{}]", turn.0, audio.first_segment, audio.last_segment)
                }
                None => format!("user (turn {}): {text}", turn.0),
            },
            Event::Silence { turn } => format!("silence (turn {})", turn.0),
            Event::ReplyDelta { .. }
            | Event::Latency(_)
            | Event::SpeechStarted { .. }
            | Event::SpeechStopped { .. } => {
                return;
            }
            Event::Reply { turn, text, count, max, .. } => format!("persona (turn {}, {count}/{max}): {text}", turn.0),
            Event::Face { turn, audio, .. } => format!("face (turn {}): {}", turn.0, audio.as_deref().unwrap_or("-")),
            Event::Interrupted { turn, reason, .. } => format!("interrupted (turn {}): {reason:?}", turn.0),
            Event::TurnsUsedUp { turns } => format!("turns used up: {turns}"),
            Event::Problem(problem) => {
                format!("problem: {:?} {:?} {:?}", problem.stage, problem.failure.kind, problem.turn.map(|turn| turn.0))
            }
            Event::Ended { reason, turns, .. } => format!("ended: {reason:?} after {turns}"),
        };
        writeln!(self.timeline, "{now}  {text}").expect("writing to a String");
    }
}

/// Compares a timeline with its script; both are trimmed line by line, so that scripts can be indented.
#[track_caller]
pub(crate) fn assert_timeline(timeline: &str, script: &str) {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let (timeline, script) = (lines(timeline), lines(script));
    assert!(timeline == script, "the session went\n\n{timeline}\n\nand not\n\n{script}\n");
}
