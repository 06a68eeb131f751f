//! What an outsider can know about a session, and what it must not see.

mod audio;
mod history;
mod mouth;
mod partials;
mod state;
mod turns;
mod work;

use std::collections::VecDeque;

use session::{Briefing, Command, Config, Event, Fact, Input, Output, SessionTime, Timer, Work};

use audio::Audio;
use history::Memory;
use mouth::Lips;
use partials::Partials;
use state::Told;
use turns::Turns;
use work::Works;

/// Which rule was broken, and how.
pub type Fault = String;

#[derive(Debug)]
pub struct Witness {
    works: Works,
    audio: Audio,
    turns: Turns,
    memory: Memory,
    lips: Lips,
    partials: Partials,
    told: Told,
    /// Typed or recognised by the client, and not told as a turn.
    texts: VecDeque<String>,
    failures: u64,
    problems: u64,
    has_ended: bool,
    is_ending: bool,
    /// The next input comes from work that is over, and nothing may follow from it.
    is_stale: bool,
    is_due: bool,
    hears: bool,
}

impl Witness {
    pub fn new(config: &Config, briefing: &Briefing) -> Self {
        Self {
            works: Works::default(),
            audio: Audio::default(),
            turns: Turns::new(briefing),
            memory: Memory::new(&briefing.history, config.history_lines),
            lips: Lips::default(),
            partials: Partials::default(),
            told: Told::new(config),
            texts: VecDeque::new(),
            failures: 0,
            problems: 0,
            has_ended: false,
            is_ending: false,
            is_stale: false,
            is_due: false,
            hears: config.manner.detection == session::TurnDetection::Voice,
        }
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The work that goes on, in the order in which it began.
    pub fn running(&self) -> impl DoubleEndedIterator<Item = (session::OpId, &Work)> {
        self.works.running()
    }

    /// The work that was begun last, over or not.
    pub fn begun(&self) -> &[session::OpId] {
        self.works.recent()
    }

    pub fn open_turn(&self) -> Option<session::TurnId> {
        self.told.turn()
    }

    /// Knows what happens before the session does.
    pub fn on_input(&mut self, at: SessionTime, input: &Input, deadline: Option<(SessionTime, Timer)>) {
        self.is_stale = false;
        self.told.now = at;
        self.is_due = deadline.is_some_and(|(due, _)| due <= at);
        match input {
            Input::Op(op, event) => {
                self.is_stale = !self.works.is_running(*op);
                if let Some(work) = self.works.on_report(*op, event) {
                    self.lips.on_report(&work, event);
                    self.audio.on_report(&work, event);
                    self.failures += u64::from(is_hidden_failure(&work, event));
                }
                if let Some(work) = self.works.work(*op) {
                    self.lips.on_report(work, event);
                }
            }
            Input::Client(command) if !self.is_ending => self.on_command(at, command),
            Input::Link(link) => self.told.on_link(*link, at),
            Input::Suspend => self.is_ending = true,
            Input::Client(_) | Input::Tick => (),
        }
    }

    fn on_command(&mut self, at: SessionTime, command: &Command) {
        match command {
            Command::Audio { sound, .. } => {
                self.audio.on_chunk();
                if let Some(sound) = sound.as_ref().filter(|_| self.hears) {
                    self.told.on_sound(sound, at);
                }
            }
            Command::Said { text, .. } => self.texts.push_back(text.trim().to_owned()),
            Command::Pause | Command::Resume => self.told.on_pause(matches!(command, Command::Pause), at),
            Command::Adopt(manner) => {
                self.hears = manner.detection == session::TurnDetection::Voice;
                self.told.on_manner(manner);
            }
            Command::End => self.is_ending = true,
            Command::EndTurn => self.told.forget_speech(),
            Command::Saying { .. }
            | Command::Interrupt { .. }
            | Command::Played { .. }
            | Command::SetLanguage { .. } => (),
        }
    }

    pub fn on_output(&mut self, output: &Output) -> Result<(), Fault> {
        let silent = !self.is_stale || self.is_due;
        ensure(silent, || format!("work that is over still speaks: {output:?}"))?;
        ensure(!self.has_ended, || format!("after the end: {output:?}"))?;
        match output {
            Output::Start(op, work) => {
                self.works.on_start(*op, work)?;
                self.audio.on_start(work)?;
                self.turns.on_start(work)?;
                self.lips.on_start(work, self.turns.reply_so_far())?;
                self.memory.on_start(work)
            }
            Output::Finish(op) => self.works.on_finish(*op),
            Output::Cancel(op) => self.works.on_cancel(*op),
            Output::Record(fact) => self.on_fact(fact),
            Output::Cut(cut) => self.audio.on_cut(*cut),
            Output::Mouth(order) => self.lips.on_order(*order),
            Output::Event(event) => self.on_event(event),
        }
    }

    fn on_fact(&mut self, fact: &Fact) -> Result<(), Fault> {
        self.turns.on_fact(fact);
        self.memory.on_fact(fact)
    }

    fn on_event(&mut self, event: &Event) -> Result<(), Fault> {
        self.turns.on_event(event)?;
        self.memory.on_event(event)?;
        self.partials.on_event(event)?;
        self.audio.on_event(event)?;
        self.lips.on_event(event);
        self.told.on_event(event)?;
        self.works.on_event(event);
        match event {
            Event::Problem(_) => self.problems += 1,
            Event::Transcript { text, by, .. } if by.provider == "client" => {
                let said = self.texts.pop_front();
                ensure(said.as_ref() == Some(text), || format!("{said:?} was said and {text:?} understood"))?;
            }
            Event::Ended { .. } => self.has_ended = true,
            _ => (),
        }
        Ok(())
    }

    /// Everything that follows from one input was seen.
    pub fn settle(&mut self, at: SessionTime, deadline: Option<(SessionTime, Timer)>) -> Result<(), Fault> {
        if let Some((due, timer)) = deadline {
            ensure(due > at, || format!("{timer:?} is overdue"))?;
        }
        ensure(self.problems >= self.failures, || "a failure was hidden".to_owned())?;
        if self.has_ended {
            self.works.all_over()?;
            return self.audio.all_told();
        }
        self.works.settle(self.told.turn())?;
        self.lips.settle(self.told.turn(), self.told.is_ending())?;
        self.told.settle(at, &self.lips, &self.works)
    }

    /// Words that were typed and that nobody answered.
    pub fn unanswered_texts(&self) -> usize {
        self.texts.len()
    }
}

/// A failure that the client must be told of: not of a store, which is told once and tried again, nor of a listener,
/// for whom somebody transcribes the stored audio, nor of a voice that has failed before in the turn.
fn is_hidden_failure(work: &Work, event: &session::OpEvent) -> bool {
    matches!(event, session::OpEvent::Failed(_))
        && matches!(work, Work::Transcribe { .. } | Work::Answer { .. } | Work::Animate { .. })
}

pub(crate) fn ensure(holds: bool, fault: impl FnOnce() -> Fault) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(fault()) }
}
