use session::Refusal;

use crate::{ErrorCode, WireError};

/// How a client is told that the session does not take something now.
pub fn refused(refusal: Refusal) -> WireError {
    match refusal {
        Refusal::Paused => {
            WireError::new(ErrorCode::BadEvent, "The session is paused, so nothing is taken; send resume-session first")
        }
        Refusal::Ending => WireError::new(ErrorCode::SessionEnded, "The session has ended; start a new one"),
        Refusal::Suspended => WireError::new(
            ErrorCode::ShuttingDown,
            "The server is restarting; send this again when you are connected to the next one, where the session goes on",
        )
        .after(10_000),
        Refusal::BufferFull { store_is_down: true, .. } => WireError::new(
            ErrorCode::StorageUnavailable,
            "Failed to process audio: the recording cannot be stored at the moment and no more can be kept; send this \
             chunk again in a few seconds",
        )
        .after(2_000),
        Refusal::BufferFull { limit, .. } => WireError::new(
            ErrorCode::Overloaded,
            format!(
                "Failed to process audio: {limit} bytes wait to be stored, which is as much as a session may keep; \
                 send this chunk again in a moment"
            ),
        )
        .after(500),
        Refusal::TooManyWaiting { limit } => WireError::new(
            ErrorCode::RateLimited,
            format!("{limit} typed turns wait for an answer already; wait for the persona to catch up"),
        )
        .after(1_000),
    }
}

/// The literal of the old contract.
pub fn unknown_session() -> WireError {
    WireError::new(ErrorCode::SessionNotFound, "Invalid session")
}
