use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp};

/// How a practice went.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    pub session: SessionId,
    /// 0 to 100.
    pub overall_score: u8,
    pub findings: Findings,
    pub created_at: Timestamp,
}

/// What the score rests on, in the language of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    pub dimensions: Vec<Dimension>,
    pub summary: String,
    pub recommendations: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
    /// 0 to 100.
    pub score: u8,
    /// Percent of the overall score; all dimensions together are 100.
    pub weight: u8,
    /// The trainee's own words.
    pub quote: String,
    /// In which it was said; `None` in a report that is older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u32>,
    pub explanation: String,
    pub suggestions: Vec<String>,
}

/// A mail to the persona that follows up on the practice. A session has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    pub session: SessionId,
    /// Empty until somebody fills it in.
    pub to: String,
    pub subject: String,
    pub body: String,
    /// Somebody changed what was drafted.
    pub is_edited: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailChange {
    pub to: Option<String>,
    pub subject: Option<String>,
    pub body: Option<String>,
}
