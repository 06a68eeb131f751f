//! Who is in a session's room, and what for.

use std::sync::Arc;

use audio::Declared;
use ports::{HintRecord, Record};
use session::{Command, Input, Link};

use super::{LiveSession, Seat};
use crate::{Joined, Member, MemberId, Rejection, Reply, RoomEvent, Told, Wish};

impl LiveSession {
    /// Lets somebody speak who is the trainee, or whose connection is newer than the one that was.
    pub(super) fn seat(&mut self, from: &Arc<dyn Member>) -> Result<(), Rejection> {
        match self.room.seat_of(from.id()) {
            Some(Seat::Trainee) => Ok(()),
            Some(Seat::Observer { .. }) => Err(Rejection::ReadOnly),
            None if from.id() > self.newest || self.room.trainee().is_none() => {
                self.take_over(from);
                Ok(())
            }
            None => Err(Rejection::TakenOver),
        }
    }

    pub(super) fn join(
        &mut self,
        from: &Arc<dyn Member>,
        seat: Seat,
        resume_from: Option<u64>,
        declared: Option<Declared>,
        wish: &Wish,
    ) -> Result<(), Rejection> {
        match (self.room.seat_of(from.id()), seat) {
            (Some(Seat::Trainee), Seat::Observer { .. }) => return Err(Rejection::Speaking),
            (Some(Seat::Observer { .. }), Seat::Trainee) => self.leave(from.id()),
            _ => (),
        }
        if let Some(declared) = declared {
            self.ears.declare(declared);
        }
        if seat == Seat::Trainee {
            self.adopt(wish);
        }
        let event_seq = self.is_new.then(|| self.room.take_seq());
        let resumed = !std::mem::replace(&mut self.is_new, false);
        from.tell(Told::Joined(Joined {
            session: &self.desk.session,
            scenario: &self.desk.scenario,
            event_seq,
            resumed,
            through_seq: self.ears.through_seq(),
            next_seq: self.ears.next_seq(),
            last_event_seq: self.room.seq(),
            history: self.room.history(),
            language: self.machine.language(),
            config: self.machine.config(),
        }));
        if let Some(seq) = resume_from {
            self.room.replay(from, seq);
        }
        match seat {
            Seat::Trainee => self.take_over(from),
            Seat::Observer { role } => {
                self.room.admit(Arc::clone(from), seat);
                self.tell(RoomEvent::ObserverJoined { user: from.user().clone(), role });
            }
        }
        Ok(())
    }

    /// The session converses as this client wishes; what it does not say stays as it was.
    fn adopt(&mut self, wish: &Wish) {
        self.codec = wish.codec.unwrap_or(self.codec);
        if wish.echo_is_cancelled.is_some_and(|cancelled| self.echo_is_cancelled != Some(cancelled)) {
            self.echo_is_cancelled = wish.echo_is_cancelled;
            if let Some(hearing) = &mut self.hearing {
                hearing.guard(self.echo_is_cancelled);
            }
        }
        let before = self.machine.config().manner;
        let manner = wish.applied_to(before, self.desk.engine.voice.is_some());
        if manner != before {
            self.handle(Input::Client(Command::Adopt(manner)));
        }
        if let Some((language, voice)) = wish.another_tongue(self.machine.language(), self.machine.voice()) {
            self.handle(Input::Client(Command::SetLanguage { language, voice }));
        }
        self.listen_along();
    }

    fn take_over(&mut self, from: &Arc<dyn Member>) {
        let before = self.room.trainee().filter(|member| member.id() != from.id()).cloned();
        if let Some(before) = before {
            self.room.dismiss(before.id());
            before.tell(Told::Rejected { session: &self.desk.session, rejection: &Rejection::TakenOver });
        }
        self.room.admit(Arc::clone(from), Seat::Trainee);
        self.newest = self.newest.max(from.id());
        self.room.tell_hints();
        // Nobody watches unseen, not even whoever came before this connection.
        for (user, role) in self.room.watched_by() {
            self.tell(RoomEvent::ObserverJoined { user, role });
        }
        self.handle(Input::Link(Link::Up));
    }

    pub(super) fn leave(&mut self, id: MemberId) {
        match self.room.seat_of(id) {
            Some(Seat::Trainee) => {
                self.room.dismiss(id);
                self.handle(Input::Link(Link::Down));
            }
            Some(Seat::Observer { role }) => {
                let observer = self.room.member(id).map(|member| member.user().clone());
                self.room.dismiss(id);
                if let Some(user) = observer {
                    self.tell(RoomEvent::ObserverLeft { user, role });
                }
            }
            None => (),
        }
    }

    pub(super) fn stop_observing(&mut self, id: MemberId) -> Result<(), Rejection> {
        if self.room.seat_of(id) == Some(Seat::Trainee) {
            return Err(Rejection::Speaking);
        }
        self.leave(id);
        Ok(())
    }

    /// It is kept for the report too, and told and acknowledged once it is.
    pub(super) fn whisper(&mut self, from: &dyn Member, text: String, reply: Option<Box<dyn Reply>>) {
        let Some(Seat::Observer { .. }) = self.room.seat_of(from.id()) else {
            return self.reject(from, reply, &Rejection::NotObserving);
        };
        let hint = HintRecord { coach: from.user().clone(), text, at: self.desk.engine.clock.now() };
        self.outbox.record(Record::Hint(hint.clone()));
        self.outbox.whisper(hint);
        if let Some(reply) = reply {
            self.outbox.answer(reply);
        }
    }
}
