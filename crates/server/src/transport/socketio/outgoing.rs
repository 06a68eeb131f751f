//! What waits for a client is bounded.

use runtime::Gate;
use socketioxide::{SendError, SocketError};

use crate::transport::Traffic;

/// A client that does not read loses what a later event makes good; for the rest it must come back and ask.
pub(super) fn check(sent: Result<(), SendError>, what: &'static str, gate: &Gate, traffic: &Traffic) {
    match sent {
        Ok(()) => (),
        Err(SendError::Socket(SocketError::InternalChannelFull)) if is_made_good_later(what) => (),
        Err(SendError::Socket(SocketError::InternalChannelFull)) => {
            // Not for everything that still comes its way.
            if !gate.is_shut() {
                tracing::warn!(what, "A client that does not read is disconnected");
                traffic.congested.add(1);
                gate.shut();
            }
        }
        Err(error) => tracing::debug!(what, %error, "Something could not be sent"),
    }
}

fn is_made_good_later(event: &str) -> bool {
    matches!(event, "session-state" | "transcription-partial" | "ai-response-delta" | "pong")
}
