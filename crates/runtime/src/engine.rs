use std::{sync::Arc, time::Duration};

use audio::Declared;
use ports::{
    Avatar, Journal, LanguageModel, ObjectStore, Resumption, Scenario, SessionId, SpeechToText, TextToSpeech,
    Timestamp, UserId,
};

use crate::{Clock, HistoryLine};

/// Everything outside that sessions work with.
pub struct Engine {
    pub clock: Clock,
    pub recogniser: Arc<dyn SpeechToText>,
    pub persona: Arc<dyn LanguageModel>,
    pub voice: Option<Arc<dyn TextToSpeech>>,
    pub face: Option<Arc<dyn Avatar>>,
    pub objects: Arc<dyn ObjectStore>,
    /// It stands in the names of objects, so that no process writes over what another one stored.
    pub holder: Arc<str>,
    pub journal: Arc<dyn Journal>,
}

/// What a session is to be.
pub struct Opening {
    pub session: SessionId,
    pub owner: UserId,
    /// A coach may not watch.
    pub private: bool,
    pub scenario: Arc<Scenario>,
    pub started_at: Timestamp,
    pub config: session::Config,
    pub audio_limits: audio::Limits,
    pub declared: Declared,
    pub language: String,
    pub voice: Option<String>,
    /// Streamed speech is sent so long before it is to be heard.
    pub lead: Duration,
    /// What was said before, oldest first.
    pub history: Vec<HistoryLine>,
    /// What an earlier process left.
    pub resumption: Option<Resumption>,
}
