//! The state that is told is true, and does not last too long.

use session::{Config, Event, Link, Manner, Sound, SoundChange, State, TurnDetection, TurnId, Work};

use super::{Fault, ensure, mouth::Lips, work::Works};
use session::SessionTime;

/// A detector tells of silence so late, at most.
const HEEDED_MS: u64 = 450;

#[derive(Debug)]
pub(super) struct Told {
    state: Option<(State, Option<TurnId>)>,
    /// Of the turn that is open now, not counting what the user held up.
    open_since: SessionTime,
    is_paused: bool,
    is_linked: bool,
    /// The user does, unless no audio comes or the turn was closed.
    speaks_until: SessionTime,
    last_spoken: SessionTime,
    head_ms: u64,
    /// What is still taken for speech up to here belongs to what was closed.
    heeded_ms: u64,
    barge_in: bool,
    hears: bool,
    stall_ms: u64,
    settle_ms: u64,
    longest_pause_ms: u64,
    longest_turn_ms: u64,
    pub(super) now: SessionTime,
}

impl Told {
    pub(super) fn new(config: &Config) -> Self {
        let limits = &config.limits;
        // A reply that comes word by word, each at the last moment, is not what the bound is for.
        let longest_turn_ms =
            2 * limits.transcribe_ms + 3 * limits.answer_ms + 6 * limits.speak_ms + limits.animate_ms + 120_000;
        Self {
            state: None,
            open_since: SessionTime(0),
            is_paused: false,
            is_linked: true,
            speaks_until: SessionTime(0),
            last_spoken: SessionTime(0),
            head_ms: 0,
            heeded_ms: 0,
            barge_in: config.manner.barge_in,
            hears: config.manner.detection == TurnDetection::Voice,
            stall_ms: config.stall_ms,
            settle_ms: config.interruption.settle_ms,
            longest_pause_ms: config.manner.endpointing.unfinished_ms + 2 * config.stall_ms + 1_000,
            longest_turn_ms,
            now: SessionTime(0),
        }
    }

    /// The turn that is open, as far as is told.
    pub(super) fn turn(&self) -> Option<TurnId> {
        self.state.and_then(|(_, turn)| turn)
    }

    pub(super) fn is_ending(&self) -> bool {
        matches!(self.state, Some((State::Ending, _)))
    }

    pub(super) fn on_sound(&mut self, sound: &Sound, at: SessionTime) {
        let has_begun = sound.changes.iter().any(|change| matches!(change, SoundChange::Started { .. }));
        if has_begun {
            self.last_spoken = at;
        }
        if self.speaks_until <= at {
            self.forget_speech();
        }
        self.head_ms = sound.head_ms;
        let goes_on = self.speaks_until > at || sound.head_ms > self.heeded_ms;
        if sound.speaking && (has_begun || goes_on) {
            (self.last_spoken, self.speaks_until) = (at, at + self.stall_ms);
        } else {
            self.speaks_until = SessionTime(0);
        }
    }

    pub(super) fn on_manner(&mut self, manner: &Manner) {
        self.barge_in = manner.barge_in;
        self.hears = manner.detection == TurnDetection::Voice;
        self.longest_pause_ms = manner.endpointing.unfinished_ms + 2 * self.stall_ms + 1_000;
        self.forget_speech();
    }

    /// What was being said is closed, and heard again with the next piece of it.
    pub(super) fn forget_speech(&mut self) {
        if std::mem::take(&mut self.speaks_until) > SessionTime(0) {
            self.heeded_ms = self.head_ms + HEEDED_MS;
        }
    }

    pub(super) fn on_link(&mut self, link: Link, at: SessionTime) {
        self.is_linked = link == Link::Up;
        self.hold_up(at);
    }

    pub(super) fn on_pause(&mut self, paused: bool, at: SessionTime) {
        self.is_paused = paused;
        self.forget_speech();
        self.hold_up(at);
    }

    fn hold_up(&mut self, at: SessionTime) {
        (self.open_since, self.last_spoken) = (at, at);
    }

    pub(super) fn on_event(&mut self, event: &Event) -> Result<(), Fault> {
        if let Event::Ended { .. } = event {
            self.state = None;
        }
        let Event::State { state, turn } = event else {
            return Ok(());
        };
        let told = Some((*state, *turn));
        ensure(told != self.state, || format!("{told:?} is told twice"))?;
        let fits = match state {
            State::Listening => turn.is_none(),
            State::Transcribing | State::Thinking | State::Speaking => turn.is_some(),
            State::Hearing | State::Paused | State::Reconnecting | State::Ending => true,
        };
        ensure(fits, || format!("{told:?} cannot be"))?;
        if self.turn() != *turn {
            self.open_since = self.now;
        }
        self.state = told;
        Ok(())
    }

    pub(super) fn settle(&mut self, now: SessionTime, lips: &Lips, works: &Works) -> Result<(), Fault> {
        let Some((state, turn)) = self.state else {
            return Ok(());
        };
        self.check_hold(now, state, turn, lips)?;
        if let (State::Speaking, Some(turn)) = (state, turn) {
            let is_about_to = !works.any(|work| matches!(work, Work::Answer { .. }));
            let will_speak =
                works.any(|work| matches!(work, Work::Speak { .. } | Work::Keep { .. } | Work::Animate { .. }));
            let speaks = lips.has_sounded(turn) || (is_about_to && will_speak);
            ensure(speaks, || format!("{turn:?} is said to be spoken, and there is nothing to be heard"))?;
        }
        let silent_ms = now.since(self.last_spoken);
        let may_say = silent_ms <= self.longest_pause_ms || !works.listens();
        ensure(may_say, || format!("the user has been silent for {silent_ms} ms, and the turn is not over"))?;
        if turn.is_some() && !lips.is_held() {
            let open_ms = now.since(self.open_since);
            ensure(open_ms <= self.longest_turn_ms, || format!("{turn:?} has been {state:?} for {open_ms} ms"))?;
        }
        Ok(())
    }

    fn check_hold(&mut self, now: SessionTime, state: State, turn: Option<TurnId>, lips: &Lips) -> Result<(), Fault> {
        if state == State::Ending {
            return ensure(!lips.is_held(), || "the mouth is held in a session that ends".to_owned());
        }
        let speaks = self.hears && self.barge_in && now < self.speaks_until;
        let must_hold = turn.is_some() && (speaks || self.is_paused || !self.is_linked);
        ensure(!must_hold || lips.is_held(), || {
            format!("the persona talks on in {turn:?}, and nobody should hear it")
        })?;
        if !lips.is_held() {
            return Ok(());
        }
        ensure(turn.is_some(), || "the mouth is held, and nobody is to speak".to_owned())?;
        let is_said = matches!(state, State::Hearing | State::Paused | State::Reconnecting);
        ensure(is_said, || format!("the mouth is held and said to be {state:?}"))?;
        let held_ms = now.since(self.last_spoken);
        let may_last = self.is_paused || !self.is_linked || held_ms <= self.stall_ms + self.settle_ms;
        ensure(may_last, || format!("{turn:?} is silent, and nobody has spoken for {held_ms} ms"))
    }
}
