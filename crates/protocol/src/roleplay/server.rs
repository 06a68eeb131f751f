//! What a client is told, field by field.

use serde::Serialize;
use serde_json::Value;
use session::{MouthShape, State};
use ts_rs::TS;

use super::voice::{SpeechStarted, SpeechStopped, TurnLatency};
use crate::WireError;

/// What every event about a session begins with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Head<'a> {
    pub session_id: &'a str,
    pub event_seq: u64,
    pub timestamp: i64,
}

/// `connected`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Connected {
    pub message: &'static str,
    pub timestamp: i64,
}

/// `session-started`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionStarted<'a> {
    pub session_id: &'a str,
    /// Only for a new session: its first event. One who comes back goes by `lastEventSeq`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub event_seq: Option<u64>,
    pub timestamp: i64,
    pub max_turns: u32,
    /// As the scenario's author wrote it.
    #[ts(type = "Record<string, unknown>")]
    pub buyer_persona: Value,
    pub audio_config: AudioConfig,
    pub resumed: bool,
    /// The last numbered chunk that is stored.
    pub through_seq: Option<u64>,
    /// The number of the next new chunk, after those that are received and not stored yet.
    pub next_seq: u64,
    pub last_event_seq: u64,
    pub history: Vec<HistoryLine>,
    pub turn_detection: TurnDetectionInForce,
    /// BCP 47. What the session speaks, which need not be what was asked for when it began.
    pub language: &'a str,
    pub limits: LimitsInForce,
    pub providers: Providers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioConfig {
    pub sample_rate: u32,
    pub channels: u8,
    pub format: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryLine {
    /// `user` or `ai`.
    pub role: &'static str,
    pub text: String,
    pub timestamp: i64,
    pub turn_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TurnDetectionInForce {
    Threshold,
    Manual,
    Vad,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitsInForce {
    pub max_chunk_bytes: u64,
    pub max_buffered_bytes: u64,
    /// Of a typed turn.
    pub max_text_chars: u64,
    pub max_session_ms: u64,
    /// Without a word from the client for so long, the session ends.
    pub idle_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Providers {
    pub stt: ProviderLabel,
    pub llm: ProviderLabel,
    pub tts: ProviderLabel,
    pub avatar: ProviderLabel,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProviderLabel {
    pub name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub demo: bool,
}

/// `session-state`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionState<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub state: StateName,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub turn_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    Listening,
    Hearing,
    Transcribing,
    Thinking,
    Speaking,
    Paused,
    Reconnecting,
    Ending,
}

/// `audio-received`: the object store has this audio.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioReceived<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub audio_size: u64,
    pub segment_id: String,
    /// Chunks up to this one need not be kept any longer.
    pub through_seq: Option<u64>,
    pub duration_ms: u64,
}

/// `transcription-partial`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptionPartial<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    pub text: &'a str,
    pub stable_chars: u32,
}

/// `transcription`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Transcription<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub text: &'a str,
    pub turn_id: String,
    pub language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub confidence: Option<f32>,
    pub provider: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub demo: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub audio: Option<HeardAudio>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeardAudio {
    pub first_seq: Option<u64>,
    pub last_seq: Option<u64>,
    pub duration_ms: u64,
    pub segment_ids: Vec<String>,
}

/// `ai-response-delta`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AiResponseDelta<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    pub index: u32,
    pub text: &'a str,
}

/// `ai-response`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AiResponse<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub text: &'a str,
    pub turn_count: u32,
    pub max_turns: u32,
    pub turn_id: String,
    pub provider: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub demo: bool,
    pub finish_reason: FinishReason,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub usage: Option<Usage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
    Stop,
    Length,
    Filtered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub input_tokens: u32,
    pub output_tokens: u32,
}

/// `avatar-response`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AvatarResponse<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    /// Null, or empty for a client of the old contract, where there is no video.
    pub video_url: Option<String>,
    /// Plays; null, or empty for a client of the old contract, where the reply was not spoken.
    pub audio_url: Option<String>,
    /// Milliseconds.
    pub duration: u64,
    pub turn_id: String,
    pub kind: FaceKind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Viseme>>")]
    pub visemes: Vec<Viseme>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expression: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub provider: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub demo: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum FaceKind {
    Video,
    Visemes,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Viseme {
    pub at_ms: u32,
    pub shape: ShapeName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ShapeName {
    Closed,
    Slight,
    Open,
    Wide,
    Round,
    Teeth,
}

/// `interrupted`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Interrupted<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    pub heard_ms: u64,
    pub heard_text: &'a str,
    pub reason: InterruptedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum InterruptedBy {
    BargeIn,
    Client,
    SessionEnd,
}

/// `session-ending`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnding<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub reason: &'static str,
    pub total_turns: u32,
}

/// `session-ended`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnded<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub reason: &'static str,
    pub total_turns: u32,
    /// Milliseconds since the session began.
    pub duration: u64,
    pub audio_url: String,
    pub turns: u32,
    pub recording_url: String,
    pub report_url: String,
}

/// `session-force-ended`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionForceEnded<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    /// `timeout` or `client_disconnect`.
    pub reason: &'static str,
    pub cause: ForceEndedBy,
    pub total_turns: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ForceEndedBy {
    /// Nothing was heard of the client for `limits.idleMs`.
    Idle,
    /// The session lasted `limits.maxSessionMs`.
    MaxLength,
    /// Nobody came back in time.
    Disconnected,
}

/// `error`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEvent<'a> {
    #[serde(flatten)]
    pub error: WireError,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub session_id: Option<&'a str>,
    /// Where the error is part of the session's story; absent where it answers one client's event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub event_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub turn_id: Option<String>,
    pub timestamp: i64,
}

impl ErrorEvent<'_> {
    /// Of no session.
    pub fn of(error: WireError, timestamp: i64) -> Self {
        Self { error, session_id: None, event_seq: None, turn_id: None, timestamp }
    }
}

/// `audio-gap`: a numbered chunk is missing; send it again.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioGap<'a> {
    pub session_id: &'a str,
    pub expected_seq: u64,
    pub got_seq: u64,
    pub timestamp: i64,
}

/// `coach-hint`: for the trainee alone.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CoachHint<'a> {
    pub session_id: &'a str,
    pub text: &'a str,
    /// Whose hint it is.
    pub user_id: &'a str,
    pub timestamp: i64,
}

/// `observer-joined`, `observer-left`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Observer<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub user_id: &'a str,
    /// `coach` or `admin`.
    pub role: &'a str,
}

/// `pong`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Pong {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub t: Option<f64>,
    pub timestamp: i64,
}

/// One message for a client.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ServerEvent<'a> {
    SessionState(SessionState<'a>),
    AudioReceived(AudioReceived<'a>),
    TranscriptionPartial(TranscriptionPartial<'a>),
    Transcription(Transcription<'a>),
    AiResponseDelta(AiResponseDelta<'a>),
    AiResponse(AiResponse<'a>),
    AvatarResponse(AvatarResponse<'a>),
    Interrupted(Interrupted<'a>),
    SpeechStarted(SpeechStarted<'a>),
    SpeechStopped(SpeechStopped<'a>),
    TurnLatency(TurnLatency<'a>),
    SessionEnding(SessionEnding<'a>),
    SessionEnded(SessionEnded<'a>),
    SessionForceEnded(SessionForceEnded<'a>),
    Error(ErrorEvent<'a>),
}

impl From<State> for StateName {
    fn from(state: State) -> Self {
        match state {
            State::Listening => Self::Listening,
            State::Hearing => Self::Hearing,
            State::Transcribing => Self::Transcribing,
            State::Thinking => Self::Thinking,
            State::Speaking => Self::Speaking,
            State::Paused => Self::Paused,
            State::Reconnecting => Self::Reconnecting,
            State::Ending => Self::Ending,
        }
    }
}

impl From<MouthShape> for ShapeName {
    fn from(shape: MouthShape) -> Self {
        match shape {
            MouthShape::Closed => Self::Closed,
            MouthShape::Slight => Self::Slight,
            MouthShape::Open => Self::Open,
            MouthShape::Wide => Self::Wide,
            MouthShape::Round => Self::Round,
            MouthShape::Teeth => Self::Teeth,
        }
    }
}
