use std::{collections::VecDeque, sync::Arc};

use ports::{SessionId, Timestamp, UserId};
use session::{Event, Speaker, TurnId};

use crate::{Member, MemberId, Seat, SpeechFrame, Told};

/// How many events a client that comes back may ask for, and for how long; frames of speech count by their size.
const RETAINED: usize = 256;
const RETAINED_MS: i64 = 60_000;
const RETAINED_SPEECH_BYTES: usize = 512 << 10;
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
    Frame(SpeechFrame),
    /// No frame of this turn follows.
    SpeechEnd {
        turn: TurnId,
        frames: u32,
        duration_ms: u64,
    },
    ObserverJoined {
        user: UserId,
        role: &'static str,
    },
    ObserverLeft {
        user: UserId,
        role: &'static str,
    },
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
    /// The same of frames of speech.
    spoken: VecDeque<Box<Happening>>,
    spoken_bytes: usize,
    history: VecDeque<HistoryLine>,
}

struct Present {
    member: Arc<dyn Member>,
    seat: Seat,
}

impl Room {
    pub(crate) fn new(session: SessionId, last_seq: u64, history: Vec<HistoryLine>) -> Self {
        Self {
            session,
            members: Vec::new(),
            seq: last_seq,
            retained: VecDeque::new(),
            spoken: VecDeque::new(),
            spoken_bytes: 0,
            history: history.into(),
        }
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
        self.retain(happening);
    }

    fn retain(&mut self, happening: Box<Happening>) {
        let oldest = Timestamp(happening.at.0 - RETAINED_MS);
        match speech_bytes(&happening) {
            Some(bytes) => {
                self.spoken_bytes += bytes;
                self.spoken.push_back(happening);
            }
            None => self.retained.push_back(happening),
        }
        let too_old = |first: &mut Box<Happening>| first.at < oldest;
        let mut from_seq = 0;
        while self.retained.len() > RETAINED {
            from_seq = self.retained.pop_front().map_or(from_seq, |first| first.seq);
        }
        while self.retained.pop_front_if(too_old).is_some() {}
        // What was said long ago is not spoken again, but its text is told again.
        while let Some(first) = self.spoken.pop_front_if(|first| {
            first.at < oldest || first.seq < from_seq || self.spoken_bytes > RETAINED_SPEECH_BYTES
        }) {
            self.spoken_bytes -= speech_bytes(&first).unwrap_or(0);
        }
    }

    /// Tells one member again what came after `seq`.
    pub(crate) fn replay(&self, member: &Arc<dyn Member>, seq: u64) {
        let after = |happening: &&Happening| happening.seq > seq;
        let mut spoken = self.spoken.iter().map(Box::as_ref).filter(after).peekable();
        let tell = |happening: &Happening| member.tell(Told::Happened { session: &self.session, happening });
        for happening in self.retained.iter().map(Box::as_ref).filter(after) {
            while let Some(before) = spoken.next_if(|frame| frame.seq < happening.seq) {
                tell(before);
            }
            tell(happening);
        }
        spoken.for_each(tell);
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

fn speech_bytes(happening: &Happening) -> Option<usize> {
    match &happening.event {
        RoomEvent::Frame(frame) => Some(frame.bytes.len()),
        RoomEvent::Session(_)
        | RoomEvent::SpeechEnd { .. }
        | RoomEvent::ObserverJoined { .. }
        | RoomEvent::ObserverLeft { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use audio::SpeechCodec;

    use super::*;

    #[test]
    fn speech_is_retained_no_longer_than_what_was_told_after_it() {
        let mut room = Room::new(SessionId::parse("s").unwrap(), 0, Vec::new());
        let frame = SpeechFrame {
            turn: TurnId(1),
            number: 0,
            codec: SpeechCodec::Pcm16,
            duration_ms: 40,
            bytes: vec![0; 1_920].into(),
            text: None,
        };
        room.tell(Timestamp(0), RoomEvent::Frame(frame));
        let state = || RoomEvent::Session(Event::State { state: session::State::Listening, turn: None });
        for _ in 0..RETAINED {
            room.tell(Timestamp(0), state());
        }
        assert_eq!((room.spoken.len(), room.spoken_bytes > 0), (1, true));
        room.tell(Timestamp(0), state());
        assert_eq!((room.retained.len(), room.spoken.len(), room.spoken_bytes), (RETAINED, 0, 0));
    }
}
