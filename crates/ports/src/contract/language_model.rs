//! What every language model does.

use std::sync::Arc;

use futures_util::StreamExt;

use super::{example::session_id, provider_has_a_plain_name};
use crate::{LanguageModel, Line, Prompt, Speaker, Token, scenario_file::shipped};

/// Runs every check on a fresh model. The implementation answers in earnest or as its test server tells it.
pub async fn suite<S: LanguageModel>(fresh: impl AsyncFn() -> S) {
    provider_has_a_plain_name(&fresh().await.provider());
    an_answer_is_text_and_then_exactly_one_end(&fresh().await).await;
    a_stream_that_is_dropped_does_not_disturb_the_next(&fresh().await).await;
}

fn prompt() -> Prompt {
    let scenario = shipped().swap_remove(0);
    let line = |speaker, text: &str| Line { speaker, text: text.into() };
    Prompt {
        session: session_id("s"),
        turn: 1,
        max_turns: scenario.max_turns,
        language: scenario.language.clone(),
        history: vec![line(Speaker::Persona, &scenario.opening), line(Speaker::User, "Good morning.")],
        scenario: Arc::new(scenario),
    }
}

async fn an_answer_is_text_and_then_exactly_one_end(model: &impl LanguageModel) {
    let answer = model.answer(prompt()).await.expect("the model answers");
    let tokens: Vec<_> = answer.map(|token| token.expect("the answer goes well")).collect().await;
    let (last, before) = tokens.split_last().expect("an answer is not empty");
    assert!(matches!(last, Token::Finish { .. }), "the stream ends with {last:?}");
    let text = |token: &Token| match token {
        Token::Text(text) => text.clone(),
        Token::Finish { .. } => panic!("the stream goes on after its end"),
    };
    let said: String = before.iter().map(text).collect();
    assert!(said.chars().any(char::is_alphanumeric), "the answer says {said:?}");
}

async fn a_stream_that_is_dropped_does_not_disturb_the_next(model: &impl LanguageModel) {
    let mut dropped = model.answer(prompt()).await.expect("the model answers");
    dropped.next().await.expect("an answer is not empty").expect("the answer goes well");
    drop(dropped);
    an_answer_is_text_and_then_exactly_one_end(model).await;
}
