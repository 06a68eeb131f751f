use serde::{Deserialize, Serialize};
use session::{Briefing, Config, Input, Output, SessionTime};

/// Of the files that this version writes and reads.
pub const FORMAT: u32 = 2;

/// One line of a recording.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one.
    Opened(Box<Opened>),
    Happened(Step),
    /// The last one of a recording that ends before its session does: why.
    GivenUp(String),
}

/// What the session began with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    pub format: u32,
    /// Of the program that recorded it.
    pub version: String,
    pub words: Words,
    /// Milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// Not 0 where another process had the session before.
    pub at: SessionTime,
    pub config: Config,
    pub briefing: Briefing,
    pub outputs: Vec<Output>,
}

/// One thing that happened, and what the session did about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub at: SessionTime,
    pub input: Input,
    pub outputs: Vec<Output>,
}

/// What became of the words that were said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    Kept,
    /// Inputs keep the words that a policy knows, outputs keep none; of all others the shape is left.
    Redacted,
}

impl Line {
    /// With the line break.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut json = serde_json::to_string(self)?;
        json.push('\n');
        Ok(json)
    }

    /// What the session does about it is added here.
    pub fn outputs_mut(&mut self) -> Option<&mut Vec<Output>> {
        match self {
            Self::Opened(opened) => Some(&mut opened.outputs),
            Self::Happened(step) => Some(&mut step.outputs),
            Self::GivenUp(_) => None,
        }
    }
}
