//! Whatever the outside does, in whatever order: what must always hold, and proof that the check would notice.

use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use session::{
    Animation, Briefing, Command, Config, Failure, FailureKind, Finish, Heard, Input, LeftOver, Line, Link, Manner,
    OpEvent, OpId, SessionTime, Sound, SoundChange, Speaker, Speech, Stored, Timer, TurnDetection, TurnId, Work,
};
use sim::{Bug, Machine, Witness, briefing, config, source};

#[test]
fn every_rule_holds_for_any_order_of_events() {
    runner(3_000).run(&life(), |life| live(life, None)).unwrap();
}

/// A check that notices nothing proves nothing. The bugs that only a user's ear would notice are found in whole lives:
/// see `crates/sim/tests/simulation.rs`.
#[test]
fn every_planted_bug_is_found() {
    let needs_an_ear = [
        Bug::SpeaksTooFarAhead,
        Bug::TakesAnEchoForATurn,
        Bug::NeverKnowsThatItWasHeard,
        Bug::SaysAnOldSentenceInTheNextTurn,
    ];
    for bug in Bug::ALL.into_iter().filter(|bug| !needs_an_ear.contains(bug)) {
        let found = runner(6_000).run(&life(), |life| live(life, Some(bug)));
        assert!(found.is_err(), "nobody noticed that the session {bug:?}");
    }
}

/// A fixed seed: the same lives on every machine. `PROPTEST_CASES` widens the search.
fn runner(cases: u32) -> TestRunner {
    let usual = ProptestConfig::default();
    let config =
        ProptestConfig { cases: usual.cases.max(cases), failure_persistence: None, max_shrink_iters: 4_000, ..usual };
    TestRunner::new_with_rng(
        config,
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    )
}

#[derive(Debug, Clone)]
struct Life {
    manner: Manner,
    left_over: LeftOver,
    steps: Vec<(u64, Step)>,
}

#[derive(Debug, Clone)]
enum Step {
    Input(Input),
    Audio {
        ms: u64,
        heard: Sounds,
    },
    /// Of the newest turn or the one before, so much was heard.
    Played {
        before: u32,
        ms: u64,
        done: bool,
    },
    /// A report of some work that the session itself began, finished or not: blind ids find nothing.
    Report(Index, Outcome),
}

/// What is heard in a chunk.
#[derive(Debug, Clone, Copy)]
enum Sounds {
    TheSame,
    Onset,
    Silence,
    Click,
    Echo,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Good,
    Empty,
    Backchannel,
    Progress,
    Fails,
    Nonsense,
}

fn life() -> impl Strategy<Value = Life> {
    (manner(), left_over(), prop::collection::vec((0u64..1_500, step()), 0..80))
        .prop_map(|(manner, left_over, steps)| Life { manner, left_over, steps })
}

/// Now and then another process had begun.
fn left_over() -> impl Strategy<Value = LeftOver> {
    let now_and_then = || prop::bool::weighted(0.1);
    (now_and_then(), now_and_then(), now_and_then(), now_and_then()).prop_map(
        |(unanswered, is_unclear, is_said, is_begun)| {
            let heard = |segment| Heard {
                first_segment: segment,
                last_segment: segment,
                duration_ms: 500,
                first_seq: None,
                last_seq: None,
            };
            LeftOver {
                unanswered,
                unclear: is_unclear.then(|| heard(1)),
                said: is_said.then(|| heard(2)),
                begun: is_begun.then(|| heard(3)),
            }
        },
    )
}

fn manner() -> impl Strategy<Value = Manner> {
    let detection = prop_oneof![
        1 => Just(TurnDetection::Threshold),
        1 => Just(TurnDetection::Manual),
        4 => Just(TurnDetection::Voice),
    ];
    let speech = prop_oneof![1 => Just(Speech::Mute), 1 => Just(Speech::Whole), 4 => Just(Speech::Streamed)];
    (detection, speech, prop::bool::weighted(0.8)).prop_map(|(detection, speech, barge_in)| Manner {
        detection,
        speech,
        barge_in,
        ..config().manner
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => input().prop_map(Step::Input),
        5 => (20u64..600, heard()).prop_map(|(ms, heard)| Step::Audio { ms, heard }),
        1 => (0u32..2, 0u64..4_000, prop::bool::weighted(0.2))
            .prop_map(|(before, ms, done)| Step::Played { before, ms, done }),
        9 => (any::<Index>(), outcome()).prop_map(|(which, outcome)| Step::Report(which, outcome)),
    ]
}

fn heard() -> impl Strategy<Value = Sounds> {
    prop_oneof![
        4 => Just(Sounds::TheSame),
        2 => Just(Sounds::Onset),
        2 => Just(Sounds::Silence),
        1 => Just(Sounds::Click),
        1 => Just(Sounds::Echo),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        10 => Just(Outcome::Good),
        1 => Just(Outcome::Empty),
        1 => Just(Outcome::Backchannel),
        6 => Just(Outcome::Progress),
        2 => Just(Outcome::Fails),
        1 => Just(Outcome::Nonsense),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let command = prop_oneof![
        4 => Just(Command::Said { text: "hello there".into(), confidence: None }),
        1 => Just(Command::Saying { text: "hel".into() }),
        3 => Just(Command::EndTurn),
        1 => Just(Command::Interrupt { played: None }),
        1 => Just(Command::Pause),
        2 => Just(Command::Resume),
        1 => Just(Command::SetLanguage { language: "zh-CN".into(), voice: None }),
        1 => manner().prop_map(Command::Adopt),
    ];
    prop_oneof![
        20 => command.prop_map(Input::Client),
        1 => Just(Input::Client(Command::End)),
        1 => Just(Input::Link(Link::Down)),
        2 => Just(Input::Link(Link::Up)),
        1 => Just(Input::Suspend),
        2 => Just(Input::Tick),
    ]
}

fn live(life: Life, bug: Option<Bug>) -> Result<(), TestCaseError> {
    let config =
        Config { manner: life.manner, max_buffered_bytes: 100_000, idle_ms: 600_000, grace_ms: 20_000, ..config() };
    let mut briefing = Briefing { left_over: life.left_over, last_turn: 3, ..briefing() };
    let text = "Good morning.".to_owned();
    briefing.history.push(Line { speaker: Speaker::Persona, text: text.into() });
    let mut patient = Patient::new(config, briefing, bug);
    patient.watch()?;
    for (gap, step) in life.steps {
        patient.wait(gap)?;
        let input = match step {
            Step::Input(input) => input,
            Step::Audio { ms, heard } => patient.audio(ms, heard),
            Step::Played { before, ms, done } => patient.played(before, ms, done),
            Step::Report(which, outcome) => patient.report(which, outcome),
        };
        patient.handle(input)?;
    }
    patient.rest()
}

/// A session, who watches it, and what its world is like.
struct Patient {
    machine: Machine,
    witness: Witness,
    now: u64,
    head_ms: u64,
    is_speaking: bool,
    segments: u64,
    tokens: usize,
    newest_turn: u32,
}

impl Patient {
    fn new(config: Config, briefing: Briefing, bug: Option<Bug>) -> Self {
        let witness = Witness::new(&config, &briefing);
        let machine = Machine::new(config, briefing, bug);
        Self { machine, witness, now: 0, head_ms: 0, is_speaking: false, segments: 0, tokens: 0, newest_turn: 0 }
    }

    /// Time passes, and the session is woken when it wants to be.
    fn wait(&mut self, ms: u64) -> Result<(), TestCaseError> {
        let until = self.now + ms;
        while let Some((due, _)) = self.machine.deadline().filter(|(due, _)| due.0 <= until) {
            self.now = due.0.max(self.now);
            self.handle(Input::Tick)?;
        }
        self.now = until;
        Ok(())
    }

    fn handle(&mut self, input: Input) -> Result<(), TestCaseError> {
        let refused = match &input {
            Input::Client(Command::Audio { bytes, .. }) => self.machine.admit_audio(*bytes).is_err(),
            Input::Client(Command::Said { .. }) => self.machine.admit_text().is_err(),
            _ => false,
        };
        if refused {
            return Ok(());
        }
        let at = SessionTime(self.now);
        self.witness.on_input(at, &input, self.machine.deadline());
        self.machine.handle(at, input);
        self.watch()
    }

    fn watch(&mut self) -> Result<(), TestCaseError> {
        while let Some(output) = self.machine.poll() {
            self.witness.on_output(&output).map_err(TestCaseError::fail)?;
        }
        self.newest_turn = self.witness.open_turn().map_or(self.newest_turn, |turn| turn.0);
        self.witness.settle(SessionTime(self.now), self.machine.deadline()).map_err(TestCaseError::fail)
    }

    fn audio(&mut self, ms: u64, heard: Sounds) -> Input {
        let at_ms = self.head_ms + ms / 2;
        self.head_ms += ms;
        let (started, stopped) = (SoundChange::Started { at_ms }, SoundChange::Stopped { at_ms });
        let changes = match (heard, self.is_speaking) {
            (Sounds::TheSame, _) | (Sounds::Onset, true) | (Sounds::Silence, false) => vec![],
            (Sounds::Onset, false) => vec![started],
            (Sounds::Silence, true) => vec![stopped],
            (Sounds::Click, false) => vec![started, SoundChange::Stopped { at_ms: at_ms + ms / 4 }],
            (Sounds::Click, true) => vec![stopped, SoundChange::Started { at_ms: at_ms + ms / 4 }],
            (Sounds::Echo, false) => vec![started, SoundChange::Withdrawn],
            (Sounds::Echo, true) => vec![SoundChange::Withdrawn],
        };
        self.is_speaking = match heard {
            Sounds::TheSame | Sounds::Click => self.is_speaking,
            Sounds::Onset => true,
            Sounds::Silence | Sounds::Echo => false,
        };
        let sound = Sound { head_ms: self.head_ms, changes, speaking: self.is_speaking };
        Input::Client(Command::Audio { bytes: ms * 32, sound: Some(sound) })
    }

    fn played(&self, before: u32, played_ms: u64, done: bool) -> Input {
        Input::Client(Command::Played { turn: TurnId(self.newest_turn.saturating_sub(before)), played_ms, done })
    }

    fn report(&mut self, which: Index, outcome: Outcome) -> Input {
        let begun = self.witness.begun();
        if begun.is_empty() {
            return Input::Tick;
        }
        let op = begun[which.index(begun.len())];
        Input::Op(op, self.outcome(op, outcome))
    }

    fn outcome(&mut self, op: OpId, outcome: Outcome) -> OpEvent {
        let by = source();
        let work = self.witness.running().find(|(running, _)| *running == op).map(|(_, work)| work);
        let text = match outcome {
            Outcome::Empty => "",
            Outcome::Backchannel => "mm",
            Outcome::Good | Outcome::Progress | Outcome::Fails | Outcome::Nonsense => "What does it cost?",
        };
        let goes_on = matches!(outcome, Outcome::Progress);
        match work {
            _ if matches!(outcome, Outcome::Fails) => OpEvent::Failed(Failure::new(FailureKind::Unavailable)),
            Some(Work::Store { .. }) if text.is_empty() => OpEvent::Stored(None),
            Some(Work::Store { .. }) => {
                self.segments += 1;
                OpEvent::Stored(Some(segment(self.segments)))
            }
            None => OpEvent::Answered { finish: Finish::Stop, usage: None, by },
            Some(Work::Listen { .. }) if goes_on => OpEvent::Partial { text: "What does".into(), stable_chars: 4 },
            Some(Work::Answer { .. }) if goes_on => self.token(),
            Some(Work::Speak { .. }) if goes_on => OpEvent::Voiced { ms: 700 },
            Some(_) if matches!(outcome, Outcome::Nonsense) => OpEvent::Word { at_char: 3, at_ms: 200 },
            Some(Work::Transcribe { .. } | Work::Listen { .. }) => {
                OpEvent::Heard { text: text.into(), language: None, confidence: None, by }
            }
            Some(Work::Answer { .. }) => OpEvent::Answered { finish: Finish::Stop, usage: None, by },
            Some(Work::Speak { .. }) => OpEvent::Spoken { by },
            Some(Work::Keep { .. }) => OpEvent::Kept { audio: "a".into(), duration_ms: 100 },
            Some(Work::Animate { .. }) => OpEvent::Animated { animation: Animation::default(), by },
        }
    }

    /// No sentence is like the one before.
    fn token(&mut self) -> OpEvent {
        const SENTENCES: [&str; 3] = ["That is rather expensive. ", "I see your point. ", "Who else decides? "];
        self.tokens += 1;
        OpEvent::Token(SENTENCES[self.tokens % SENTENCES.len()].into())
    }

    /// Left alone by a user who is there, with all work going well, the session answers everything and ends by itself.
    fn rest(&mut self) -> Result<(), TestCaseError> {
        self.handle(Input::Link(Link::Up))?;
        self.handle(Input::Client(Command::Resume))?;
        for step in 0..4_000_u64 {
            if self.witness.has_ended() {
                // Nothing may follow.
                return self.handle(Input::Client(Command::EndTurn));
            }
            let running = self.witness.running().next().map(|(op, _)| op);
            let input = match running {
                Some(op) if step.is_multiple_of(2) => {
                    let progresses = step.is_multiple_of(4);
                    let outcome = if progresses { Outcome::Progress } else { Outcome::Good };
                    Input::Op(op, self.outcome(op, outcome))
                }
                _ => {
                    let Some((due, timer)) = self.machine.deadline() else {
                        return Err(TestCaseError::fail("the session hangs"));
                    };
                    if running.is_none() && matches!(timer, Timer::Idle | Timer::MaxLength) {
                        prop_assert_eq!(self.witness.open_turn(), None, "only {:?} would end it", timer);
                        prop_assert_eq!(self.witness.unanswered_texts(), 0, "what was typed is not answered");
                    }
                    self.now = self.now.max(due.0);
                    Input::Tick
                }
            };
            self.now += 1;
            self.handle(input)?;
        }
        Err(TestCaseError::fail("the session never ends"))
    }
}

fn segment(number: u64) -> Stored {
    Stored { bytes: 1, first_segment: number, last_segment: number, duration_ms: 500, first_seq: None, last_seq: None }
}
