//! What a session tells its members, in the words of the roleplay contract.

use protocol::{
    ErrorCode, WireError,
    roleplay::{
        AudioConfig, HistoryLine, Limits, LimitsInForce, Providers, SessionStarted, TurnDetectionInForce, refused,
    },
};
use runtime::{Joined, Rejection};
use session::{Speaker, TurnDetection};

pub(super) fn wire_error(rejection: &Rejection) -> WireError {
    match rejection {
        Rejection::Refused(refusal) => refused(*refusal),
        Rejection::Audio(error) => WireError::new(ErrorCode::BadAudio, format!("Failed to process audio: {error}")),
        Rejection::Gap { expected, got } => WireError::new(
            ErrorCode::AudioGap,
            format!("chunk {got} came, but chunk {expected} is missing; send again from {expected} on"),
        ),
        Rejection::TakenOver => WireError::new(
            ErrorCode::SessionTakenOver,
            "This session goes on in another window or device; send start-session to take it back",
        ),
        Rejection::Elsewhere => WireError::new(
            ErrorCode::SessionNotFound,
            "This session goes on on another server; reconnect and send observe-session to follow it",
        ),
        Rejection::ReadOnly => WireError::new(ErrorCode::Forbidden, "Observers only watch a session"),
        Rejection::Speaking => WireError::new(
            ErrorCode::Forbidden,
            "You practise in this session yourself, over this connection; watch it from another one",
        ),
        Rejection::NotObserving => WireError::new(
            ErrorCode::Forbidden,
            "Only somebody who observes a session may whisper; send observe-session first",
        ),
        Rejection::Ended => WireError::new(ErrorCode::SessionEnded, "Invalid session"),
        Rejection::DatabaseDown => WireError::new(
            ErrorCode::DatabaseUnavailable,
            "The conversation cannot be saved at the moment; it goes on as soon as it can",
        )
        .after(1_000),
    }
}

pub(super) fn session_started<'a>(
    joined: &Joined<'a>,
    accepted: Limits,
    providers: Providers,
    timestamp: i64,
) -> SessionStarted<'a> {
    let history = joined.history.iter().map(|line| HistoryLine {
        role: match line.speaker {
            Speaker::User => "user",
            Speaker::Persona => "ai",
        },
        text: line.text.clone(),
        timestamp: line.at.0,
        turn_id: line.turn.to_string(),
    });
    SessionStarted {
        session_id: joined.session.as_str(),
        event_seq: joined.event_seq,
        timestamp,
        max_turns: joined.scenario.max_turns,
        buyer_persona: serde_json::to_value(&joined.scenario.persona).unwrap_or_default(),
        audio_config: AudioConfig { sample_rate: 16_000, channels: 1, format: "pcm" },
        resumed: joined.resumed,
        through_seq: joined.through_seq,
        next_seq: joined.next_seq,
        last_event_seq: joined.last_event_seq,
        history: history.collect(),
        turn_detection: match joined.config.manner.detection {
            TurnDetection::Threshold => TurnDetectionInForce::Threshold,
            TurnDetection::Manual => TurnDetectionInForce::Manual,
            TurnDetection::Voice => TurnDetectionInForce::Vad,
        },
        language: joined.language,
        limits: LimitsInForce {
            max_chunk_bytes: accepted.max_chunk_bytes as u64,
            max_text_chars: accepted.max_text_chars as u64,
            max_buffered_bytes: joined.config.max_buffered_bytes,
            max_session_ms: joined.config.max_session_ms,
            idle_ms: joined.config.idle_ms,
        },
        providers,
    }
}
