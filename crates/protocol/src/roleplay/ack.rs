//! What answers a client that asked for an answer.

use serde::Serialize;
use ts_rs::TS;

use crate::WireError;

/// What an acknowledgement callback gets.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Ack {
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
    /// Of an `audio-chunk`: the last numbered chunk that is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through_seq: Option<u64>,
    /// Of an `audio-chunk` whose number skips one: the number that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_seq: Option<u64>,
}

impl Ack {
    pub fn good(through_seq: Option<u64>) -> Self {
        Self { ok: true, error: None, through_seq, expected_seq: None }
    }

    pub fn bad(error: WireError) -> Self {
        Self { ok: false, error: Some(error), through_seq: None, expected_seq: None }
    }

    pub fn gap(error: WireError, expected_seq: u64) -> Self {
        Self { expected_seq: Some(expected_seq), ..Self::bad(error) }
    }
}
