use std::time::Duration;

use async_trait::async_trait;

use crate::{Provider, ProviderError, SpeechToText, Transcription, TranscriptionRequest};

/// Pretends to hear the demo lines of the scenario, turn by turn, then its ideal answers, over and over.
/// It answers in the scenario's language and never looks at the audio, except that there is some.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedRecogniser;

/// Less is a click or a cough, and nothing was said.
const SHORTEST_SPEECH: Duration = Duration::from_millis(150);

#[async_trait]
impl SpeechToText for ScriptedRecogniser {
    fn provider(&self) -> Provider {
        Provider::demo("scripted")
    }

    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
        let text = if request.utterance.duration < SHORTEST_SPEECH { "" } else { line_of_turn(&request) };
        Ok(Transcription { text: text.to_owned(), confidence: None, language: Some(request.scenario.language.clone()) })
    }
}

fn line_of_turn(request: &TranscriptionRequest) -> &str {
    let scenario = &request.scenario;
    let again = if scenario.ideal_answers.is_empty() { &scenario.demo_lines } else { &scenario.ideal_answers };
    let turn = request.turn.saturating_sub(1) as usize;
    let mut lines = scenario.demo_lines.iter().chain(again.iter().cycle());
    lines.nth(turn).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{SessionId, Utterance, UtteranceSource, scenario_file::shipped};

    struct Undecodable;

    #[async_trait]
    impl UtteranceSource for Undecodable {
        async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
            panic!("the audio was decoded");
        }
    }

    async fn heard(scenario: &Arc<crate::Scenario>, turn: u32, millis: u64) -> String {
        let request = TranscriptionRequest {
            session: SessionId::parse("s").unwrap(),
            turn,
            language: scenario.language.clone(),
            scenario: Arc::clone(scenario),
            utterance: Utterance { duration: Duration::from_millis(millis), source: Arc::new(Undecodable) },
        };
        ScriptedRecogniser.transcribe(request).await.unwrap().text
    }

    #[tokio::test]
    async fn the_demo_lines_come_first_and_then_the_ideal_answers_go_round() {
        let scenario = Arc::new(shipped().swap_remove(0));
        let (demo, ideal) = (&scenario.demo_lines, &scenario.ideal_answers);
        let expected = demo.iter().chain(ideal).chain(ideal);
        for (turn, line) in (1..).zip(expected) {
            assert_eq!(heard(&scenario, turn, 900).await, *line);
        }
    }

    #[tokio::test]
    async fn a_click_is_not_speech() {
        let scenario = Arc::new(shipped().swap_remove(0));
        assert_eq!(heard(&scenario, 1, 149).await, "");
        assert_eq!(heard(&scenario, 1, 0).await, "");
        assert_ne!(heard(&scenario, 1, 150).await, "");
    }

    #[tokio::test]
    async fn a_scenario_without_lines_is_heard_as_silence() {
        let mut scenario = shipped().swap_remove(0);
        scenario.demo_lines.clear();
        scenario.ideal_answers.clear();
        assert_eq!(heard(&Arc::new(scenario), 7, 900).await, "");
    }
}
