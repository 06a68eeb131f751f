//! The persona's voice and face in a turn.

use super::{
    Phase, Session,
    turn::{Doing, Turn},
};
use crate::{
    Animation, Event, Fact, Failure, FailureKind, InterruptReason, Mouth, Output, Source, Speaker, Speech, Stage,
    Timer, TurnId, Work,
    reply::{Face, KeptSpeech, Tongue},
};

impl Session {
    /// Gives the voice what it may speak now: a streamed one is at most one stretch ahead of what sounds.
    pub(super) fn speak_on(&mut self) {
        let now = self.now;
        let is_open = self.phase == Phase::Open;
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &mut self.turn else {
            return;
        };
        // Nobody plays pieces of speech in a session that ends.
        let speaks = reply.speech == Speech::Whole || (reply.is_streamed() && is_open);
        if reply.voicing.is_some() || !matches!(reply.face, Face::NotYet) {
            return;
        }
        if !speaks {
            if reply.answer.is_none() {
                self.close_mouth(Mouth::Stop);
                self.show_face(None);
            }
            return;
        }
        if !reply.has_waiting() {
            if reply.is_voiced() {
                self.finish_speaking();
            }
            return;
        }
        if let Some(begins_ms) = reply.newest_begins_ms().filter(|_| reply.is_streamed())
            && reply.playback.position_ms(now) < begins_ms
        {
            match reply.playback.reaches(begins_ms) {
                Some(at) if at > now => return self.timers.arm(Timer::Ahead, at),
                Some(_) => (),  // the client has stopped to say how far it is
                None => return, // it is held, and goes on from there
            }
        }
        let turn = *id;
        ledger.voice_asked.get_or_insert(now);
        let Tongue { language, voice } = reply.tongue.clone();
        let Some((stretch, text)) = reply.next_stretch() else {
            return;
        };
        let op = self.start(Work::Speak { turn, stretch, text, language, voice });
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.voicing = Some(op);
        }
        self.timers.arm(Timer::Voice, now + self.config.limits.speak_ms);
    }

    pub(super) fn on_voiced(&mut self, ms: u64) {
        let now = self.now;
        if let Some(Turn { ledger, doing: Doing::Replying(reply), .. }) = &mut self.turn {
            ledger.first_audio.get_or_insert(now);
            reply.on_voiced(ms, now);
        }
        self.timers.arm(Timer::Voice, now + self.config.limits.speak_ms);
    }

    pub(super) fn on_stretch_over(&mut self, is_whole: bool) {
        self.timers.disarm(Timer::Voice);
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.on_stretch_over(is_whole);
        }
        self.speak_on();
    }

    /// Everything is spoken: the whole is kept, and the face moves with it.
    fn finish_speaking(&mut self) {
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let (turn, is_silent) = (*id, reply.playback.total_ms() == 0);
        self.close_mouth(Mouth::Finish);
        if is_silent {
            return self.show_face(None);
        }
        let op = self.start(Work::Keep { turn, until_ms: None });
        self.set_face(Face::Keeping(op));
        self.timers.arm(Timer::Voice, self.now + self.config.limits.speak_ms);
    }

    /// Nothing more will be spoken.
    fn close_mouth(&mut self, order: Mouth) {
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply)
            && std::mem::take(&mut reply.is_mouth_open)
        {
            self.outputs.push_back(Output::Mouth(order));
        }
    }

    pub(super) fn on_kept(&mut self, turn: TurnId, kept: KeptSpeech) {
        let KeptSpeech { audio, duration_ms } = kept.clone();
        self.outputs.push_back(Output::Record(Fact::Spoken { turn, audio, duration_ms }));
        self.animate(Some(kept));
    }

    pub(super) fn animate(&mut self, kept: Option<KeptSpeech>) {
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let work = Work::Animate { turn: *id, text: reply.text.clone(), language: reply.tongue.language.clone() };
        let op = self.start(work);
        self.set_face(Face::Animating(op, kept));
        self.timers.arm(Timer::Voice, self.now + self.config.limits.animate_ms);
    }

    fn set_face(&mut self, face: Face) {
        if let Some(reply) = self.turn.as_mut().and_then(Turn::reply) {
            reply.face = face;
        }
    }

    pub(super) fn show_face(&mut self, animated: Option<(Animation, Source)>) {
        self.timers.disarm(Timer::Voice);
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &mut self.turn else {
            return;
        };
        let turn = *id;
        let kept = match std::mem::replace(&mut reply.face, Face::Shown) {
            Face::Animating(_, kept) => kept,
            Face::NotYet | Face::Keeping(_) | Face::Shown => None,
        };
        let (animation, animator) = animated.unzip();
        let by = reply.voice.clone().filter(|_| kept.is_some()).or(animator);
        let (audio, duration_ms) = kept.map(|kept| (kept.audio, kept.duration_ms)).unzip();
        let duration_ms = duration_ms.unwrap_or(0);
        self.tell(Event::Face { turn, audio, duration_ms, animation: animation.map(Box::new), by });
    }

    pub(super) fn on_played(&mut self, turn: TurnId, played_ms: u64, done: bool) {
        let now = self.now;
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &mut self.turn else {
            return;
        };
        if *id != turn || !reply.is_streamed() {
            return;
        }
        if played_ms > 0 && ledger.first_audio.is_some() && ledger.played.is_none() {
            // It began so much earlier than it was reported, but not before there was something to play.
            let began = crate::SessionTime(now.0.saturating_sub(played_ms));
            ledger.played = ledger.first_audio.map(|first| began.max(first));
        }
        reply.playback.on_played(played_ms, done && reply.is_voiced(), now);
        self.speak_on();
    }

    /// The floor is held until the reply was heard, not until it was spoken.
    pub(super) fn end_what_was_said(&mut self) {
        let now = self.now;
        let Some(Turn { doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let sounds = reply.is_streamed() && reply.playback.total_ms() > 0 && self.phase == Phase::Open;
        if !sounds {
            if matches!(reply.face, Face::Shown) {
                self.end_turn();
            }
            return;
        }
        if matches!(reply.face, Face::NotYet) {
            return;
        }
        match reply.playback.ends_at() {
            Some(at) if at > now => self.timers.arm(Timer::Heard, at),
            Some(_) if reply.playback.is_over(now) => {
                self.leave_face_behind();
                self.end_turn();
            }
            // The client fell silent, and nobody knows that more was heard.
            Some(_) => self.cut_short(InterruptReason::Client),
            None => (), // it is held
        }
    }

    /// Nobody waits for a face that has nothing more to move with.
    fn leave_face_behind(&mut self) {
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &mut self.turn else {
            return;
        };
        match &reply.face {
            Face::Keeping(op) => self.keeping.push((*op, *id)),
            Face::Animating(op, _) => self.outputs.push_back(Output::Cancel(*op)),
            Face::NotYet | Face::Shown => return,
        }
        self.show_face(None);
    }

    fn end_turn(&mut self) {
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &self.turn else {
            return;
        };
        let latency = ledger.latency(*id);
        self.history.add(Speaker::Persona, &reply.text);
        if let Some(latency) = latency {
            self.tell(Event::Latency(Box::new(latency)));
        }
        self.drop_turn();
        self.tell_if_used_up();
    }

    pub(super) fn tell_if_used_up(&mut self) {
        if self.answered_turns >= self.max_turns {
            self.tell(Event::TurnsUsedUp { turns: self.answered_turns });
        }
    }

    pub(super) fn on_voice_overdue(&mut self) {
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply) else {
            return;
        };
        let (stage, op) = match (&reply.voicing, &reply.face) {
            (Some(op), _) | (None, Face::Keeping(op)) => (Stage::Speak, *op),
            (None, Face::Animating(op, _)) => (Stage::Animate, *op),
            (None, Face::NotYet | Face::Shown) => return,
        };
        self.outputs.push_back(Output::Cancel(op));
        self.on_failed(stage, Failure::new(FailureKind::TimedOut));
    }
}
