//! The persona falls silent before its time.

use super::{
    Session,
    turn::{Doing, Turn},
};
use crate::{Event, Fact, InterruptReason, Mouth, Output, Problem, Speaker, Speech, Timer, Work, reply::Face};

impl Session {
    /// A session that ends does not wait until what sounds is heard to its end.
    pub(super) fn interrupt_what_sounds(&mut self) {
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply).filter(|reply| reply.is_streamed()) else {
            return;
        };
        if reply.playback.has_begun() {
            return self.interrupt(InterruptReason::SessionEnd);
        }
        let voicing = reply.voicing.take();
        self.outputs.extend(voicing.map(Output::Cancel));
        self.timers.disarm(Timer::Voice);
    }

    /// Stops the persona. A turn that is still being transcribed is the user's and goes on.
    pub(super) fn interrupt(&mut self, reason: InterruptReason) {
        // What was heard to its end at this moment cannot be cut short any more.
        self.end_what_was_said();
        self.cut_short(reason);
    }

    /// What was not heard by now will not be.
    pub(super) fn cut_short(&mut self, reason: InterruptReason) {
        let now = self.now;
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let (turn, heard_ms, heard_text) = (*id, reply.playback.position_ms(now), reply.heard_text(now));
        self.break_off(heard_ms, &heard_text);
        self.tell(Event::Interrupted { turn, heard_ms, heard_text, reason });
        self.tell_if_used_up();
    }

    /// The model failed, perhaps in the middle of a sentence: what was heard of it is remembered.
    pub(super) fn break_off_failed(&mut self, problem: Problem) {
        let now = self.now;
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply) else {
            self.tell(Event::Problem(problem));
            return self.drop_turn();
        };
        let heard = (reply.playback.position_ms(now), reply.heard_text(now));
        let (heard_ms, heard_text) = if reply.is_streamed() { heard } else { (0, String::new()) };
        self.break_off(heard_ms, &heard_text);
        self.tell(Event::Problem(problem));
    }

    fn break_off(&mut self, heard_ms: u64, heard_text: &str) {
        let Some(Turn { id, ledger, doing: Doing::Replying(reply) }) = &self.turn else {
            return;
        };
        let (turn, latency) = (*id, ledger.latency(*id));
        let (is_told, told, streamed) = (reply.is_told, reply.text.clone(), reply.is_streamed());
        let is_kept = !matches!(reply.face, Face::NotYet | Face::Keeping(_));
        let speaks = reply.speech != Speech::Mute;
        // What was not told and not heard was not said: nothing of it is remembered.
        let is_said = is_told || !heard_text.is_empty();
        if !heard_text.is_empty() {
            if !is_told {
                let by = self.persona.clone();
                self.record_answer(turn, told, by, None);
            }
            self.history.add(Speaker::Persona, heard_text);
        }
        if streamed && is_said {
            let heard_text = heard_text.to_owned();
            self.outputs.push_back(Output::Record(Fact::CutShort { turn, heard_text, heard_ms }));
        }
        if speaks {
            self.outputs.push_back(Output::Mouth(Mouth::Stop));
        }
        if let Some(latency) = latency {
            self.tell(Event::Latency(Box::new(latency)));
        }
        self.drop_turn();
        if streamed && is_said && heard_ms > 0 && !is_kept {
            let op = self.start(Work::Keep { turn, until_ms: Some(heard_ms) });
            self.keeping.push((op, turn));
        }
    }

    /// Forgets the turn, and everything that still works for it.
    pub(super) fn drop_turn(&mut self) {
        let Some(turn) = self.turn.take() else {
            return;
        };
        match turn.doing {
            Doing::Transcribing { spoken, op } => {
                self.outputs.extend(op.map(Output::Cancel));
                for listen in spoken.listens {
                    self.forget_listener(listen);
                }
            }
            Doing::Replying(reply) => self.outputs.extend(reply.running().map(Output::Cancel)),
        }
        for timer in [Timer::Stage, Timer::Voice, Timer::Ahead, Timer::Heard, Timer::Confirm, Timer::Settle] {
            self.timers.disarm(timer);
        }
        self.release_mouth();
    }

    pub(super) fn release_mouth(&mut self) {
        if std::mem::take(&mut self.mouth_held) {
            self.outputs.push_back(Output::Mouth(Mouth::GoOn));
        }
    }
}
