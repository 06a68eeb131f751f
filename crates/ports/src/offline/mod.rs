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

use crate::{LanguageModel as _, SpeechToText as _, TextToSpeech as _};

/// Whether what this provider made is a demonstration and not the real thing.
pub fn is_demo(provider: &str) -> bool {
    let offline = [ScriptedRecogniser.provider(), ScenarioPersona.provider(), BuiltInVoice.provider()];
    offline.iter().any(|offline| offline.demo && offline.name == provider)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[test]
    fn what_is_no_demonstration_is_not_called_one() {
        assert!(is_demo("scripted") && is_demo("scenario"));
        assert!(!is_demo("typed") && !is_demo("openai"));
    }

    #[tokio::test]
    async fn the_offline_providers_keep_the_contracts() {
        contract::speech_to_text::suite(async || ScriptedRecogniser).await;
        contract::language_model::suite(async || ScenarioPersona).await;
        contract::text_to_speech::suite(async || BuiltInVoice).await;
    }
}
