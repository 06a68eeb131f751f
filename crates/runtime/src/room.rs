use std::{collections::VecDeque, sync::Arc};

use ports::{SessionId, Timestamp, UserId};
use session::{Event, Speaker};

use crate::{Member, MemberId, Seat, Told};

/// How many events a client that comes back may ask for, and for how long.
const RETAINED: usize = 256;
const RETAINED_MS: i64 = 60_000;
/// A conversation longer than this is told only in its report.
const HISTORY_LINES: usize = 400;

/// Something that everybody in the room is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// 1, 2, 3 ... per session.
    pub seq: u64,
    pub at: Timestamp,
    pub event: RoomEvent,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RoomEvent {
    Session(Event),
    ObserverJoined { user: UserId, role: &'static str },
    ObserverLeft { user: UserId, role: &'static str },
}

/// A line of the conversation so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    pub speaker: Speaker,
    pub text: String,
    pub at: Timestamp,
    /// 0 is the persona's opening.
    pub turn: u32,
}

/// Who hears of the session, and what they were told.
pub(crate) struct Room {
    session: SessionId,
    members: Vec<Present>,
    seq: u64,
    /// Boxed: many are retained in a busy session, and a queue never shrinks.
    retained: VecDeque<Box<Happening>>,
    history: VecDeque<HistoryLine>,
}

struct Present {
    member: Arc<dyn Member>,
    seat: Seat,
}

impl Room {
    pub(crate) fn new(session: SessionId, last_seq: u64, history: Vec<HistoryLine>) -> Self {
        Self { session, members: Vec::new(), seq: last_seq, retained: VecDeque::new(), history: history.into() }
    }

    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) fn history(&self) -> &VecDeque<HistoryLine> {
        &self.history
    }

    /// For an event that only its receiver is told.
    pub(crate) fn take_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    pub(crate) fn tell(&mut self, at: Timestamp, event: RoomEvent) {
        self.remember(&event, at);
        let happening = Box::new(Happening { seq: self.take_seq(), at, event });
        for Present { member, .. } in &self.members {
            member.tell(Told::Happened { session: &self.session, happening: &happening });
        }
        self.retained.push_back(happening);
        let oldest = Timestamp(at.0 - RETAINED_MS);
        while self.retained.len() > RETAINED || self.retained.front().is_some_and(|first| first.at < oldest) {
            self.retained.pop_front();
        }
    }

    /// Tells one member again what came after `seq`.
    pub(crate) fn replay(&self, member: &Arc<dyn Member>, seq: u64) {
        for happening in self.retained.iter().filter(|happening| happening.seq > seq) {
            member.tell(Told::Happened { session: &self.session, happening });
        }
    }

    pub(crate) fn admit(&mut self, member: Arc<dyn Member>, seat: Seat) {
        self.dismiss(member.id());
        self.members.push(Present { member, seat });
    }

    pub(crate) fn dismiss(&mut self, id: MemberId) -> Option<Seat> {
        let position = self.members.iter().position(|present| present.member.id() == id)?;
        Some(self.members.swap_remove(position).seat)
    }

    pub(crate) fn member(&self, id: MemberId) -> Option<&Arc<dyn Member>> {
        self.members.iter().map(|present| &present.member).find(|member| member.id() == id)
    }

    pub(crate) fn seat_of(&self, id: MemberId) -> Option<Seat> {
        self.members.iter().find(|present| present.member.id() == id).map(|present| present.seat)
    }

    /// Who speaks with the persona.
    pub(crate) fn trainee(&self) -> Option<&Arc<dyn Member>> {
        self.members.iter().find(|present| present.seat == Seat::Trainee).map(|present| &present.member)
    }

    /// Who watches, and as what.
    pub(crate) fn observers(&self) -> Vec<(UserId, &'static str)> {
        let observer = |present: &Present| match present.seat {
            Seat::Observer { role } => Some((present.member.user().clone(), role)),
            Seat::Trainee => None,
        };
        self.members.iter().filter_map(observer).collect()
    }

    fn remember(&mut self, event: &RoomEvent, at: Timestamp) {
        let (speaker, text, turn) = match event {
            RoomEvent::Session(Event::Transcript { turn, text, .. }) => (Speaker::User, text, turn),
            RoomEvent::Session(Event::Reply { turn, text, .. }) => (Speaker::Persona, text, turn),
            _ => return,
        };
        self.history.push_back(HistoryLine { speaker, text: text.clone(), at, turn: turn.0 });
        if self.history.len() > HISTORY_LINES {
            self.history.pop_front();
        }
    }
}
