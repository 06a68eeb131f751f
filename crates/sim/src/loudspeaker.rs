//! The client that plays the persona's voice, and what was really heard of it.

use session::{Event, State, TurnId};

use crate::{microphone::pieces, mouth::Mouth};

/// Until the client plays what has come.
const BUFFER_MS: u64 = 60;

/// What reaches the client, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// And whether it is sent as it comes.
    Begin(TurnId, bool),
    /// What is going to be said, and how long that takes.
    Stretch(String, u64),
    Voiced(u64),
    /// The rest of the stretch is not said, and is read instead.
    Broken,
    Hold,
    GoOn,
    Finish,
    Stop,
    State(State),
    Interrupted(TurnId),
}

#[derive(Debug)]
pub(crate) struct Loudspeaker {
    lead: u64,
    speech: Option<Speech>,
    is_held: bool,
    /// What the client was told: it plays nothing while the user is heard, or during a pause.
    is_quiet: bool,
    pub(crate) is_asleep: bool,
    now: u64,
}

#[derive(Debug)]
struct Speech {
    turn: TurnId,
    streams: bool,
    mouth: Mouth,
    starts_at: Option<u64>,
    position: u64,
    stretches: Vec<Stretch>,
    is_finished: bool,
    is_over: bool,
    /// When there was nothing left to play.
    played_at: Option<u64>,
}

#[derive(Debug)]
struct Stretch {
    text: String,
    begins: u64,
    whole_ms: u64,
    is_broken: bool,
}

/// How far the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) turn: TurnId,
    pub(crate) played_ms: u64,
    pub(crate) done: bool,
}

impl Loudspeaker {
    pub(crate) fn new(lead: u64) -> Self {
        Self { lead, speech: None, is_held: false, is_quiet: false, is_asleep: false, now: 0 }
    }

    /// Answers the last that the client says of a turn that it stops to play.
    pub(crate) fn on_notice(&mut self, notice: Notice, now: u64) -> Option<Progress> {
        self.play(now);
        let was_quiet = self.is_quiet;
        match notice {
            Notice::Begin(turn, streams) => {
                self.speech = Some(Speech {
                    turn,
                    streams,
                    mouth: Mouth::new(self.lead, self.is_held, now),
                    starts_at: None,
                    position: 0,
                    stretches: Vec::new(),
                    is_finished: false,
                    is_over: false,
                    played_at: None,
                });
            }
            Notice::Hold => self.is_held = true,
            Notice::GoOn => self.is_held = false,
            Notice::State(state) => self.is_quiet = matches!(state, State::Hearing | State::Paused),
            Notice::Stretch(..)
            | Notice::Voiced(_)
            | Notice::Broken
            | Notice::Finish
            | Notice::Stop
            | Notice::Interrupted(_) => (),
        }
        let speech = self.speech.as_mut().filter(|speech| !speech.is_over)?;
        match notice {
            Notice::Hold => speech.mouth.hold(now),
            Notice::GoOn => speech.mouth.go_on(now),
            Notice::Stretch(text, whole_ms) => {
                let begins = speech.mouth.total();
                speech.stretches.push(Stretch { text, begins, whole_ms, is_broken: false });
            }
            Notice::Broken => {
                if let Some(stretch) = speech.stretches.last_mut() {
                    stretch.is_broken = true;
                }
            }
            Notice::Voiced(ms) => {
                speech.mouth.voice(ms, now);
                if !speech.streams {
                    return None;
                }
                speech.starts_at.get_or_insert(now + BUFFER_MS);
            }
            Notice::Finish => speech.is_finished = true,
            Notice::Interrupted(turn) if turn == speech.turn => {
                speech.is_over = true;
                return speech.has_begun(now).then(|| speech.progress());
            }
            Notice::State(_) if self.is_quiet && !was_quiet => {
                return speech.has_begun(now).then(|| speech.progress());
            }
            Notice::Begin(..) | Notice::Stop | Notice::State(_) | Notice::Interrupted(_) => (),
        }
        None
    }

    pub(crate) fn progress(&mut self, now: u64) -> Option<Progress> {
        self.play(now);
        let speech = self.speech.as_ref().filter(|speech| !speech.is_over && speech.has_begun(now))?;
        Some(speech.progress())
    }

    /// When something is left to play, how long that takes at least.
    pub(crate) fn remaining(&self) -> Option<u64> {
        let speech = self.speech.as_ref().filter(|speech| !speech.is_over)?;
        let left = speech.mouth.total() - speech.position;
        (left > 0 || !speech.is_finished).then_some(left)
    }

    pub(crate) fn fall_asleep(&mut self, now: u64) {
        self.play(now);
        self.is_asleep = true;
    }

    /// Nothing more comes, and what has come is played.
    pub(crate) fn lose_connection(&mut self, now: u64) {
        self.play(now);
        if let Some(speech) = &mut self.speech {
            speech.mouth.hold(now);
        }
    }

    pub(crate) fn reconnect(&mut self, now: u64) {
        self.play(now);
        if let Some(speech) = self.speech.as_mut().filter(|_| !self.is_held) {
            speech.mouth.go_on(now);
        }
    }

    pub(crate) fn wake(&mut self, now: u64) {
        self.play(now);
        self.is_asleep = false;
    }

    pub(crate) fn is_sounding(&self) -> bool {
        let speech = self.speech.as_ref().filter(|speech| !speech.is_over && speech.starts_at.is_some());
        !self.is_asleep && !self.is_quiet && speech.is_some_and(|speech| speech.position < speech.mouth.total())
    }

    /// Since when all of this turn that there is was heard.
    pub(crate) fn heard_all_since(&self, turn: TurnId) -> Option<u64> {
        self.speech.as_ref().filter(|speech| speech.turn == turn)?.played_at
    }

    /// How much of this turn was heard.
    pub(crate) fn position(&mut self, turn: TurnId, now: u64) -> Option<u64> {
        self.play(now);
        self.of(turn).filter(|speech| speech.streams).map(|speech| speech.position)
    }

    /// So much is there of it.
    pub(crate) fn total(&self, turn: TurnId) -> u64 {
        self.of(turn).map_or(0, |speech| speech.mouth.total())
    }

    /// The words of it that have begun before this position.
    pub(crate) fn words_by(&self, turn: TurnId, position: u64) -> String {
        self.of(turn).map_or_else(String::new, |speech| speech.words_by(position))
    }

    /// Where the newest stretch begins that can be heard.
    pub(crate) fn newest_begins(&self, turn: TurnId) -> Option<u64> {
        let speech = self.of(turn)?;
        let audible = speech.stretches.iter().rfind(|stretch| stretch.begins < speech.mouth.total())?;
        Some(audible.begins)
    }

    /// The turn that would be cut short if another one began now, and how much of it is left.
    pub(crate) fn unheard(&mut self, now: u64) -> Option<(TurnId, u64)> {
        self.play(now);
        let speech = self.speech.as_ref().filter(|speech| speech.streams && !speech.is_over)?;
        Some((speech.turn, speech.mouth.total() - speech.position))
    }

    fn of(&self, turn: TurnId) -> Option<&Speech> {
        self.speech.as_ref().filter(|speech| speech.turn == turn)
    }

    fn play(&mut self, now: u64) {
        let passed = now - self.now;
        let before = std::mem::replace(&mut self.now, now);
        let stands = self.is_quiet || self.is_asleep;
        let Some(speech) = self.speech.as_mut().filter(|speech| !speech.is_over) else {
            return;
        };
        let Some(starts_at) = speech.starts_at.filter(|at| *at < now && !stands) else {
            return;
        };
        let passed = passed.min(now - starts_at);
        let wanted = speech.position + passed;
        let position = wanted.min(speech.mouth.let_out(now));
        if speech.is_finished && position == speech.mouth.total() {
            speech.played_at.get_or_insert(before.max(starts_at) + (position - speech.position));
        }
        speech.position = position;
    }
}

impl Speech {
    fn has_begun(&self, now: u64) -> bool {
        self.starts_at.is_some_and(|at| at <= now)
    }

    fn progress(&self) -> Progress {
        let done = self.is_finished && self.position == self.mouth.total();
        Progress { turn: self.turn, played_ms: self.position, done }
    }

    /// Every word that has begun; each letter takes as long as the others.
    fn words_by(&self, position: u64) -> String {
        let mut heard = String::new();
        for (index, stretch) in self.stretches.iter().enumerate() {
            let ends = self.stretches.get(index + 1).map_or(self.mouth.total(), |next| next.begins);
            if stretch.is_broken && position >= ends && position > 0 {
                heard.push_str(&stretch.text);
            } else {
                stretch.words_by(position, &mut heard);
            }
        }
        heard.truncate(heard.trim_end().len());
        heard
    }
}

impl Stretch {
    fn words_by(&self, position: u64, heard: &mut String) {
        let letters = self.text.chars().count().max(1) as u64;
        let mut said = 0;
        for piece in pieces(&self.text) {
            if self.begins + self.whole_ms * said / letters >= position {
                return;
            }
            heard.push_str(piece);
            said += piece.chars().count() as u64;
        }
    }
}

impl Notice {
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::State { state, .. } => Some(Self::State(*state)),
            Event::Interrupted { turn, .. } => Some(Self::Interrupted(*turn)),
            _ => None,
        }
    }
}
