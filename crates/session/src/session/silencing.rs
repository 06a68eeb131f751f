//! The persona falls silent before its time.

use super::{
    Session,
    turn::{Doing, Turn},
};
use crate::{Event, Fact, InterruptReason, Mouth, Output, Speaker, Speech, Timer, Work, reply::Face};

impl Session {
    /// A session that ends does not wait until what sounds is heard to its end.
    pub(super) fn interrupt_what_sounds(&mut self) {
        let Some(reply) = self.turn.as_mut().and_then(Turn::reply).filter(|reply| reply.streamed) else {
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
        let now = self.now;
        let Some(Turn { id, doing: Doing::Replying(reply), .. }) = &self.turn else {
            return;
        };
        let turn = *id;
        let (heard_ms, heard_text) = (reply.playback.position_ms(now), reply.heard_text(now));
        let (is_told, told, streamed) = (reply.answer.is_none(), reply.text.clone(), reply.streamed);
        let is_kept = !matches!(reply.face, Face::NotYet | Face::Keeping(_));
        let speaks = self.manner().speech != Speech::Mute;
        if !heard_text.is_empty() {
            if !is_told {
                let by = self.persona.clone();
                self.record_answer(turn, told, by, None);
            }
            self.history.add(Speaker::Persona, heard_text.clone());
        }
        if streamed && (is_told || !heard_text.is_empty()) {
            let heard_text = heard_text.clone();
            self.outputs.push_back(Output::Record(Fact::CutShort { turn, heard_text, heard_ms }));
        }
        if speaks {
            self.outputs.push_back(Output::Mouth(Mouth::Stop));
        }
        let latency = self.turn.as_ref().and_then(|turn| turn.ledger.latency(turn.id));
        self.drop_turn();
        self.tell(Event::Interrupted { turn, heard_ms, heard_text, reason });
        if let Some(latency) = latency {
            self.tell(Event::Latency(latency));
        }
        if streamed && heard_ms > 0 && !is_kept {
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
        if std::mem::take(&mut self.mouth_held) {
            self.outputs.push_back(Output::Mouth(Mouth::GoOn));
        }
    }
}
