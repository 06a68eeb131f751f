//! What really happened at the user's ears and mouth, which the session can only infer.

use session::{Command, Event, Input, InterruptReason, Stage, State, TurnId};

use super::Setting;
use crate::{
    loudspeaker::Loudspeaker,
    microphone::{Microphone, Voice, pieces},
    witness::{Fault, ensure},
};

/// Between the last word heard and the end of the turn, where the client's last report is lost.
const LONGEST_AFTER_MS: u64 = 1_600;
/// Who interrupted the persona was to be heard at least so shortly before.
const RECENTLY_MS: u64 = 5_000;

#[derive(Debug)]
pub(super) struct Truth {
    /// What the session cannot know, for the way between it and the client takes so long.
    fog_ms: u64,
    /// Words by which the remembered may be wrong.
    fog_words: usize,
    /// The client was away or asleep, and nobody can know how much it heard.
    is_blurred: bool,
    blurred: Option<TurnId>,
    /// When it was held last, and not any more.
    pub(super) released: u64,
    /// The newest turn that the mouth has begun.
    pub(super) begun: Option<TurnId>,
    open: Option<TurnId>,
    state: Option<State>,
    /// The turn that was broken off last, and what was said to be heard of it.
    broken_off: Option<(TurnId, String)>,
    /// The user's words, and whether they may be taken for none.
    said: Vec<(&'static str, bool)>,
    understood_text: String,
    /// Some of the user's words reached nobody.
    words_lost: bool,
    /// So many words were understood by listeners.
    pub(super) understood: usize,
}

impl Truth {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            fog_ms: 2 * (setting.network_ms + setting.jitter_ms) + 150,
            fog_words: if setting.marks { 1 } else { 2 },
            is_blurred: false,
            blurred: None,
            released: 0,
            begun: None,
            open: None,
            state: None,
            broken_off: None,
            said: Vec::new(),
            understood_text: String::new(),
            words_lost: false,
            understood: 0,
        }
    }

    /// From now until the next turn nobody knows what was heard.
    pub(super) fn blur(&mut self) {
        self.blur_hearing();
        self.words_lost = true;
    }

    fn blur_hearing(&mut self) {
        (self.is_blurred, self.blurred) = (true, self.begun);
    }

    pub(super) fn lose_words(&mut self) {
        self.words_lost = true;
    }

    pub(super) fn on_microphone(&mut self, is_open: bool) {
        self.words_lost |= !is_open;
    }

    pub(super) fn on_talk(&mut self, voice: Voice, text: &'static str, is_recorded: bool) {
        if voice == Voice::Words {
            self.said.push((text, session::is_backchannel(text)));
            self.words_lost |= !is_recorded;
        }
    }

    pub(super) fn on_input(&mut self, input: &Input) {
        match input {
            Input::Client(Command::End) | Input::Suspend => self.words_lost = true,
            // What was heard then is for the client to say.
            Input::Client(Command::Pause) | Input::Link(_) => self.blur_hearing(),
            Input::Client(_) | Input::Op(..) | Input::Tick => (),
        }
    }

    pub(super) fn on_event(
        &mut self,
        event: &Event,
        now: u64,
        loudspeaker: &mut Loudspeaker,
        microphone: &Microphone,
    ) -> Result<(), Fault> {
        match event {
            Event::Interrupted { turn, heard_text, reason, .. } => {
                self.broken_off = Some((*turn, heard_text.clone()));
                let was_heard = microphone.sounded_within(RECENTLY_MS, now) || self.is_blurred;
                let is_intruder = *reason == InterruptReason::BargeIn;
                ensure(!is_intruder || was_heard, || format!("{turn:?} is interrupted by nobody"))
            }
            Event::Problem(problem) if matches!(problem.stage, Stage::Answer | Stage::Transcribe) => {
                self.broken_off = problem.turn.map(|turn| (turn, String::new()));
                self.words_lost |= problem.stage == Stage::Transcribe;
                self.blur_hearing();
                Ok(())
            }
            Event::Transcript { text, by, .. } => {
                if by.provider != "client" {
                    self.understood_text.push_str(&letters(text));
                }
                Ok(())
            }
            Event::State { state, turn } => {
                let before = std::mem::replace(&mut self.open, *turn);
                self.state = Some(*state);
                match before.filter(|before| Some(*before) != *turn) {
                    Some(over) => self.on_over(over, now, loudspeaker),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// A turn that nobody broke off is over once it was heard, and then at once.
    fn on_over(&mut self, turn: TurnId, now: u64, loudspeaker: &mut Loudspeaker) -> Result<(), Fault> {
        let was_broken_off = self.broken_off.as_ref().is_some_and(|(broken, _)| *broken == turn);
        if self.is_blurred || was_broken_off || self.state == Some(State::Ending) {
            return Ok(());
        }
        let Some(position) = loudspeaker.position(turn, now) else {
            return Ok(());
        };
        let left = loudspeaker.total(turn) - position;
        ensure(left <= self.fog_ms, || format!("{turn:?} is over, and the user has not heard its last {left} ms"))?;
        let since = loudspeaker.heard_all_since(turn).map(|since| since.max(self.released));
        let after = since.map_or(0, |since| now.saturating_sub(since));
        ensure(after <= LONGEST_AFTER_MS + self.fog_ms, || format!("{turn:?} was heard, and is over {after} ms later"))
    }

    /// A stretch may be spoken once the one before it is heard.
    pub(super) fn on_speak(
        &self,
        turn: TurnId,
        stretch: u32,
        now: u64,
        loudspeaker: &mut Loudspeaker,
    ) -> Result<(), Fault> {
        let Some(begins) = loudspeaker.newest_begins(turn) else {
            return Ok(());
        };
        let Some(position) = loudspeaker.position(turn, now).filter(|_| !self.is_blurred) else {
            return Ok(());
        };
        ensure(begins <= position + self.fog_ms, || {
            format!("stretch {stretch} of {turn:?} is spoken {} ms too far ahead", begins - position)
        })
    }

    /// The client begins with another turn.
    pub(super) fn on_begin(&mut self, begun: TurnId, now: u64, loudspeaker: &mut Loudspeaker) -> Result<(), Fault> {
        let unheard = loudspeaker.unheard(now);
        let was_blurred = self.is_blurred;
        self.is_blurred &= Some(begun) <= self.blurred || loudspeaker.is_asleep;
        let Some((turn, left)) = unheard.filter(|_| !was_blurred) else {
            return Ok(());
        };
        let was_broken_off = self.broken_off.as_ref().is_some_and(|(broken, _)| *broken == turn);
        let is_heard = was_broken_off || left <= self.fog_ms;
        ensure(is_heard, || format!("the last {left} ms of {turn:?} are cut off by the next turn"))
    }

    /// The client plays no more of this turn. What is remembered of it is what was heard, but for a word.
    pub(super) fn on_silenced(&self, turn: TurnId, now: u64, loudspeaker: &mut Loudspeaker) -> Result<(), Fault> {
        let Some((_, remembered)) = self.broken_off.as_ref().filter(|(broken, _)| *broken == turn) else {
            return Ok(());
        };
        let Some(position) = loudspeaker.position(turn, now).filter(|_| !self.is_blurred) else {
            return Ok(());
        };
        let least = words(&loudspeaker.words_by(turn, position.saturating_sub(self.fog_ms)));
        let most = words(&loudspeaker.words_by(turn, position + self.fog_ms));
        let fits = (least.saturating_sub(self.fog_words)..=most + self.fog_words).contains(&words(remembered));
        ensure(fits, || {
            let heard = loudspeaker.words_by(turn, position);
            format!("of {turn:?} {heard:?} was heard ({position} ms), and {remembered:?} is remembered")
        })
    }

    /// Every word that reached the session was understood in some turn, in order.
    pub(super) fn all_understood(&self) -> Result<(), Fault> {
        if self.words_lost {
            return Ok(());
        }
        let mut rest = self.understood_text.as_str();
        for (text, may_be_nothing) in &self.said {
            match rest.strip_prefix(letters(text).as_str()) {
                Some(after) => rest = after,
                None if *may_be_nothing => (),
                None => return Err(format!("{text:?} was said, and understood was {rest:?}")),
            }
        }
        Ok(())
    }
}

fn words(text: &str) -> usize {
    pieces(text).filter(|piece| piece.chars().any(char::is_alphanumeric)).count()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
