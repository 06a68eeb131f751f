//! When a segment of audio is full.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutting {
    /// Received bytes, of whatever encoding.
    pub bytes: u64,
    /// Without new audio for so long, what is there becomes a segment.
    pub silence_ms: u64,
}

impl Cutting {
    pub(crate) fn is_full(&self, uncut_bytes: u64) -> bool {
        uncut_bytes >= self.bytes
    }
}
