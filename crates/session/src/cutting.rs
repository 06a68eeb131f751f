//! When a segment of audio is full, and when a turn is.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutting {
    /// Received bytes, of whatever encoding.
    pub bytes: u64,
    /// Without new audio for so long, what is there becomes a segment.
    pub silence_ms: u64,
}

/// However few bytes it takes, no more than this is spoken before it is stored.
const LONGEST_SEGMENT_MS: u64 = 60_000;
/// A turn that goes on for longer is answered as it stands, and what comes next is another one: a turn is decoded as a whole.
pub(crate) const LONGEST_TURN_MS: u64 = 5 * 60_000;

impl Cutting {
    pub(crate) fn is_full(&self, uncut_bytes: u64, uncut_for_ms: u64) -> bool {
        uncut_bytes >= self.bytes || uncut_for_ms >= LONGEST_SEGMENT_MS
    }
}
