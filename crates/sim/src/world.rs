//! A whole session in a world of virtual time: a user, a client, a network, providers, and the session in the middle.

mod providing;
mod truth;
mod user;

use std::collections::BTreeMap;

use session::{Briefing, Command, Config, Input, Mouth as Order, OpEvent, OpId, Output, SessionTime, Speech, Work};

pub use user::Act;

use crate::{
    agenda::Agenda,
    bug::Bug,
    chance::Chance,
    life::Life,
    loudspeaker::{Loudspeaker, Notice},
    machine::Machine,
    microphone::{Chunk, Microphone},
    providers::Providers,
    record::Record,
    witness::{Fault, Witness},
};
use providing::{Listener, Pace, Shelf};
use truth::Truth;
use user::Client;

/// What a world is like, apart from what happens in it.
#[derive(Debug, Clone)]
pub struct Setting {
    pub config: Config,
    pub briefing: Briefing,
    /// One way, in milliseconds.
    pub network_ms: u64,
    /// Besides, up to so much.
    pub jitter_ms: u64,
    pub chunk_ms: u64,
    /// How far ahead of the ear speech is sent.
    pub lead_ms: u64,
    /// The client says how much it has played.
    pub reports: bool,
    /// The voice says when each word begins.
    pub marks: bool,
    pub token_ms: u64,
    /// Of speech, per letter; a Chinese character takes as long as four.
    pub letter_ms: u64,
    /// How much faster than it sounds speech is made; 0 is at once.
    pub voice_speed: u64,
}

#[derive(Debug)]
pub struct World {
    setting: Setting,
    now: u64,
    machine: Machine,
    witness: Witness,
    agenda: Agenda<Happening>,
    providers: Providers,
    pace: Pace,
    shelf: Shelf,
    listeners: BTreeMap<OpId, Listener>,
    /// And whether it is a voice.
    running: BTreeMap<OpId, bool>,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
    client: Client,
    truth: Truth,
    life: Option<Life>,
    chance: Chance,
    pub(crate) record: Record,
}

#[derive(Debug)]
enum Happening {
    /// To the session, now.
    Arrives(Input),
    Audio(Chunk),
    Report(OpId, OpEvent),
    Act(Act),
    IsMissed,
    Records,
    Reaches(Notice),
    Progresses,
    Decides,
}

impl World {
    pub(crate) fn new(setting: Setting, providers: Providers, chance: Chance, bug: Option<Bug>) -> Self {
        let mut world = Self {
            now: 0,
            machine: Machine::new(setting.config.clone(), setting.briefing.clone(), bug),
            witness: Witness::new(&setting.config, &setting.briefing),
            agenda: Agenda::new(),
            providers,
            pace: Pace::new(&setting),
            shelf: Shelf::default(),
            listeners: BTreeMap::new(),
            running: BTreeMap::new(),
            microphone: Microphone::new(setting.chunk_ms),
            loudspeaker: Loudspeaker::new(setting.lead_ms),
            client: Client::new(&setting.config.manner),
            truth: Truth::new(&setting),
            life: None,
            chance,
            record: Record::default(),
            setting,
        };
        world.agenda.plan(world.microphone.period_ms, Happening::Records);
        world
    }

    pub(crate) fn live(&mut self, life: Life) {
        self.life = Some(life);
        self.agenda.plan(500, Happening::Decides);
    }

    pub(crate) fn plan(&mut self, at: u64, act: Act) {
        self.agenda.plan(at, Happening::Act(act));
    }

    /// The user does not leave before.
    pub(crate) fn outlive(&mut self, ms: u64) {
        if let Some(life) = &mut self.life {
            life.ends_at = ms;
        }
    }

    pub fn now(&self) -> u64 {
        self.now
    }

    pub fn has_ended(&self) -> bool {
        self.witness.has_ended()
    }

    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    pub(crate) fn all_understood(&self) -> Result<(), Fault> {
        self.truth.all_understood()
    }

    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Lets happen what happens until then, or until the session is over.
    pub fn run(&mut self, until: u64) -> Result<(), Fault> {
        self.take_outputs()?;
        loop {
            let planned = self.agenda.next_at();
            let deadline = self.machine.deadline().map(|(at, _)| at.0);
            let Some(next) = planned.into_iter().chain(deadline).min().filter(|at| *at <= until) else {
                self.now = until;
                return Ok(());
            };
            self.now = next.max(self.now);
            match if planned == Some(next) { self.agenda.take_next() } else { None } {
                Some(happening) => self.happen(happening)?,
                None => self.handle(Input::Tick)?,
            }
            if self.has_ended() && self.record.is_over() {
                // Nothing may follow.
                return self.handle(Input::Client(Command::EndTurn));
            }
        }
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Fault> {
        match happening {
            Happening::Arrives(input) => self.arrive(input),
            Happening::Audio(chunk) => self.take_audio(chunk),
            Happening::Report(op, event) => self.report(op, event),
            Happening::Act(act) => self.act(act),
            Happening::IsMissed => self.miss(),
            Happening::Records => {
                self.record_sound();
                Ok(())
            }
            Happening::Reaches(notice) => self.reach(notice),
            Happening::Progresses => {
                self.progress();
                Ok(())
            }
            Happening::Decides => self.decide(),
        }
    }

    fn arrive(&mut self, input: Input) -> Result<(), Fault> {
        let refused = match &input {
            Input::Client(Command::Audio { bytes, .. }) => self.machine.admit_audio(*bytes).err(),
            Input::Client(Command::Said { .. }) => self.machine.admit_text().err(),
            _ => None,
        };
        if let Some(refusal) = refused {
            self.record.refusal(self.now, refusal);
            return Ok(());
        }
        if let Input::Client(Command::Audio { bytes, .. }) = &input {
            let words = self.microphone.words_recorded();
            self.shelf.take(*bytes, words..words);
        }
        self.truth.on_input(&input);
        self.handle(input)
    }

    fn take_audio(&mut self, chunk: Chunk) -> Result<(), Fault> {
        let Chunk { bytes, sound, words } = chunk;
        if let Err(refusal) = self.machine.admit_audio(bytes) {
            self.truth.lose_words();
            self.record.refusal(self.now, refusal);
            return Ok(());
        }
        self.shelf.take(bytes, words.clone());
        self.listen(&words);
        self.handle(Input::Client(Command::Audio { bytes, sound }))
    }

    /// What was cancelled may have been on its way already.
    fn report(&mut self, op: OpId, event: OpEvent) -> Result<(), Fault> {
        let Some(&speaks) = self.running.get(&op) else {
            let comes_late = self.life.is_some() && self.chance.happens(10);
            return if comes_late { self.handle(Input::Op(op, event)) } else { Ok(()) };
        };
        match &event {
            OpEvent::Voiced { ms } => self.notify(Notice::Voiced(*ms)),
            OpEvent::Failed(_) if speaks => self.notify(Notice::Broken),
            _ => (),
        }
        let goes_on = matches!(
            event,
            OpEvent::Token(_) | OpEvent::Voiced { .. } | OpEvent::Word { .. } | OpEvent::Partial { .. }
        );
        if !goes_on {
            self.forget(op);
        }
        self.handle(Input::Op(op, event))
    }

    fn forget(&mut self, op: OpId) -> bool {
        if self.listeners.remove(&op).is_some() {
            self.truth.understood = self.shelf.last_word();
        }
        self.running.remove(&op).unwrap_or(false)
    }

    fn handle(&mut self, input: Input) -> Result<(), Fault> {
        let at = SessionTime(self.now);
        self.witness.on_input(at, &input, self.machine.deadline());
        self.record.input(self.now, &input);
        self.machine.handle(at, input);
        self.take_outputs()?;
        self.witness.settle(at, self.machine.deadline())
    }

    fn take_outputs(&mut self) -> Result<(), Fault> {
        while let Some(output) = self.machine.poll() {
            self.witness.on_output(&output)?;
            self.record.output(self.now, &output);
            self.carry_out(output)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Fault> {
        match output {
            Output::Event(event) => {
                self.truth.on_event(&event, self.now, &mut self.loudspeaker, &self.microphone)?;
                if let Some(notice) = Notice::of(&event) {
                    self.notify(notice);
                }
            }
            Output::Mouth(order) => self.order(order),
            Output::Start(op, work) => self.start(op, work)?,
            Output::Cancel(op) => {
                if self.forget(op) {
                    self.notify(Notice::Broken);
                }
            }
            Output::Finish(op) => self.finish_listening(op),
            Output::Cut(cut) => self.shelf.cut(cut),
            Output::Record(_) => (),
        }
        Ok(())
    }

    fn order(&mut self, order: Order) {
        let notice = match order {
            Order::Begin(turn) => {
                self.truth.begun = Some(turn);
                let streams = self.machine.session().config().manner.speech == Speech::Streamed;
                Notice::Begin(turn, streams)
            }
            Order::Hold => Notice::Hold,
            Order::GoOn => {
                self.truth.released = self.now;
                Notice::GoOn
            }
            Order::Finish => Notice::Finish,
            Order::Stop => Notice::Stop,
        };
        self.notify(notice);
    }

    fn start(&mut self, op: OpId, work: Work) -> Result<(), Fault> {
        if let Work::Speak { turn, stretch, .. } = &work {
            self.truth.on_speak(*turn, *stretch, self.now, &mut self.loudspeaker)?;
        }
        self.running.insert(op, matches!(work, Work::Speak { .. }));
        self.provide(op, work);
        Ok(())
    }
}
