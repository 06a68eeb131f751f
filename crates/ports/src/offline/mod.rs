//! Providers that need no key, no network and no program: what the product runs on until it is given better ones.
//!
//! They are pure and deterministic. They deliberately hear nothing and understand nothing: the recogniser and the
//! persona play their scenario, the voice only sounds like speech, and all three say so (`Provider::demo`).

mod persona;
mod recogniser;
mod visemes;
mod voice;

pub use persona::ScenarioPersona;
pub use recogniser::ScriptedRecogniser;
pub use visemes::VisemeAvatar;
pub use voice::BuiltInVoice;
