//! Whatever the outside does, in whatever order: what must always hold, and proof that the check would notice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::world::{briefing, config, source};
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use session::{
    Animation, Command, Config, Event, Fact, Failure, FailureKind, Finish, Input, Link, Manner, OpEvent, OpId, Output,
    Session, SessionTime, Speech, Stored, Timer, TurnDetection, TurnId, Work,
};

#[test]
fn every_rule_holds_for_any_order_of_events() {
    runner(2_000).run(&life(), |life| live(life, Bug::None)).unwrap();
}

/// A check that notices nothing proves nothing: each of these bugs must be found.
#[test]
fn every_planted_bug_is_found() {
    let bugs = [
        Bug::ForgetsToRecordWhatWasHeard,
        Bug::TellsBeforeItIsWrittenDown,
        Bug::AcknowledgesAudioBeforeItIsStored,
        Bug::AnswersTwice,
        Bug::OpensASecondTurn,
        Bug::SwallowsAReply,
        Bug::SwallowsAProblem,
        Bug::ForgetsToCancel,
        Bug::ListensToCancelledWork,
        Bug::SpeaksAfterTheEnd,
        Bug::LosesItsDeadline,
        Bug::CutsTheSameAudioTwice,
        Bug::LosesAudioBetweenCuts,
        Bug::CountsAnswersWrong,
        Bug::RepeatsAState,
    ];
    for bug in bugs {
        let found = runner(4_000).run(&life(), |life| live(life, bug));
        assert!(found.is_err(), "nobody noticed that the session {bug:?}");
    }
}

fn runner(cases: u32) -> TestRunner {
    // A fixed seed: the same lives on every machine. `PROPTEST_CASES` and `make sim` widen the search.
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() };
    TestRunner::new_with_rng(
        config,
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    )
}

#[derive(Debug, Clone)]
struct Life {
    manual: bool,
    speaks: bool,
    steps: Vec<(u64, Step)>,
}

#[derive(Debug, Clone)]
enum Step {
    Input(Input),
    /// A report of some work that the session itself began, finished or not: blind ids find nothing.
    Report(Index, Outcome),
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Good,
    Empty,
    Progress,
    Fails,
}

fn life() -> impl Strategy<Value = Life> {
    (any::<bool>(), any::<bool>(), prop::collection::vec((0u64..1_500, step()), 0..60))
        .prop_map(|(manual, speaks, steps)| Life { manual, speaks, steps })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => input().prop_map(Step::Input),
        6 => (any::<Index>(), outcome()).prop_map(|(which, outcome)| Step::Report(which, outcome)),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Good),
        1 => Just(Outcome::Empty),
        2 => Just(Outcome::Progress),
        1 => Just(Outcome::Fails),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let command = prop_oneof![
        8 => (1u64..20_000).prop_map(|bytes| Command::Audio { bytes, sound: None }),
        2 => Just(Command::Said { text: "hello".into(), confidence: None }),
        1 => Just(Command::Saying { text: "hel".into() }),
        2 => Just(Command::EndTurn),
        1 => Just(Command::Interrupt { played: None }),
        1 => Just(Command::Pause),
        2 => Just(Command::Resume),
        1 => Just(Command::SetLanguage { language: "zh-CN".into(), voice: None }),
    ];
    prop_oneof![
        20 => command.prop_map(Input::Client),
        1 => Just(Input::Client(Command::End)),
        1 => Just(Input::Link(Link::Down)),
        1 => Just(Input::Link(Link::Up)),
        1 => Just(Input::Suspend),
        4 => Just(Input::Tick),
    ]
}

/// What a broken machine would do. Each is done to the outputs of the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    None,
    ForgetsToRecordWhatWasHeard,
    TellsBeforeItIsWrittenDown,
    AcknowledgesAudioBeforeItIsStored,
    AnswersTwice,
    OpensASecondTurn,
    SwallowsAReply,
    SwallowsAProblem,
    ForgetsToCancel,
    ListensToCancelledWork,
    SpeaksAfterTheEnd,
    LosesItsDeadline,
    CutsTheSameAudioTwice,
    LosesAudioBetweenCuts,
    CountsAnswersWrong,
    RepeatsAState,
}

/// The session with a bug in it.
struct Patient {
    session: Session,
    bug: Bug,
    outputs: VecDeque<Output>,
    cancelled: BTreeMap<OpId, OpId>,
}

impl Patient {
    fn new(config: Config, bug: Bug) -> Self {
        let session = Session::new(config, briefing(), SessionTime(0));
        let mut patient = Self { session, bug, outputs: VecDeque::new(), cancelled: BTreeMap::new() };
        patient.drain();
        patient
    }

    fn handle(&mut self, at: SessionTime, input: Input) {
        let input = match input {
            Input::Op(op, event) if self.bug == Bug::ListensToCancelledWork => {
                Input::Op(*self.cancelled.get(&op).unwrap_or(&op), event)
            }
            other => other,
        };
        let was_over = self.session.is_over();
        self.session.handle(at, input);
        if was_over && self.bug == Bug::SpeaksAfterTheEnd {
            self.outputs.push_back(Output::Event(Event::Silence { turn: TurnId(1) }));
        }
        self.drain();
    }

    fn deadline(&self) -> Option<(SessionTime, Timer)> {
        self.session.deadline().filter(|(_, timer)| self.bug != Bug::LosesItsDeadline || *timer != Timer::Stage)
    }

    fn drain(&mut self) {
        let mut outputs = Vec::new();
        while let Some(output) = self.session.poll() {
            outputs.push(output);
        }
        if self.bug == Bug::ListensToCancelledWork {
            let started = outputs.iter().find_map(|output| match output {
                Output::Start(op, Work::Answer { .. }) => Some(*op),
                _ => None,
            });
            for cancelled in outputs.iter().filter_map(|output| match output {
                Output::Cancel(op) => Some(*op),
                _ => None,
            }) {
                self.cancelled.insert(cancelled, cancelled);
            }
            if let Some(new) = started {
                self.cancelled.values_mut().for_each(|goes_to| *goes_to = new);
            }
        }
        for index in 0..outputs.len() {
            self.spoil(&outputs, index);
        }
    }

    fn spoil(&mut self, outputs: &[Output], index: usize) {
        let output = outputs[index].clone();
        match (self.bug, &output) {
            (Bug::ForgetsToRecordWhatWasHeard, Output::Record(Fact::Heard { .. }))
            | (Bug::SwallowsAReply, Output::Event(Event::Reply { .. }))
            | (Bug::SwallowsAProblem, Output::Event(Event::Problem(_)))
            | (Bug::ForgetsToCancel, Output::Cancel(_)) => return,
            (Bug::TellsBeforeItIsWrittenDown, Output::Record(Fact::Answered { .. })) => {
                if let Some(next) = outputs.get(index + 1) {
                    self.outputs.push_back(next.clone());
                }
            }
            (Bug::AcknowledgesAudioBeforeItIsStored, Output::Start(_, Work::Store { .. })) => {
                let told = Event::AudioStored(segment(1));
                self.outputs.push_back(Output::Event(told));
            }
            (Bug::AnswersTwice, Output::Event(Event::Reply { .. }))
            | (Bug::RepeatsAState, Output::Event(Event::State { .. })) => {
                self.outputs.push_back(output.clone());
            }
            (Bug::OpensASecondTurn, Output::Start(op, Work::Answer { turn, number, language, history })) => {
                let (turn, number) = (TurnId(turn.0 + 1), *number);
                let work = Work::Answer { turn, number, language: language.clone(), history: history.clone() };
                self.outputs.push_back(Output::Start(OpId(op.0 + 1_000), work));
            }
            (Bug::CutsTheSameAudioTwice, Output::Cut(cut)) if cut.first > 0 => {
                let cut = session::Cut { first: cut.first - 1, ..*cut };
                return self.outputs.push_back(Output::Cut(cut));
            }
            (Bug::LosesAudioBetweenCuts, Output::Cut(cut)) if cut.last > cut.first => {
                let cut = session::Cut { last: cut.last - 1, ..*cut };
                return self.outputs.push_back(Output::Cut(cut));
            }
            (Bug::CountsAnswersWrong, Output::Event(Event::Reply { turn, text, count, max, by, finish, usage })) => {
                let count = count + u32::from(*count > 1);
                let (text, by) = (text.clone(), by.clone());
                let told = Event::Reply { turn: *turn, text, count, max: *max, by, finish: *finish, usage: *usage };
                return self.outputs.push_back(Output::Event(told));
            }
            _ => (),
        }
        self.outputs.push_back(output);
    }
}

fn live(life: Life, bug: Bug) -> Result<(), TestCaseError> {
    let Life { manual, speaks, steps } = life;
    let detection = if manual { TurnDetection::Manual } else { TurnDetection::Threshold };
    let speech = if speaks { Speech::Whole } else { Speech::Mute };
    let manner = Manner { detection, speech, ..config().manner };
    let config = Config { manner, max_buffered_bytes: 100_000, max_session_ms: 60_000, ..config() };
    let mut patient = Patient::new(config, bug);
    let mut witness = Witness::default();
    let mut now = 0;
    witness.watch(&mut patient)?;
    for (gap, step) in steps {
        now += gap;
        let input = match step {
            Step::Input(Input::Client(Command::Audio { bytes, sound })) => {
                if patient.session.admit_audio(bytes).is_err() {
                    continue;
                }
                witness.chunks += 1;
                Input::Client(Command::Audio { bytes, sound })
            }
            Step::Input(input) => input,
            Step::Report(which, outcome) => match witness.pick(which) {
                Some(op) => Input::Op(op, witness.report(op, outcome)),
                None => Input::Tick,
            },
        };
        let stale = matches!(&input, Input::Op(op, _) if witness.done.contains(op));
        witness.note_report(&input);
        let due = patient.deadline().is_some_and(|(at, _)| at.0 <= now);
        patient.handle(SessionTime(now), input);
        if stale && !due {
            prop_assert!(patient.outputs.is_empty(), "work that is over still speaks");
        }
        witness.watch(&mut patient)?;
        if let Some((at, timer)) = patient.deadline() {
            prop_assert!(at.0 > now, "{timer:?} is overdue");
        }
    }
    rest(&mut patient, &mut witness, now)
}

/// Left alone, with all work going well, the session answers everything and ends by itself.
fn rest(patient: &mut Patient, witness: &mut Witness, mut now: u64) -> Result<(), TestCaseError> {
    for _ in 0..2_000 {
        if witness.ended {
            // Nothing may follow.
            patient.handle(SessionTime(now + 1), Input::Client(Command::Audio { bytes: 1, sound: None }));
            witness.watch(patient)?;
            prop_assert_eq!(witness.told_stored, witness.stored, "stored audio was not acknowledged");
            return Ok(());
        }
        let waiting = patient.deadline();
        prop_assert!(waiting.is_some() || !witness.running.is_empty(), "the session hangs");
        let running = witness.running.keys().next().copied();
        let input = match running {
            Some(op) if now.is_multiple_of(2) => Input::Op(op, witness.report(op, Outcome::Good)),
            _ => {
                let Some((at, timer)) = waiting else { return Err(TestCaseError::fail("the session hangs")) };
                prop_assert!(
                    witness.turn.is_none()
                        || matches!(
                            timer,
                            Timer::Stage
                                | Timer::Voice
                                | Timer::Silence
                                | Timer::RetryStore
                                | Timer::Ending
                                | Timer::MaxLength
                                | Timer::Grace
                                | Timer::Patience
                        ),
                    "a turn is open and only {timer:?} would end it"
                );
                now = now.max(at.0);
                Input::Tick
            }
        };
        now += 1;
        witness.note_report(&input);
        patient.handle(SessionTime(now), input);
        witness.watch(patient)?;
    }
    Err(TestCaseError::fail("the session never ends"))
}

/// What an outsider can know about a session, and what it must not see.
#[derive(Default)]
struct Witness {
    chunks: u64,
    next_cut: u64,
    cuts: BTreeSet<(u64, u64)>,
    segments: u64,
    started: BTreeSet<OpId>,
    done: BTreeSet<OpId>,
    running: BTreeMap<OpId, Work>,
    turn: Option<TurnId>,
    last_turn: u32,
    recorded: BTreeSet<(TurnId, &'static str)>,
    told: BTreeSet<(TurnId, &'static str)>,
    replied: u32,
    failed: u64,
    problems: u64,
    stored: u64,
    told_stored: u64,
    state: Option<Event>,
    ended: bool,
}

impl Witness {
    fn pick(&self, which: Index) -> Option<OpId> {
        let ops: Vec<_> = self.started.iter().rev().take(4).copied().collect();
        (!ops.is_empty()).then(|| ops[which.index(ops.len())])
    }

    fn report(&mut self, op: OpId, outcome: Outcome) -> OpEvent {
        let by = source();
        if matches!(outcome, Outcome::Fails) {
            return OpEvent::Failed(Failure::new(FailureKind::Unavailable));
        }
        let empty = matches!(outcome, Outcome::Empty);
        match self.running.get(&op) {
            Some(Work::Store { .. }) if empty => OpEvent::Stored(None),
            Some(Work::Store { .. }) => {
                self.segments += 1;
                OpEvent::Stored(Some(segment(self.segments)))
            }
            Some(Work::Transcribe { .. }) => {
                let text = if empty { "" } else { "hello" };
                OpEvent::Heard { text: text.into(), language: None, confidence: None, by }
            }
            Some(Work::Answer { .. }) if matches!(outcome, Outcome::Progress) => OpEvent::Token("well ".into()),
            Some(Work::Answer { .. }) => OpEvent::Answered { finish: Finish::Stop, usage: None, by },
            Some(Work::Speak { .. }) if matches!(outcome, Outcome::Progress) => OpEvent::Voiced { ms: 100 },
            Some(Work::Speak { .. }) => OpEvent::Spoken { by },
            Some(Work::Keep { .. }) => OpEvent::Kept { audio: "a".into(), duration_ms: 100 },
            Some(Work::Animate { .. } | Work::Listen { .. }) | None => {
                OpEvent::Animated { animation: Animation::default(), by }
            }
        }
    }

    /// Knows what the world reported, before the session hears of it.
    fn note_report(&mut self, input: &Input) {
        let Input::Op(op, event) = input else { return };
        if !self.running.contains_key(op) {
            return;
        }
        match event {
            OpEvent::Token(_) | OpEvent::Voiced { .. } => return,
            OpEvent::Stored(Some(_)) => self.stored += 1,
            OpEvent::Failed(_) if !matches!(self.running[op], Work::Store { .. }) => self.failed += 1,
            _ => (),
        }
        self.running.remove(op);
        self.done.insert(*op);
    }

    fn watch(&mut self, patient: &mut Patient) -> Result<(), TestCaseError> {
        while let Some(output) = patient.outputs.pop_front() {
            prop_assert!(!self.ended, "after the end: {output:?}");
            match output {
                Output::Start(op, work) => self.on_start(op, work)?,
                Output::Cancel(op) => {
                    prop_assert!(self.running.remove(&op).is_some() || self.done.contains(&op), "{op:?} never ran");
                    self.done.insert(op);
                }
                Output::Record(fact) => self.on_fact(&fact),
                Output::Mouth(_) | Output::Finish(_) => (),
                Output::Cut(cut) => {
                    prop_assert_eq!(cut.first, self.next_cut, "audio was lost or cut twice");
                    prop_assert!(cut.last >= cut.first && cut.last < self.chunks, "{cut:?} was never received");
                    self.next_cut = cut.last + 1;
                    self.cuts.insert((cut.first, cut.last));
                }
                Output::Event(event) => self.on_event(event)?,
            }
        }
        let running_turns: BTreeSet<_> = self.running.values().filter_map(turn_of).collect();
        prop_assert!(running_turns.len() <= 1, "two turns are worked on at once");
        prop_assert!(running_turns.iter().all(|turn| Some(*turn) == self.turn), "work runs for a turn that is over");
        prop_assert!(self.problems >= self.failed, "a failure was hidden");
        Ok(())
    }

    fn on_start(&mut self, op: OpId, work: Work) -> Result<(), TestCaseError> {
        prop_assert!(self.started.insert(op), "{op:?} began twice");
        if let Work::Store { cut } = &work {
            prop_assert!(self.cuts.contains(&(cut.first, cut.last)), "{cut:?} was never cut");
        }
        if let Some(turn) = turn_of(&work) {
            if self.turn.is_none() {
                prop_assert_eq!(turn.0, self.last_turn + 1, "turns are counted without a gap");
                self.last_turn = turn.0;
                self.turn = Some(turn);
            }
            prop_assert_eq!(self.turn, Some(turn), "two turns are open");
        }
        self.running.insert(op, work);
        Ok(())
    }

    fn on_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Heard { turn, .. } => self.recorded.insert((*turn, "heard")),
            Fact::Answered { turn, .. } => self.recorded.insert((*turn, "answered")),
            Fact::Stored(_) | Fact::CutShort { .. } | Fact::Spoken { .. } | Fact::Ended { .. } => true,
        };
    }

    fn on_event(&mut self, event: Event) -> Result<(), TestCaseError> {
        match &event {
            Event::AudioStored(_) => {
                self.told_stored += 1;
                prop_assert!(self.told_stored <= self.stored, "audio was acknowledged before it was stored");
            }
            Event::Transcript { turn, .. } => {
                if self.turn.is_none() {
                    self.last_turn = turn.0;
                    self.turn = Some(*turn);
                }
                self.once(*turn, "heard")?;
            }
            Event::Reply { turn, count, .. } => {
                self.once(*turn, "answered")?;
                self.replied += 1;
                prop_assert_eq!(*count, self.replied, "answers are counted");
            }
            Event::ReplyDelta { turn, .. } => prop_assert_eq!(Some(*turn), self.turn, "a turn that is over speaks"),
            Event::Silence { turn } => {
                self.last_turn = turn.0;
                self.turn = None;
            }
            Event::Face { turn, .. } => {
                prop_assert_eq!(Some(*turn), self.turn);
                prop_assert!(self.told.contains(&(*turn, "answered")), "a face without words");
                self.turn = None;
            }
            Event::Interrupted { turn, .. } => {
                prop_assert_eq!(Some(*turn), self.turn);
                self.turn = None;
            }
            Event::Problem(problem) => {
                self.problems += 1;
                if matches!(problem.stage, session::Stage::Transcribe | session::Stage::Answer) {
                    prop_assert_eq!(problem.turn, self.turn);
                    self.turn = None;
                }
            }
            Event::State { .. } => {
                prop_assert_ne!(Some(&event), self.state.as_ref(), "the same state is told twice");
                self.state = Some(event.clone());
            }
            Event::Ended { .. } => {
                prop_assert!(self.running.is_empty(), "work outlives the session");
                prop_assert!(self.turn.is_none(), "a turn outlives the session");
                self.ended = true;
            }
            Event::Partial { .. }
            | Event::TurnsUsedUp { .. }
            | Event::Latency(_)
            | Event::SpeechStarted { .. }
            | Event::SpeechStopped { .. } => (),
        }
        Ok(())
    }

    fn once(&mut self, turn: TurnId, what: &'static str) -> Result<(), TestCaseError> {
        prop_assert!(self.recorded.contains(&(turn, what)), "told what was {what} before it was written down");
        prop_assert!(self.told.insert((turn, what)), "told twice what was {what}");
        prop_assert_eq!(Some(turn), self.turn, "a turn that is over speaks");
        Ok(())
    }
}

fn turn_of(work: &Work) -> Option<TurnId> {
    match work {
        Work::Store { .. } | Work::Listen { .. } => None,
        Work::Transcribe { turn, .. }
        | Work::Answer { turn, .. }
        | Work::Speak { turn, .. }
        | Work::Keep { turn, .. }
        | Work::Animate { turn, .. } => Some(*turn),
    }
}

fn segment(number: u64) -> Stored {
    Stored { bytes: 1, first_segment: number, last_segment: number, duration_ms: 500, first_seq: None, last_seq: None }
}
