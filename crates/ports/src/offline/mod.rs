//! Providers that need no key, no network and no program: what the product runs on until it is given better ones.
//!
//! They are pure and deterministic. They deliberately hear nothing and understand nothing: the recogniser and the
//! persona play their scenario, the voice only sounds like speech, and all three say so (`Provider::demo`).

mod persona;
mod recogniser;
mod visemes;
mod voice;

pub use persona::{ScenarioPersona, is_ideograph, mentions, sentences};
pub use recogniser::ScriptedRecogniser;
pub use visemes::VisemeAvatar;
pub use voice::BuiltInVoice;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[tokio::test]
    async fn the_offline_providers_keep_the_contracts() {
        contract::speech_to_text::suite(async || ScriptedRecogniser).await;
        contract::language_model::suite(async || ScenarioPersona).await;
        contract::text_to_speech::suite(async || BuiltInVoice).await;
    }
}
