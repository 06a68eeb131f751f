//! A whole session that chance alone makes, from one number.

use session::{Cutting, Endpointing, Output, SessionTime, Speech, TurnDetection};

use crate::{
    bug::Bug,
    chance::Chance,
    life::Life,
    providers::{Mood, Providers},
    record::{Line, Record},
    scenario::{briefing, config},
    witness::Fault,
    world::{Act, Setting, World},
};

/// After the user has left, everything must be over.
const AFTERWARDS_MS: u64 = 3 * 3_600_000;

#[derive(Debug)]
pub struct Simulation {
    world: World,
    is_calm: bool,
}

impl Simulation {
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut chance = Chance::new(seed);
        let is_calm = chance.happens(40);
        let setting = setting(&mut chance, is_calm);
        let often = |chance: &mut Chance, most: u64| if is_calm { 0 } else { chance.below(most) };
        let mood = Mood {
            failing: often(&mut chance, 15),
            hanging: often(&mut chance, 4),
            slow: often(&mut chance, 15),
            chance: fork(&mut chance),
        };
        let ends_at = chance.between(2, 12) * 60_000;
        let life = Life::new(fork(&mut chance), is_calm, setting.config.manner, ends_at);
        let mut world = World::new(setting, Providers::moody(mood), fork(&mut chance), bug);
        world.plan(0, Act::Microphone { open: true });
        world.live(life);
        Self { world, is_calm }
    }

    pub fn recorded(mut self) -> Self {
        self.world.record = Record::everything();
        self
    }

    pub fn told(mut self) -> Self {
        self.world.record = Record::told();
        self
    }

    pub fn take_timeline(&mut self) -> String {
        self.world.record.take_timeline()
    }

    /// Lives on until then.
    pub fn run_until(&mut self, at_ms: u64) -> Result<(), Fault> {
        self.world.run(at_ms)
    }

    /// Twelve minutes are a short life; this one lasts longer.
    pub fn lasting(seed: u64, minutes: u64) -> Self {
        let mut simulation = Self::new(seed, None);
        simulation.world.outlive(minutes * 60_000);
        simulation
    }

    pub fn session(&self) -> &session::Session {
        self.world.machine().session()
    }

    /// Answers how many milliseconds of conversation it was.
    pub fn run(&mut self) -> Result<u64, (u64, Fault)> {
        let outcome = self.world.run(AFTERWARDS_MS).and_then(|()| self.check_end());
        outcome.map(|()| self.world.now()).map_err(|fault| (self.world.now(), fault))
    }

    pub fn take_record(&mut self) -> (Vec<Line>, Vec<(SessionTime, Output)>) {
        self.world.record.take_lines()
    }

    pub fn setting(&self) -> &Setting {
        self.world.setting()
    }

    fn check_end(&self) -> Result<(), Fault> {
        if !self.world.has_ended() {
            return Err("the session never ends".to_owned());
        }
        if self.is_calm { self.world.all_understood() } else { Ok(()) }
    }
}

fn fork(chance: &mut Chance) -> Chance {
    Chance::new(chance.below(u64::MAX))
}

fn setting(chance: &mut Chance, is_calm: bool) -> Setting {
    let mut config = config();
    let manner = &mut config.manner;
    manner.detection = match chance.below(10) {
        0 => TurnDetection::Threshold,
        1 => TurnDetection::Manual,
        _ => TurnDetection::Voice,
    };
    manner.speech = match chance.below(10) {
        0 => Speech::Whole,
        1 => Speech::Mute,
        _ => Speech::Streamed,
    };
    manner.barge_in = chance.happens(85);
    manner.cutting = Cutting { bytes: chance.pick(&[32_000, 96_000, 200_000]), silence_ms: 2_000 };
    if chance.happens(20) {
        manner.endpointing = Endpointing { finished_ms: 700, unclear_ms: 700, unfinished_ms: 700 };
    }
    let mut briefing = briefing();
    briefing.max_turns = chance.pick(&[3, 8, 1_000]);
    if chance.happens(50) {
        let text = "Good morning. You wanted to see me?".to_owned();
        briefing.history.push(session::Line { speaker: session::Speaker::Persona, text: text.into() });
    }
    config.history_lines = chance.pick(&[4, 40]);
    Setting {
        config,
        briefing,
        network_ms: chance.between(0, 90),
        jitter_ms: if is_calm { chance.below(20) } else { chance.below(80) },
        chunk_ms: chance.pick(&[100, 250]),
        lead_ms: chance.pick(&[200, 500, 2_000]),
        reports: chance.happens(85),
        marks: chance.happens(60),
        token_ms: chance.between(5, 60),
        letter_ms: 60,
        voice_speed: chance.pick(&[0, 2, 4, 10]),
    }
}
