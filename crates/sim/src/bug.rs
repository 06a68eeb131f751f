//! What a broken machine would do, done to the inputs and outputs of the good one.

use std::collections::{BTreeMap, VecDeque};

use session::{
    Briefing, Command, Event, Fact, Input, Line, Link, Mouth, OpEvent, OpId, Output, SessionTime, SoundChange, Speaker,
    State, Stored, Timer, TurnId, Work,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
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
    StaysSilentAfterACough,
    SaysItSpeaksAndDoesNot,
    SaysAnOldSentenceInTheNextTurn,
    CutsTheLastWords,
    StaysSilentAfterMuting,
    GreetsAgainAfterAResume,
    RemembersWhatWasNotHeard,
    TalksOverTheUser,
    TellsAPartialAfterTheFinal,
    BreaksAPromise,
    GoesOnAfterAnInterruption,
    SpeaksTooFarAhead,
    TakesAnEchoForATurn,
    ForgetsWhoListens,
    LosesTimeInItsLedger,
    HidesAnInterruption,
    LosesAWord,
    NeverKnowsThatItWasHeard,
}

impl Bug {
    pub const ALL: [Self; 33] = [
        Self::ForgetsToRecordWhatWasHeard,
        Self::TellsBeforeItIsWrittenDown,
        Self::AcknowledgesAudioBeforeItIsStored,
        Self::AnswersTwice,
        Self::OpensASecondTurn,
        Self::SwallowsAReply,
        Self::SwallowsAProblem,
        Self::ForgetsToCancel,
        Self::ListensToCancelledWork,
        Self::SpeaksAfterTheEnd,
        Self::LosesItsDeadline,
        Self::CutsTheSameAudioTwice,
        Self::LosesAudioBetweenCuts,
        Self::CountsAnswersWrong,
        Self::RepeatsAState,
        Self::StaysSilentAfterACough,
        Self::SaysItSpeaksAndDoesNot,
        Self::SaysAnOldSentenceInTheNextTurn,
        Self::CutsTheLastWords,
        Self::StaysSilentAfterMuting,
        Self::GreetsAgainAfterAResume,
        Self::RemembersWhatWasNotHeard,
        Self::TalksOverTheUser,
        Self::TellsAPartialAfterTheFinal,
        Self::BreaksAPromise,
        Self::GoesOnAfterAnInterruption,
        Self::SpeaksTooFarAhead,
        Self::TakesAnEchoForATurn,
        Self::ForgetsWhoListens,
        Self::LosesTimeInItsLedger,
        Self::HidesAnInterruption,
        Self::LosesAWord,
        Self::NeverKnowsThatItWasHeard,
    ];
}

/// An echo that is taken for the user lasts so long.
const ECHO_MS: u64 = 1_500;

/// A bug, and what it needs to remember.
#[derive(Debug)]
pub(crate) struct Illness {
    bug: Bug,
    /// Work that was cancelled, and where its reports go instead.
    cancelled: BTreeMap<OpId, OpId>,
    opening: Option<Line>,
    was_resumed: bool,
    speaks: Option<TurnId>,
    echo_until_ms: u64,
    old_sentence: Option<String>,
    newest_reply: String,
    partials: Vec<Event>,
}

impl Illness {
    pub(crate) fn new(bug: Bug, briefing: &Briefing) -> Self {
        Self {
            bug,
            cancelled: BTreeMap::new(),
            opening: briefing.history.first().cloned(),
            was_resumed: false,
            speaks: None,
            echo_until_ms: 0,
            old_sentence: None,
            newest_reply: String::new(),
            partials: Vec::new(),
        }
    }

    pub(crate) fn ignores(&self, timer: Timer) -> bool {
        match self.bug {
            Bug::LosesItsDeadline => timer == Timer::Stage,
            Bug::StaysSilentAfterMuting => timer == Timer::Stall,
            Bug::NeverKnowsThatItWasHeard => timer == Timer::Heard,
            _ => false,
        }
    }

    pub(crate) fn sleeps_through(
        &self,
        at: SessionTime,
        input: &Input,
        deadline: Option<(SessionTime, Timer)>,
    ) -> bool {
        *input == Input::Tick && deadline.is_some_and(|(due, timer)| due <= at && self.ignores(timer))
    }

    /// What the session is told instead.
    pub(crate) fn inputs(&mut self, input: Input) -> Vec<Input> {
        match (self.bug, input) {
            (Bug::ListensToCancelledWork, Input::Op(op, event)) => {
                vec![Input::Op(*self.cancelled.get(&op).unwrap_or(&op), event)]
            }
            (Bug::GreetsAgainAfterAResume, input @ Input::Link(Link::Up)) => {
                self.was_resumed = true;
                vec![input]
            }
            (Bug::TakesAnEchoForATurn, Input::Client(Command::Audio { bytes, sound: Some(mut sound) })) => {
                if sound.changes.contains(&SoundChange::Withdrawn) {
                    self.echo_until_ms = sound.head_ms + ECHO_MS;
                }
                sound.changes.retain(|change| *change != SoundChange::Withdrawn);
                sound.speaking |= sound.head_ms < self.echo_until_ms;
                vec![Input::Client(Command::Audio { bytes, sound: Some(sound) })]
            }
            (Bug::SpeaksTooFarAhead, input @ Input::Op(_, OpEvent::Voiced { .. })) => {
                let heard = self.speaks.map(|turn| Command::Played { turn, played_ms: u64::MAX, done: false });
                std::iter::once(input).chain(heard.map(Input::Client)).collect()
            }
            (Bug::NeverKnowsThatItWasHeard, Input::Client(Command::Played { turn, played_ms, .. })) => {
                vec![Input::Client(Command::Played { turn, played_ms, done: false })]
            }
            (_, input) => vec![input],
        }
    }

    pub(crate) fn last_words(&self) -> Option<Output> {
        (self.bug == Bug::SpeaksAfterTheEnd).then_some(Output::Event(Event::Silence { turn: TurnId(1) }))
    }

    /// What it says instead of `output`; `rest` is what follows in the same breath.
    pub(crate) fn outputs(&mut self, output: Output, rest: &mut VecDeque<Output>, says: &mut VecDeque<Output>) {
        self.remember(&output);
        match (self.bug, output) {
            (Bug::ForgetsToRecordWhatWasHeard, Output::Record(Fact::Heard { .. }))
            | (Bug::SwallowsAReply, Output::Event(Event::Reply { .. }))
            | (Bug::SwallowsAProblem, Output::Event(Event::Problem(_)))
            | (Bug::ForgetsToCancel, Output::Cancel(_))
            | (Bug::StaysSilentAfterACough, Output::Mouth(Mouth::GoOn))
            | (Bug::TalksOverTheUser, Output::Mouth(Mouth::Hold))
            | (Bug::GoesOnAfterAnInterruption, Output::Mouth(Mouth::Stop))
            | (Bug::ForgetsWhoListens, Output::Finish(_))
            | (Bug::HidesAnInterruption, Output::Event(Event::Interrupted { .. })) => (),
            (Bug::TellsBeforeItIsWrittenDown, output @ Output::Record(Fact::Answered { .. })) => {
                says.extend(rest.pop_front());
                says.push_back(output);
            }
            (Bug::AcknowledgesAudioBeforeItIsStored, output @ Output::Start(_, Work::Store { .. })) => {
                says.push_back(output);
                says.push_back(Output::Event(Event::AudioStored(segment())));
            }
            (Bug::AnswersTwice, output @ Output::Event(Event::Reply { .. }))
            | (Bug::RepeatsAState, output @ Output::Event(Event::State { .. })) => {
                says.push_back(output.clone());
                says.push_back(output);
            }
            (Bug::OpensASecondTurn, Output::Start(op, Work::Answer { turn, number, language, history })) => {
                let second = Work::Answer {
                    turn: TurnId(turn.0 + 1),
                    number,
                    language: language.clone(),
                    history: history.clone(),
                };
                says.push_back(Output::Start(op, Work::Answer { turn, number, language, history }));
                says.push_back(Output::Start(OpId(op.0 + 1_000), second));
            }
            (_, output) => says.push_back(self.twist(output)),
        }
        if let (Bug::TellsAPartialAfterTheFinal, Some(Output::Event(Event::Transcript { .. }))) =
            (self.bug, says.back())
        {
            says.extend(self.partials.pop().map(Output::Event));
        }
    }

    /// One output, told wrongly.
    fn twist(&mut self, output: Output) -> Output {
        match (self.bug, output) {
            (Bug::CutsTheSameAudioTwice, Output::Cut(mut cut)) => {
                cut.first = cut.first.saturating_sub(1);
                Output::Cut(cut)
            }
            (Bug::LosesAudioBetweenCuts, Output::Cut(mut cut)) => {
                cut.last = cut.last.saturating_sub(1).max(cut.first);
                Output::Cut(cut)
            }
            (
                Bug::CountsAnswersWrong,
                Output::Event(Event::Reply { turn, text, mut count, max, by, finish, usage }),
            ) => {
                count += u32::from(count > 1);
                Output::Event(Event::Reply { turn, text, count, max, by, finish, usage })
            }
            (Bug::SaysItSpeaksAndDoesNot, Output::Event(Event::State { state: State::Thinking, turn })) => {
                Output::Event(Event::State { state: State::Speaking, turn })
            }
            (Bug::CutsTheLastWords, Output::Mouth(Mouth::Finish)) => Output::Mouth(Mouth::Stop),
            (
                Bug::SaysAnOldSentenceInTheNextTurn,
                Output::Start(op, Work::Speak { turn, stretch, text, language, voice }),
            ) => {
                let old = if stretch == 0 { self.old_sentence.take() } else { None };
                let text = old.unwrap_or(text);
                Output::Start(op, Work::Speak { turn, stretch, text, language, voice })
            }
            (_, Output::Start(op, Work::Answer { turn, number, language, mut history })) => {
                self.misremember(&mut history);
                Output::Start(op, Work::Answer { turn, number, language, history })
            }
            (Bug::BreaksAPromise, Output::Event(Event::Partial { turn, text, stable_chars })) => {
                let text = if self.partials.len() > 2 { text.to_uppercase() } else { text };
                Output::Event(Event::Partial { turn, text, stable_chars })
            }
            (Bug::LosesTimeInItsLedger, Output::Event(Event::Latency(mut latency))) => {
                latency.total_ms += 1;
                Output::Event(Event::Latency(latency))
            }
            (Bug::LosesAWord, Output::Event(Event::Transcript { turn, text, language, confidence, by, audio })) => {
                let text = text.rsplit_once(' ').map_or(text.clone(), |(before, _)| before.to_owned());
                Output::Event(Event::Transcript { turn, text, language, confidence, by, audio })
            }
            (_, output) => output,
        }
    }

    fn misremember(&mut self, history: &mut Vec<Line>) {
        match self.bug {
            Bug::GreetsAgainAfterAResume if self.was_resumed => {
                history.splice(0..0, self.opening.clone()).for_each(drop)
            }
            Bug::RemembersWhatWasNotHeard => {
                let said = history.iter_mut().rev().find(|line| line.speaker == Speaker::Persona);
                if let Some(line) = said.filter(|line| self.newest_reply.starts_with(&*line.text)) {
                    line.text = self.newest_reply.as_str().into();
                }
            }
            _ => (),
        }
    }

    fn remember(&mut self, output: &Output) {
        match output {
            Output::Mouth(Mouth::Begin(turn)) => self.speaks = Some(*turn),
            Output::Cancel(op) => {
                self.cancelled.insert(*op, *op);
            }
            Output::Start(op, Work::Answer { .. }) => {
                self.cancelled.values_mut().for_each(|goes_to| *goes_to = *op);
            }
            Output::Start(_, Work::Speak { stretch, text, .. }) if *stretch > 0 => {
                self.old_sentence = Some(text.clone());
            }
            Output::Event(Event::ReplyDelta { index, text, .. }) => {
                if *index == 0 {
                    self.newest_reply.clear();
                }
                self.newest_reply.push_str(text);
            }
            Output::Event(event @ Event::Partial { .. }) => self.partials.push(event.clone()),
            _ => (),
        }
    }
}

fn segment() -> Stored {
    Stored { bytes: 1, first_segment: 1, last_segment: 1, duration_ms: 500, first_seq: None, last_seq: None }
}
