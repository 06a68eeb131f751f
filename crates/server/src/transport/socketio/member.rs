use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use audio::SpeechCodec;
use ports::{ObjectKey, Role, SessionId, UserId};
use protocol::{
    ErrorCode, WireError,
    roleplay::{
        self, Addresses, AudioEnd, AudioFrame, AudioGap, CoachHint, ErrorEvent, FrameData, Head, Observer, Stamp, View,
        encode, event_name,
    },
};
use runtime::{Gate, Happening, Joined, Member, MemberId, Rejection, RoomEvent, SpeechFrame, Told};
use serde::Serialize;
use socketioxide::extract::SocketRef;

use super::{
    outgoing,
    told::{session_started, wire_error},
};
use crate::{clock, sessions::Sessions, transport::Traffic};

/// An address of a recording is good for this long.
const LINKS_LAST: Duration = Duration::from_secs(24 * 3_600);

/// One socket in one or more sessions' rooms.
pub(super) struct SocketMember {
    pub(super) id: MemberId,
    pub(super) user: UserId,
    pub(super) socket: SocketRef,
    pub(super) gate: Arc<Gate>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) traffic: Arc<Traffic>,
    /// The server's address as this client reaches it.
    pub(super) base_url: String,
    /// The client sent something that Repartee added to the old contract.
    pub(super) extended: AtomicBool,
    /// It takes binary attachments.
    pub(super) binary: AtomicBool,
}

impl SocketMember {
    pub(super) fn emit(&self, event: &'static str, payload: &impl Serialize) {
        outgoing::check(self.socket.emit(event, payload), event, &self.gate, &self.traffic);
    }

    pub(super) fn emit_error(&self, error: WireError, session: Option<&str>) {
        self.traffic.on_refused(error.code);
        self.emit("error", &ErrorEvent { session_id: session, ..ErrorEvent::of(error, clock::now().0) });
    }

    fn on_joined(&self, joined: &Joined<'_>) {
        let (accepted, providers) = (self.sessions.accepted(), self.sessions.providers());
        self.emit("session-started", &session_started(joined, accepted, providers, clock::now().0));
    }

    fn on_happening(&self, session: &SessionId, happening: &Happening) {
        let head = Head { session_id: session.as_str(), event_seq: happening.seq, timestamp: happening.at.0 };
        let observer = |event, user: &UserId, role: Role| {
            self.emit(event, &Observer { head, user_id: user.as_str(), role: role.name() });
        };
        match &happening.event {
            RoomEvent::ObserverJoined { user, role } => observer("observer-joined", user, *role),
            RoomEvent::ObserverLeft { user, role } => observer("observer-left", user, *role),
            RoomEvent::Frame(frame) => self.on_frame(head, frame),
            RoomEvent::SpeechEnd { turn, frames, duration_ms } => {
                let (turn_id, frames, duration_ms) = (turn.0.to_string(), *frames, *duration_ms);
                self.emit("audio-end", &AudioEnd { head, turn_id, frames, duration_ms });
            }
            RoomEvent::Session(event) => {
                let stamp = Stamp { session: head.session_id, event_seq: head.event_seq, timestamp: head.timestamp };
                let view = View { extended: self.extended.load(Ordering::Relaxed), addresses: self };
                let message = encode(stamp, event, &view);
                self.emit(event_name(&message), &message);
            }
        }
    }

    fn on_frame(&self, head: Head<'_>, frame: &SpeechFrame) {
        let is_binary = self.binary.load(Ordering::Relaxed);
        let message = AudioFrame {
            head,
            turn_id: frame.turn.0.to_string(),
            frame: frame.number,
            codec: match frame.codec {
                SpeechCodec::Pcm16 => roleplay::SpeechCodec::Pcm16,
                SpeechCodec::Opus => roleplay::SpeechCodec::Opus,
            },
            sample_rate: ports::SPEECH_RATE,
            duration_ms: frame.duration_ms,
            audio_data: if is_binary { FrameData::Binary(&frame.bytes) } else { FrameData::Text(&frame.bytes) },
            text: frame.text.as_deref(),
        };
        self.emit("audio-frame", &message);
    }

    fn on_rejected(&self, session: &SessionId, rejection: &Rejection) {
        if let Rejection::Gap { expected, got } = *rejection {
            self.traffic.on_refused(ErrorCode::AudioGap);
            let (session_id, timestamp) = (session.as_str(), clock::now().0);
            return self.emit("audio-gap", &AudioGap { session_id, expected_seq: expected, got_seq: got, timestamp });
        }
        self.emit_error(wire_error(rejection), Some(session.as_str()));
    }
}

impl Addresses for SocketMember {
    fn media(&self, object: &str) -> Option<String> {
        let object = ObjectKey::parse(object).ok()?;
        let path = self.sessions.media().sign(&object, clock::after(clock::now(), LINKS_LAST));
        Some(format!("{}{path}", self.base_url))
    }

    fn recording(&self, session: &str) -> String {
        let path = self.sessions.media().sign_recording(session, clock::after(clock::now(), LINKS_LAST));
        format!("{}{path}", self.base_url)
    }

    fn report(&self, session: &str) -> String {
        format!("{}/report/{session}", self.base_url)
    }
}

impl Member for SocketMember {
    fn id(&self) -> MemberId {
        self.id
    }

    fn user(&self) -> &UserId {
        &self.user
    }

    fn tell(&self, told: Told<'_>) {
        match told {
            Told::Joined(joined) => self.on_joined(&joined),
            Told::Happened { session, happening } => self.on_happening(session, happening),
            Told::Hint { session, coach, text, at } => self.emit(
                "coach-hint",
                &CoachHint { session_id: session.as_str(), text, user_id: coach.as_str(), timestamp: at.0 },
            ),
            Told::Rejected { session, rejection } => self.on_rejected(session, rejection),
        }
    }
}
