//! What spoken over the persona is a turn, and what is not.

use serde::{Deserialize, Serialize};

use crate::{
    vocabulary::BACKCHANNELS,
    words::{outside_brackets, plain, spans, strip_beginning},
};

/// The persona falls silent whenever somebody speaks over it; if that turns out to be no turn, it goes on where it
/// stopped. In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// Longer speech is a turn, and so is every word that is no backchannel; what the recogniser already knows to be a
    /// backchannel may take three times as long.
    pub confirm_ms: u64,
    /// When shorter speech ended and nothing intelligible came for so long, the persona goes on.
    pub settle_ms: u64,
}

/// Backchannels in a row that still leave the floor to the persona.
const MOST: usize = 4;
/// A few backchannels in a row take longer than one.
const DRAWN_OUT: u64 = 3;

impl Default for Interruption {
    fn default() -> Self {
        Self { confirm_ms: 400, settle_ms: 900 }
    }
}

impl Interruption {
    /// Whether this takes the floor, by how long it lasted and what the recogniser understood so far.
    pub fn is_turn(&self, spoken_ms: u64, said: Option<&str>) -> bool {
        match said {
            None => spoken_ms > self.confirm_ms,
            Some(said) => !is_backchannel(said) || spoken_ms > self.confirm_ms.saturating_mul(DRAWN_OUT),
        }
    }
}

/// Whether a listener says no more than that the other may go on. Also true of a text without words: a cough, or a
/// remark of the recogniser's in brackets.
pub fn is_backchannel(text: &str) -> bool {
    let said = plain(spans(text).filter(outside_brackets()));
    let mut rest = said.as_str();
    let mut count = 0;
    while !rest.is_empty() {
        let longest =
            BACKCHANNELS.iter().filter_map(|entry| strip_beginning(rest, entry)).min_by_key(|after| after.len());
        let Some(after) = longest else {
            return false;
        };
        rest = after;
        count += 1;
    }
    count <= MOST
}

#[cfg(test)]
mod tests;
