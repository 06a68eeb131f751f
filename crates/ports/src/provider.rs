use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Who does the work, as it is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Short and lower case: `scripted`, `openai`, `espeak-ng`.
    pub name: String,
    /// True where the output is a demonstration and not the real thing; clients label it.
    pub demo: bool,
}

impl Provider {
    pub fn real(name: &str) -> Self {
        Self { name: name.to_owned(), demo: false }
    }

    pub fn demo(name: &str) -> Self {
        Self { name: name.to_owned(), demo: true }
    }
}

/// What went wrong with outside work, in the few kinds that lead to different behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Not reachable, or it answered that it cannot now. Trying again may help.
    Unavailable,
    /// It asked us to slow down.
    RateLimited,
    /// It took longer than we allow.
    TimedOut,
    /// It refused what we sent: a key, a model name, a voice, a size. Trying again will not help.
    Rejected,
    /// It answered something we cannot use, or made nothing of what was said; it may do with what is said next.
    Garbled,
}

/// A failed call of a speech, language or avatar provider.
///
/// `detail` is for the operator's log. It never holds a secret or what was said, and never reaches a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{provider}: {detail}")]
pub struct ProviderError {
    pub fault: Fault,
    pub provider: String,
    pub detail: String,
    pub retry_after: Option<Duration>,
}

impl ProviderError {
    pub fn new(fault: Fault, provider: &str, detail: impl Into<String>) -> Self {
        Self { fault, provider: provider.to_owned(), detail: detail.into(), retry_after: None }
    }
}

/// A failed call of an object store or a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Down, full, or too slow. The caller keeps what it has and tries again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It will never work like this: wrong credentials, no such bucket, broken schema.
    #[error("refused: {0}")]
    Refused(String),
    /// There is no such thing.
    #[error("not found: {0}")]
    NotFound(String),
    /// Somebody else was first: an e-mail that is taken, a session that is owned.
    #[error("conflict: {0}")]
    Conflict(String),
}
