mod phrases;
mod play;
mod sentences;

pub use sentences::{is_ideograph, mentions, sentences};

use async_trait::async_trait;
use futures_util::stream;

use crate::{FinishReason, LanguageModel, Prompt, Provider, ProviderError, Token, TokenStream, Usage};

/// Plays the scenario from its file: raises the objections in order, insists in other words until one is dealt
/// with, changes its mood with the stages, and closes when all is said or the turns run out.
///
/// It answers from the history alone and says no sentence twice in a session.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScenarioPersona;

#[async_trait]
impl LanguageModel for ScenarioPersona {
    fn provider(&self) -> Provider {
        Provider::demo("scenario")
    }

    async fn answer(&self, prompt: Prompt) -> Result<TokenStream, ProviderError> {
        let reply = play::reply(&prompt);
        let finish = Token::Finish {
            reason: FinishReason::Stop,
            usage: Some(Usage {
                input_tokens: prompt.history.iter().map(|line| sentences::count_tokens(&line.text)).sum(),
                output_tokens: sentences::count_tokens(reply.text()),
            }),
        };
        let pieces = reply.pieces().map(|piece| Token::Text(piece.to_owned()));
        let tokens: Vec<_> = pieces.chain([finish]).map(Ok).collect();
        Ok(Box::pin(stream::iter(tokens)))
    }
}

#[cfg(test)]
mod tests;
