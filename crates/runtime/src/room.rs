use std::{collections::VecDeque, sync::Arc};

use ports::{HintRecord, RESUMED, Role, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use session::{Event, Speaker, TurnId};

use crate::{Member, MemberId, Seat, SpeechFrame, Told, retained::Retained};

/// A conversation longer than this is told only in its report.
const HISTORY_LINES: usize = 400;
/// Something that everybody in the room is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// 1, 2, 3 ... per session.
    pub seq: u64,
    pub at: Timestamp,
    pub event: RoomEvent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RoomEvent {
    Session(Event),
    /// No frame of this turn follows.
    SpeechEnd {
        turn: TurnId,
        frames: u32,
        duration_ms: u64,
    },
    ObserverJoined {
        user: UserId,
        role: Role,
    },
    ObserverLeft {
        user: UserId,
        role: Role,
    },
    /// Kept as it is, where the others are kept written. Nothing may stand behind it: what is written knows a variant by its
    /// number, and who reads does not count one that is skipped.
    #[serde(skip)]
    Frame(SpeechFrame),
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
    retained: Retained,
    history: VecDeque<HistoryLine>,
    /// The newest of what was whispered to the trainee.
    hints: VecDeque<HintRecord>,
}

struct Present {
    member: Arc<dyn Member>,
    seat: Seat,
}

impl Room {
    pub(crate) fn new(session: SessionId, last_seq: u64, history: Vec<HistoryLine>, hints: &[HintRecord]) -> Self {
        let older = history.len().saturating_sub(HISTORY_LINES);
        let history = history.into_iter().skip(older).collect();
        let (retained, hints) = (Retained::default(), hints.iter().cloned().collect());
        Self { session, members: Vec::new(), seq: last_seq, retained, history, hints }
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
        let happening = Happening { seq: self.take_seq(), at, event };
        for Present { member, .. } in &self.members {
            member.tell(Told::Happened { session: &self.session, happening: &happening });
        }
        self.retained.keep(happening);
    }

    /// Tells one member again what came after `seq`.
    pub(crate) fn replay(&self, member: &Arc<dyn Member>, seq: u64) {
        self.retained.replay(&self.session, member, seq);
    }

    /// Only the trainee hears it, or will when they are back.
    pub(crate) fn whisper(&mut self, hint: HintRecord) {
        self.tell_trainee(&hint);
        if self.hints.len() == RESUMED {
            self.hints.pop_front();
        }
        self.hints.push_back(hint);
    }

    /// Nobody knows what reached whoever was cut off, so a trainee who comes is told all of them; a hint's time tells it from others.
    pub(crate) fn tell_hints(&self) {
        for hint in &self.hints {
            self.tell_trainee(hint);
        }
    }

    fn tell_trainee(&self, HintRecord { coach, text, at }: &HintRecord) {
        if let Some(trainee) = self.trainee() {
            trainee.tell(Told::Hint { session: &self.session, coach, text, at: *at });
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

    /// Who watches.
    pub(crate) fn observers(&self) -> impl Iterator<Item = &Arc<dyn Member>> {
        let watches = |present: &&Present| matches!(present.seat, Seat::Observer { .. });
        self.members.iter().filter(watches).map(|present| &present.member)
    }

    /// The same, by who they are and as what.
    pub(crate) fn watched_by(&self) -> Vec<(UserId, Role)> {
        let observer = |present: &Present| match present.seat {
            Seat::Observer { role } => Some((present.member.user().clone(), role)),
            Seat::Trainee => None,
        };
        self.members.iter().filter_map(observer).collect()
    }

    fn remember(&mut self, event: &RoomEvent, at: Timestamp) {
        if let RoomEvent::Session(Event::Interrupted { turn, heard_text, .. }) = event {
            return self.cut_short(*turn, heard_text);
        }
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

    /// Of a reply that was cut short, only what was heard was said.
    fn cut_short(&mut self, turn: TurnId, heard_text: &str) {
        let is_reply = |line: &HistoryLine| line.speaker == Speaker::Persona && line.turn == turn.0;
        let Some(place) = self.history.iter().rposition(is_reply) else {
            return;
        };
        if heard_text.is_empty() {
            self.history.remove(place);
        } else if let Some(line) = self.history.get_mut(place) {
            heard_text.clone_into(&mut line.text);
        }
    }
}
