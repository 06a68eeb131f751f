//! The session hears when its user begins and stops to speak.

use super::{
    Phase, Promise, Session,
    turn::{Doing, Turn},
};
use crate::{
    Event, InterruptReason, OpEvent, OpId, Output, Sound, SoundChange, Timer, Work,
    hearing::{Hearing, Outcome, Saying, Understood, join},
    interruption::is_backchannel,
    listening::{Closing, Then},
};

/// Until it is asked again whether somebody interrupts.
const LOOKS_AGAIN_MS: u64 = 50;
/// A detector tells of silence so much later than it began.
const TOLD_LATE_MS: u64 = 200;
/// Whoever speaks into the last word answers.
const LAST_WORD_MS: u64 = 400;
/// The end of a turn is believed by the clock, though this much of the silence is still on its way here.
const ON_ITS_WAY_MS: u64 = 250;
/// Whoever lost their connection in mid-sentence may need so long until their voice is here again.
const COMES_BACK_MS: u64 = 2_500;

impl Session {
    pub(super) fn on_sound(&mut self, sound: &Sound) {
        if !self.hears() {
            return;
        }
        for change in &sound.changes {
            match *change {
                SoundChange::Started { at_ms } => self.on_speech_started(at_ms),
                SoundChange::Stopped { at_ms } => self.on_speech_stopped(at_ms, sound.head_ms),
                SoundChange::Withdrawn => self.withdraw(),
            }
        }
        self.heard = (sound.head_ms, self.now);
        // Who was taken for silent, because no audio came or the client said so, still speaks.
        if sound.speaking && !self.hearing.is_speaking() && sound.head_ms > self.heeded_ms {
            self.on_speech_started(sound.head_ms);
        }
        // Nobody told when that was.
        if !sound.speaking && self.hearing.is_speaking() {
            self.on_speech_stopped(sound.head_ms, sound.head_ms);
        }
        match &self.hearing {
            Hearing::Quiet => (),
            Hearing::Speaking(_) => self.timers.arm(Timer::Stall, self.now + self.config.stall_ms),
            Hearing::Trailing(_) => self.await_end_of_turn(),
        }
    }

    fn on_speech_started(&mut self, at_ms: u64) {
        let saying = match std::mem::take(&mut self.hearing) {
            Hearing::Quiet => {
                let work = Work::Listen { turn: self.turn_to_come(), language: self.tongue.language.clone() };
                let listen = self.start(work);
                self.listeners.begin(listen);
                Saying::begin(listen, at_ms, self.now)
            }
            Hearing::Trailing(saying) => saying.resume(at_ms),
            speaking @ Hearing::Speaking(_) => {
                self.hearing = speaking;
                return;
            }
        };
        self.hearing = Hearing::Speaking(saying);
        self.timers.disarm(Timer::EndOfTurn);
        self.tell(Event::SpeechStarted { at_ms });
    }

    /// The user was speaking when the process before this one stopped, and either speaks on now or is waiting for an
    /// answer. Nobody listened to the beginning, so the whole is transcribed from the store.
    pub(super) fn hear_on(&mut self, spoken_ms: u64) {
        let listen = self.next_op();
        self.listeners.begin(listen);
        self.listeners.on_outcome(listen, Outcome::Failed);
        self.hearing = Hearing::Trailing(Saying::go_on(listen, spoken_ms, self.now));
        self.tell(Event::SpeechStarted { at_ms: 0 });
        self.tell(Event::SpeechStopped { at_ms: 0, end_of_turn: false });
        self.timers.arm(Timer::EndOfTurn, self.now + COMES_BACK_MS);
    }

    fn on_speech_stopped(&mut self, at_ms: u64, head_ms: u64) {
        if !self.hearing.is_speaking() {
            return;
        }
        let Some(saying) = self.hearing.take() else {
            return;
        };
        let silent_ms = head_ms.saturating_sub(at_ms);
        let last_word = crate::SessionTime(self.now.0.saturating_sub(silent_ms)).max(saying.last_word);
        self.hearing = Hearing::Trailing(saying.stop(at_ms, last_word));
        self.timers.disarm(Timer::Stall);
        self.timers.disarm(Timer::Confirm);
        self.tell(Event::SpeechStopped { at_ms, end_of_turn: false });
        if self.can_be_interrupted() {
            self.timers.arm(Timer::Settle, last_word + self.config.interruption.settle_ms);
        }
        self.await_end_of_turn();
    }

    /// No audio comes any more, in mid-speech.
    pub(super) fn on_stall(&mut self) {
        let (head_ms, _) = self.heard;
        self.heed(head_ms);
        self.on_speech_stopped(head_ms, head_ms);
    }

    /// What is still taken for speech a moment after this is not heard yet to have stopped.
    fn heed(&mut self, head_ms: u64) {
        self.heeded_ms = head_ms + TOLD_LATE_MS + ON_ITS_WAY_MS;
    }

    fn await_end_of_turn(&mut self) {
        let Hearing::Trailing(saying) = &self.hearing else {
            return;
        };
        let wait_ms = self.wait_ms(saying);
        let (head_ms, _) = self.heard;
        let at =
            if head_ms.saturating_sub(saying.stopped_ms) >= wait_ms { self.now } else { saying.last_word + wait_ms };
        self.timers.arm(Timer::EndOfTurn, at);
    }

    fn wait_ms(&self, saying: &Saying) -> u64 {
        let text = self.listeners.text(saying.listen);
        self.manner().endpointing.wait_ms(text, saying.spoken_ms())
    }

    /// The silence is believed once it was heard, or nearly so, or no audio comes that could break it.
    pub(super) fn on_end_of_turn(&mut self) {
        let Hearing::Trailing(saying) = &self.hearing else {
            return;
        };
        let (head_ms, heard_at) = self.heard;
        let unheard_ms = self.wait_ms(saying).saturating_sub(head_ms.saturating_sub(saying.stopped_ms));
        let stalled_at = heard_at + self.config.stall_ms;
        if unheard_ms > ON_ITS_WAY_MS && self.now < stalled_at {
            return self.timers.arm(Timer::EndOfTurn, stalled_at);
        }
        self.close_saying();
    }

    /// What was said is a turn now, unless it turns out to be nothing.
    pub(super) fn close_saying(&mut self) {
        let (head_ms, _) = self.heard;
        let spoken_ms = match &self.hearing {
            Hearing::Quiet => return,
            Hearing::Speaking(saying) => saying.spoken_until(head_ms),
            Hearing::Trailing(saying) => saying.spoken_ms(),
        };
        let is_speaking = self.hearing.is_speaking();
        let Some(saying) = self.take_saying() else {
            return;
        };
        if is_speaking {
            self.heed(head_ms);
        }
        if self.listeners.is_listening(saying.listen) {
            self.outputs.push_back(Output::Finish(saying.listen));
        }
        let last_word = if is_speaking { self.now } else { saying.last_word };
        let closing = Closing { listen: Some(saying.listen), spoken_ms, last_word, decided: self.now };
        self.cut(Then::Closes(closing));
        self.tell(Event::SpeechStopped {
            at_ms: if is_speaking { head_ms } else { saying.stopped_ms },
            end_of_turn: true,
        });
        if self.can_be_interrupted() {
            self.doubt(saying.listen);
        }
    }

    /// What is being said is a turn as it stands, and goes on as the next one.
    pub(super) fn begin_another_saying(&mut self) {
        let speaks_on = self.hearing.is_speaking();
        self.close_saying();
        if speaks_on {
            let (head_ms, _) = self.heard;
            self.on_speech_started(head_ms);
        }
    }

    /// What is being said is left as it is.
    pub(super) fn hear_no_more(&mut self) {
        if let Some(saying) = self.take_saying() {
            self.forget_listener(saying.listen);
        }
    }

    /// What was being said, which nothing waits for any more.
    fn take_saying(&mut self) -> Option<Saying> {
        let saying = self.hearing.take()?;
        for timer in [Timer::Stall, Timer::EndOfTurn, Timer::Confirm] {
            self.timers.disarm(timer);
        }
        Some(saying)
    }

    /// It was said over the persona: what was understood decides whether it is a turn.
    fn doubt(&mut self, listen: OpId) {
        self.doubtful = Some(listen);
        if !self.listeners.is_listening(listen) {
            self.judge(listen);
        }
    }

    /// It was the persona's own voice, or nothing that anybody said.
    fn withdraw(&mut self) {
        let is_speaking = self.hearing.is_speaking();
        let Some(saying) = self.take_saying() else {
            return;
        };
        self.timers.disarm(Timer::Settle);
        let (head_ms, _) = self.heard;
        if is_speaking {
            self.tell(Event::SpeechStopped { at_ms: head_ms, end_of_turn: false });
        }
        // What was said before that was somebody's.
        if is_speaking && saying.spoken_ms() > 0 {
            self.hearing = Hearing::Trailing(saying);
            return self.await_end_of_turn();
        }
        self.cut(Then::Leaves);
        self.pass_over(saying.listen);
    }

    pub(super) fn on_confirm(&mut self) {
        let Hearing::Speaking(saying) = &self.hearing else {
            return;
        };
        let interruption = self.config.interruption;
        let (head_ms, _) = self.heard;
        let spoken_ms = saying.spoken_until(head_ms).saturating_sub(TOLD_LATE_MS);
        if interruption.is_turn(spoken_ms, self.listeners.text(saying.listen)) {
            return self.interrupt(InterruptReason::BargeIn);
        }
        let missing_ms = interruption.confirm_ms.saturating_sub(spoken_ms);
        self.timers.arm(Timer::Confirm, self.now + missing_ms.max(LOOKS_AGAIN_MS));
    }

    pub(super) fn on_listener(&mut self, op: OpId, event: OpEvent) {
        match event {
            OpEvent::Partial { text, stable_chars } => self.on_partial(op, &text, stable_chars),
            OpEvent::Heard { text, language, confidence, by } => {
                let understood = Understood { text, language, confidence, by };
                self.listeners.on_outcome(op, Outcome::Heard(understood));
                self.judge(op);
            }
            // What it listened to is in the store, and is transcribed from there.
            _ => {
                if !matches!(event, OpEvent::Failed(_)) {
                    self.outputs.push_back(Output::Cancel(op));
                }
                self.listeners.on_outcome(op, Outcome::Failed);
                self.judge(op);
            }
        }
    }

    fn on_partial(&mut self, op: OpId, text: &str, stable_chars: u32) {
        let Some((text, stable_chars)) = self.listeners.on_partial(op, text, stable_chars) else {
            return;
        };
        let intrudes = !is_backchannel(&text);
        self.tell_partial(op, &text, stable_chars);
        let is_said_now = self.hearing.saying().is_some_and(|saying| saying.listen == op);
        if intrudes && (is_said_now || self.doubtful == Some(op)) && self.can_be_interrupted() {
            self.doubtful = None;
            self.interrupt(InterruptReason::BargeIn);
        }
        self.await_end_of_turn();
    }

    /// As the beginning of a turn, or what comes after the beginning that others listened to.
    fn tell_partial(&mut self, op: OpId, text: &str, stable_chars: u32) {
        let (turn, before) = match &self.turn {
            Some(Turn { id, doing: Doing::Transcribing { spoken, .. }, .. }) if spoken.listens.contains(&op) => {
                (*id, spoken.listens.iter().copied().filter(|listen| *listen < op).collect())
            }
            _ => {
                let (turns_before, before) = self.listening.place_of(op);
                (self.turn_after(turns_before), before)
            }
        };
        let (mut whole, mut is_stable) = (String::new(), true);
        for listen in before {
            is_stable &= !self.listeners.is_listening(listen);
            whole = join(&whole, self.listeners.text(listen).unwrap_or_default());
        }
        let stable_before = join(&whole, text).chars().count() - text.trim_start().chars().count();
        whole = join(&whole, text);
        if self.promise.turn != Some(turn) {
            self.promise = Promise { turn: Some(turn), ..Promise::default() };
        }
        let promise = &mut self.promise;
        promise.listen = Some(op);
        let promised = promise.text.chars().count();
        let text: String = promise.text.chars().chain(whole.chars().skip(promised)).collect();
        if is_stable {
            let stable = (stable_before + stable_chars as usize).max(promised);
            promise.text = text.chars().take(stable).collect();
        }
        let stable_chars = u32::try_from(promise.text.chars().count()).unwrap_or(u32::MAX);
        self.tell(Event::Partial { turn, text, stable_chars });
    }

    /// What this one listened to is no turn. If an unfinished text of it was told, what is said next is another one.
    pub(super) fn pass_over(&mut self, listen: OpId) {
        self.forget_listener(listen);
        if self.promise.listen == Some(listen) {
            self.last_turn = self.last_turn.max(self.promise.turn.map_or(0, |turn| turn.0));
        }
    }

    /// Somebody was heard to the end. If that was said over the persona it is decided now what it was.
    fn judge(&mut self, op: OpId) {
        if self.doubtful != Some(op) || self.listeners.is_listening(op) {
            return;
        }
        self.doubtful = None;
        match self.listeners.outcome(&[op]) {
            Some(Outcome::Heard(understood)) if self.is_no_turn(&understood.text) => {
                self.timers.disarm(Timer::Settle);
                self.listening.leave(op);
                self.pass_over(op);
            }
            Some(Outcome::Heard(_)) => self.interrupt(InterruptReason::BargeIn),
            // Nobody knows what it was: the persona goes on, and it is a turn afterwards.
            Some(Outcome::Failed) | None => (),
        }
    }

    /// Who says no more than "right" leaves the floor to the persona, unless it has nothing more to say.
    fn is_no_turn(&self, text: &str) -> bool {
        let Some(Turn { doing: Doing::Replying(reply), .. }) = &self.turn else {
            return !has_words(text);
        };
        let is_over = reply.is_voiced() && reply.playback.left_ms(self.now) <= LAST_WORD_MS;
        if is_over { !has_words(text) } else { is_backchannel(text) }
    }

    /// Whether the persona must keep still because the user may be taking the floor.
    pub(super) fn may_be_interrupting(&self) -> bool {
        self.hearing.is_speaking() || self.timers.is_armed(Timer::Settle)
    }

    pub(super) fn can_be_interrupted(&self) -> bool {
        self.manner().barge_in && self.phase == Phase::Open && self.turn.as_ref().is_some_and(super::Turn::is_replying)
    }

    pub(super) fn forget_listener(&mut self, op: OpId) {
        if self.listeners.forget(op) {
            self.outputs.push_back(Output::Cancel(op));
        }
    }
}

/// Recognisers write punctuation for noise.
fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
