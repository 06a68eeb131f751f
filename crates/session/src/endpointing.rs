use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpointing {
    pub finished_ms: u64,
    pub unclear_ms: u64,
    pub unfinished_ms: u64,
}
impl Default for Endpointing {
    fn default() -> Self {
        Self { finished_ms: 350, unclear_ms: 600, unfinished_ms: 1400 }
    }
}
impl Endpointing {
    pub fn wait_ms(&self, said: Option<&str>, _s: u64) -> u64 {
        if said.is_some_and(|s| s.ends_with('.')) { self.finished_ms } else { self.unclear_ms }
    }
}
