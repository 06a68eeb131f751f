//! What the engine needs from the world: speech in, words, speech out, a face, storage, a database.
//!
//! A port is a trait with its request and answer types. The offline implementations live here too
//! (`offline`), so that the product runs with no key and no network, and so does one contract suite
//! per port (`contract`), which every implementation must pass.
//!
//! This crate deliberately knows no vendor, no wire format, no session state and no configuration.

mod avatar;
mod catalog;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod ids;
mod journal;
mod language_model;
mod object_store;
pub mod offline;
mod provider;
mod report;
mod scenario;
pub mod scenario_file;
mod speech_to_text;
mod text_to_speech;

pub use avatar::{Animation, AnimationRequest, Avatar, MouthShape, Viseme};
pub use catalog::{
    Catalog, Claim, Departure, Deserted, Message, MessageRole, NewSession, NewUser, Page, PageRequest, ProfileChange,
    Role, ScenarioFilter, ScenarioSummary, SessionRow, SessionStatus, User,
};
pub use ids::{BadId, ObjectKey, SessionId, Timestamp, UserId};
pub use journal::{
    AnsweredRecord, CutShortRecord, EndedRecord, HeardRecord, HintRecord, Journal, RESUMED, Record, Resumption,
    SegmentPart, SegmentRecord, SpokenRecord, TurnRecord,
};
pub use language_model::{FinishReason, LanguageModel, Line, Prompt, Speaker, Token, TokenStream, Usage};
pub use object_store::{ObjectStore, Pieces, StoredObject};
pub use provider::{Fault, Provider, ProviderError, StoreError};
pub use report::{Dimension, Email, EmailChange, Feedback, Findings};
pub use scenario::{Difficulty, Objection, Persona, Scenario, Stage};
pub use speech_to_text::{
    ListeningRequest, Partial, Sound, SpeechInput, SpeechToText, Transcription, TranscriptionRequest, Utterance,
    UtteranceSource,
};
pub use text_to_speech::{SPEECH_RATE, SpeechPiece, SpeechRequest, SpeechStream, TextToSpeech};
