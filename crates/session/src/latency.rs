//! Where the time of a turn went: from the user's last word to the persona's first.

use serde::{Deserialize, Serialize};

use crate::{SessionTime, TurnId};

/// Each part is on the critical path; together with what nobody accounts for they are the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub turn: TurnId,
    /// From the last word until it was decided that it was the last.
    pub end_of_turn_ms: u64,
    pub stored_ms: u64,
    pub transcribed_ms: u64,
    pub first_token_ms: u64,
    pub first_sentence_ms: u64,
    /// Of speech, at the server.
    pub first_audio_ms: u64,
    /// From there until the client played it; 0 where it does not say.
    pub played_ms: u64,
    pub unaccounted_ms: u64,
    pub total_ms: u64,
}

/// When each thing happened.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) user: UserTimes,
    pub(crate) opened: Option<SessionTime>,
    pub(crate) transcribed: Option<SessionTime>,
    pub(crate) first_token: Option<SessionTime>,
    pub(crate) first_sentence: Option<SessionTime>,
    pub(crate) voice_asked: Option<SessionTime>,
    pub(crate) first_audio: Option<SessionTime>,
    pub(crate) played: Option<SessionTime>,
}

/// Until the turn opens.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserTimes {
    pub(crate) last_word: SessionTime,
    pub(crate) decided: SessionTime,
    pub(crate) stored: SessionTime,
}

impl Ledger {
    /// Nothing to tell before the persona has spoken.
    pub(crate) fn latency(&self, turn: TurnId) -> Option<Latency> {
        let first_audio = self.first_audio?;
        let UserTimes { last_word, decided, stored } = self.user;
        let (opened, transcribed) = (self.opened?, self.transcribed?);
        let (first_token, first_sentence) = (self.first_token?, self.first_sentence?);
        let voice_asked = self.voice_asked?;
        // A turn that waited for another one, or a voice that waited for its turn, is nobody's fault.
        let unaccounted_ms = opened.since(stored) + voice_asked.since(first_sentence);
        let latency = Latency {
            turn,
            end_of_turn_ms: decided.since(last_word),
            stored_ms: stored.since(decided),
            transcribed_ms: transcribed.since(opened),
            first_token_ms: first_token.since(transcribed),
            first_sentence_ms: first_sentence.since(first_token),
            first_audio_ms: first_audio.since(voice_asked),
            played_ms: self.played.map_or(0, |played| played.since(first_audio)),
            unaccounted_ms,
            total_ms: self.played.unwrap_or(first_audio).since(last_word),
        };
        debug_assert_eq!(latency.parts(), latency.total_ms, "{self:?}");
        Some(latency)
    }
}

impl Latency {
    /// The sum of all parts.
    pub fn parts(&self) -> u64 {
        let Self { turn: _, total_ms: _, .. } = self;
        self.end_of_turn_ms
            + self.stored_ms
            + self.transcribed_ms
            + self.first_token_ms
            + self.first_sentence_ms
            + self.first_audio_ms
            + self.played_ms
            + self.unaccounted_ms
    }
}
