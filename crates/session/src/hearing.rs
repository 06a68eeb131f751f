//! What the user is saying right now, where the session listens, and what recognisers made of it.

use std::collections::BTreeMap;

use crate::{OpId, SessionTime, Source};

#[derive(Debug, Default)]
pub(crate) enum Hearing {
    #[default]
    Quiet,
    Speaking(Saying),
    /// Silent for a moment, or for good.
    Trailing(Saying),
}

/// A turn of the user's that is not over. Positions are those of their audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saying {
    /// The recogniser that listens to it.
    pub(crate) listen: OpId,
    pub(crate) began_ms: u64,
    /// Before the current stretch.
    spoken_ms: u64,
    pub(crate) stopped_ms: u64,
    /// When the last word was said.
    pub(crate) last_word: SessionTime,
}

impl Hearing {
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Self::Quiet)
    }

    pub(crate) fn is_speaking(&self) -> bool {
        matches!(self, Self::Speaking(_))
    }

    pub(crate) fn saying(&self) -> Option<&Saying> {
        match self {
            Self::Quiet => None,
            Self::Speaking(saying) | Self::Trailing(saying) => Some(saying),
        }
    }

    pub(crate) fn take(&mut self) -> Option<Saying> {
        match std::mem::take(self) {
            Self::Quiet => None,
            Self::Speaking(saying) | Self::Trailing(saying) => Some(saying),
        }
    }
}

impl Saying {
    pub(crate) fn begin(listen: OpId, at_ms: u64, now: SessionTime) -> Self {
        Self { listen, began_ms: at_ms, spoken_ms: 0, stopped_ms: at_ms, last_word: now }
    }

    /// So much of it was said before the audio that is heard here.
    pub(crate) fn go_on(listen: OpId, spoken_ms: u64, now: SessionTime) -> Self {
        Self { spoken_ms, ..Self::begin(listen, 0, now) }
    }

    pub(crate) fn resume(self, at_ms: u64) -> Self {
        Self { began_ms: at_ms, ..self }
    }

    pub(crate) fn stop(self, at_ms: u64, last_word: SessionTime) -> Self {
        let spoken_ms = self.spoken_ms + at_ms.saturating_sub(self.began_ms);
        Self { spoken_ms, stopped_ms: at_ms, last_word, ..self }
    }

    pub(crate) fn spoken_ms(&self) -> u64 {
        self.spoken_ms
    }

    /// Of the current stretch and those before it.
    pub(crate) fn spoken_until(&self, head_ms: u64) -> u64 {
        self.spoken_ms + head_ms.saturating_sub(self.began_ms)
    }
}

/// Every recogniser that listens, or has said what it heard and waits for its turn.
#[derive(Debug, Default)]
pub(crate) struct Listeners(BTreeMap<OpId, Listener>);

#[derive(Debug, Default)]
struct Listener {
    so_far: SoFar,
    outcome: Option<Outcome>,
}

/// What one recogniser understood so far. What it promised not to change does not.
#[derive(Debug, Default)]
pub struct SoFar {
    text: String,
    stable_chars: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Heard(Understood),
    Failed,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Understood {
    pub(crate) text: String,
    pub(crate) language: Option<String>,
    pub(crate) confidence: Option<f32>,
    pub(crate) by: Source,
}

impl SoFar {
    /// Answers the text so far, and how much of it is promised.
    pub fn hear(&mut self, text: &str, stable_chars: u32) -> (String, u32) {
        let promised = self.text.chars().take(self.stable_chars);
        self.text = promised.chain(text.chars().skip(self.stable_chars)).collect();
        self.stable_chars = self.stable_chars.max(stable_chars as usize).min(self.text.chars().count());
        (self.text.clone(), u32::try_from(self.stable_chars).unwrap_or(u32::MAX))
    }
}

impl Listeners {
    pub(crate) fn begin(&mut self, op: OpId) {
        self.0.insert(op, Listener::default());
    }

    /// It still works.
    pub(crate) fn is_listening(&self, op: OpId) -> bool {
        self.0.get(&op).is_some_and(|listener| listener.outcome.is_none())
    }

    /// Answers the text so far, and how much of it is promised.
    pub(crate) fn on_partial(&mut self, op: OpId, text: &str, stable_chars: u32) -> Option<(String, u32)> {
        Some(self.0.get_mut(&op)?.so_far.hear(text, stable_chars))
    }

    pub(crate) fn on_outcome(&mut self, op: OpId, outcome: Outcome) {
        if let Some(listener) = self.0.get_mut(&op) {
            listener.outcome = Some(outcome);
        }
    }

    /// The final text where there is one, otherwise what is understood so far; `None` while that is nothing.
    pub(crate) fn text(&self, op: OpId) -> Option<&str> {
        let listener = self.0.get(&op)?;
        let text = match &listener.outcome {
            Some(Outcome::Heard(understood)) => &understood.text,
            Some(Outcome::Failed) | None => &listener.so_far.text,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    /// What all of these understood together; `None` while one of them still works.
    pub(crate) fn outcome(&self, ops: &[OpId]) -> Option<Outcome> {
        let mut whole: Option<Understood> = None;
        for op in ops {
            match self.0.get(op).map(|listener| &listener.outcome) {
                Some(None) => return None,
                Some(Some(Outcome::Heard(part))) => {
                    whole = Some(match whole {
                        None => part.clone(),
                        Some(before) => Understood { text: join(&before.text, &part.text), ..before },
                    });
                }
                Some(Some(Outcome::Failed)) | None => return Some(Outcome::Failed),
            }
        }
        whole.map(Outcome::Heard)
    }

    /// Forgets it; true where it still works.
    pub(crate) fn forget(&mut self, op: OpId) -> bool {
        self.0.remove(&op).is_some_and(|listener| listener.outcome.is_none())
    }

    /// Forgets all; answers those that still work.
    pub(crate) fn forget_all(&mut self) -> Vec<OpId> {
        let listeners = std::mem::take(&mut self.0);
        listeners.into_iter().filter(|(_, listener)| listener.outcome.is_none()).map(|(op, _)| op).collect()
    }
}

/// Chinese has no spaces between its words.
pub(crate) fn join(before: &str, after: &str) -> String {
    let (before, after) = (before.trim_end(), after.trim_start());
    let wide = |c: Option<char>| c.is_none_or(|c| c >= '\u{2e80}');
    let space = if wide(before.chars().last()) || wide(after.chars().next()) { "" } else { " " };
    format!("{before}{space}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OP: OpId = OpId(1);

    #[test]
    fn a_promise_about_the_beginning_is_kept_whatever_the_recogniser_says_later() {
        let mut listeners = Listeners::default();
        listeners.begin(OP);
        assert_eq!(listeners.on_partial(OP, "I want", 2), Some(("I want".into(), 2)));
        assert_eq!(listeners.on_partial(OP, "a wand", 0), Some(("I wand".into(), 2)));
        assert_eq!(listeners.on_partial(OP, "", 9), Some(("I ".into(), 2)));
    }

    #[test]
    fn what_was_heard_in_pieces_is_joined_as_its_language_is_written() {
        assert_eq!(join("how are ", " you"), "how are you");
        assert_eq!(join("你好，", "我想"), "你好，我想");
        assert_eq!(join("", "yes"), "yes");
    }

    #[test]
    fn one_piece_that_was_not_understood_spoils_the_whole() {
        let mut listeners = Listeners::default();
        let understood = |text: &str| {
            let by = Source { provider: "test".into(), demo: false };
            Outcome::Heard(Understood { text: text.into(), language: None, confidence: None, by })
        };
        for op in [1, 2] {
            listeners.begin(OpId(op));
        }
        listeners.on_outcome(OpId(1), understood("one"));
        assert_eq!(listeners.outcome(&[OpId(1), OpId(2)]), None);
        listeners.on_outcome(OpId(2), understood("two"));
        assert_eq!(listeners.outcome(&[OpId(1), OpId(2)]), Some(understood("one two")));
        listeners.on_outcome(OpId(2), Outcome::Failed);
        assert_eq!(listeners.outcome(&[OpId(1), OpId(2)]), Some(Outcome::Failed));
    }
}
