use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What an `error` event says, and what a failed acknowledgement holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// For a person: what was wrong and what to do.
    pub message: String,
    /// The old contract's coarse kind, such as `STT_ERROR`.
    pub r#type: String,
    pub code: ErrorCode,
    /// The same request may work later.
    pub retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u64>,
}

/// The closed list of what can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    Unauthenticated,
    TokenExpired,
    Forbidden,
    SessionNotFound,
    SessionEnded,
    SessionTakenOver,
    BadEvent,
    BadAudio,
    AudioTooLarge,
    AudioGap,
    RateLimited,
    Overloaded,
    SttFailed,
    LlmFailed,
    TtsFailed,
    AvatarFailed,
    StorageUnavailable,
    DatabaseUnavailable,
    ShuttingDown,
    Internal,
}

impl ErrorCode {
    /// In the order of their declaration.
    pub const ALL: [Self; 20] = [
        Self::Unauthenticated,
        Self::TokenExpired,
        Self::Forbidden,
        Self::SessionNotFound,
        Self::SessionEnded,
        Self::SessionTakenOver,
        Self::BadEvent,
        Self::BadAudio,
        Self::AudioTooLarge,
        Self::AudioGap,
        Self::RateLimited,
        Self::Overloaded,
        Self::SttFailed,
        Self::LlmFailed,
        Self::TtsFailed,
        Self::AvatarFailed,
        Self::StorageUnavailable,
        Self::DatabaseUnavailable,
        Self::ShuttingDown,
        Self::Internal,
    ];

    /// The old contract's `type`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::TokenExpired | Self::Forbidden => "AUTH_ERROR",
            Self::SessionNotFound | Self::SessionEnded | Self::SessionTakenOver => "SESSION_ERROR",
            Self::BadEvent => "VALIDATION_ERROR",
            Self::BadAudio | Self::AudioTooLarge | Self::AudioGap | Self::StorageUnavailable => {
                "AUDIO_PROCESSING_ERROR"
            }
            Self::RateLimited | Self::Overloaded => "RATE_LIMIT_ERROR",
            Self::SttFailed => "STT_ERROR",
            Self::LlmFailed => "AI_RESPONSE_ERROR",
            Self::TtsFailed => "TTS_ERROR",
            Self::AvatarFailed => "AVATAR_ERROR",
            Self::DatabaseUnavailable | Self::ShuttingDown | Self::Internal => "SERVER_ERROR",
        }
    }

    fn is_retryable(self) -> bool {
        match self {
            Self::RateLimited
            | Self::Overloaded
            | Self::SttFailed
            | Self::LlmFailed
            | Self::TtsFailed
            | Self::AvatarFailed
            | Self::StorageUnavailable
            | Self::DatabaseUnavailable
            | Self::ShuttingDown
            | Self::AudioGap
            | Self::Internal => true,
            Self::Unauthenticated
            | Self::TokenExpired
            | Self::Forbidden
            | Self::SessionNotFound
            | Self::SessionEnded
            | Self::SessionTakenOver
            | Self::BadEvent
            | Self::BadAudio
            | Self::AudioTooLarge => false,
        }
    }
}

impl WireError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            r#type: code.kind().to_owned(),
            code,
            retryable: code.is_retryable(),
            retry_after_ms: None,
        }
    }

    pub fn after(self, retry_after_ms: u64) -> Self {
        Self { retry_after_ms: Some(retry_after_ms), ..self }
    }

    /// For what will not get better by trying again.
    pub fn for_good(self) -> Self {
        Self { retryable: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn the_list_of_codes_is_whole_and_in_order() {
        assert!(ErrorCode::ALL.iter().enumerate().all(|(place, code)| *code as usize == place));
        assert_eq!(ErrorCode::ALL.len(), ErrorCode::Internal as usize + 1);
    }
}
