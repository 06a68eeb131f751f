use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    pub confirm_ms: u64,
    pub settle_ms: u64,
}
impl Default for Interruption {
    fn default() -> Self {
        Self { confirm_ms: 400, settle_ms: 900 }
    }
}
pub fn is_backchannel(text: &str) -> bool {
    ["mm", "right", "嗯"].contains(&text.trim())
}
