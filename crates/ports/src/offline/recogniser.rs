use std::time::Duration;

use async_trait::async_trait;

use futures_util::StreamExt;

use crate::{
    ListeningRequest, Partial, Provider, ProviderError, Scenario, Sound, SpeechInput, SpeechToText, Transcription,
    TranscriptionRequest,
};

/// Pretends to hear the demo lines of the scenario, turn by turn, then its ideal answers, over and over.
/// It answers in the scenario's language and never looks at the audio, except that there is some, and while it listens
/// how much of it is loud.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedRecogniser;

/// Less is a click or a cough, and nothing was said.
const SHORTEST_SPEECH: Duration = Duration::from_millis(150);
/// Of loud samples at 16 kHz: a quarter of a second.
const SHORTEST_LISTENING: usize = 4_000;
/// Some 150 words a minute, of which a part is pauses.
const SAMPLES_PER_WORD: usize = 5_000;
/// What is louder is taken for speech, 10 ms at a time.
const LOUD: u16 = 600;
const STRETCH: usize = 160;

#[async_trait]
impl SpeechToText for ScriptedRecogniser {
    fn provider(&self) -> Provider {
        Provider::demo("scripted")
    }

    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
        let text = if request.utterance.duration < SHORTEST_SPEECH {
            ""
        } else {
            line_of_turn(&request.scenario, request.turn)
        };
        Ok(Transcription { text: text.to_owned(), confidence: None, language: Some(request.scenario.language.clone()) })
    }

    /// The words come at the pace at which one would say them.
    async fn listen(
        &self,
        request: ListeningRequest,
        mut speech: SpeechInput,
        told: &mut (dyn FnMut(Partial) + Send),
    ) -> Result<Transcription, ProviderError> {
        let line = line_of_turn(&request.scenario, request.turn);
        let (mut heard, mut words) = (0, 0);
        while let Some(sound) = speech.next().await {
            let Sound::Samples(samples) = sound else {
                continue;
            };
            heard += loud(&samples);
            let more = (heard / SAMPLES_PER_WORD).min(count_words(line));
            if more > words {
                words = more;
                let text = first_words(line, words).to_owned();
                let stable_chars = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
                told(Partial { text, stable_chars });
            }
        }
        let text = if heard < SHORTEST_LISTENING { "" } else { line };
        Ok(Transcription { text: text.to_owned(), confidence: None, language: Some(request.scenario.language.clone()) })
    }
}

/// Whoever listens hears the silence around the words as well.
fn loud(samples: &[i16]) -> usize {
    let is_loud = |stretch: &&[i16]| stretch.iter().any(|sample| sample.unsigned_abs() > LOUD);
    samples.chunks(STRETCH).filter(is_loud).map(<[i16]>::len).sum()
}

/// A Chinese character counts as a word.
fn count_words(line: &str) -> usize {
    words(line).count()
}

fn first_words(line: &str, count: usize) -> &str {
    words(line).nth(count.saturating_sub(1)).map_or(line, |end| &line[..end])
}

/// Where each word ends, in bytes.
fn words(line: &str) -> impl Iterator<Item = usize> + '_ {
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    (0..letters.len()).filter_map(move |place| {
        let (at, letter) = letters[place];
        let wide = letter >= '\u{2e80}';
        let next = letters.get(place + 1).map(|(_, next)| *next);
        let ends =
            letter.is_alphanumeric() && (wide || next.is_none_or(|next| !next.is_alphanumeric() && next != '\''));
        ends.then_some(at + letter.len_utf8())
    })
}

fn line_of_turn(scenario: &Scenario, turn: u32) -> &str {
    let again = if scenario.ideal_answers.is_empty() { &scenario.demo_lines } else { &scenario.ideal_answers };
    let turn = turn.saturating_sub(1) as usize;
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

    async fn listened(scenario: &Arc<crate::Scenario>, sounds: Vec<Sound>) -> (Vec<Partial>, String) {
        let request = ListeningRequest {
            session: SessionId::parse("s").unwrap(),
            turn: 1,
            language: scenario.language.clone(),
            scenario: Arc::clone(scenario),
        };
        let mut partials = Vec::new();
        let speech = Box::pin(futures_util::stream::iter(sounds));
        let whole = ScriptedRecogniser.listen(request, speech, &mut |partial| partials.push(partial)).await.unwrap();
        (partials, whole.text)
    }

    #[tokio::test]
    async fn while_somebody_speaks_the_words_come_one_by_one() {
        let scenario = Arc::new(shipped().swap_remove(0));
        let line = &scenario.demo_lines[0];
        let sounds = vec![Sound::Samples(vec![5_000; SAMPLES_PER_WORD]); 3];
        let (partials, whole) = listened(&scenario, sounds).await;
        assert_eq!((partials.len(), &whole), (3, line));
        assert!(partials.windows(2).all(|pair| pair[1].text.starts_with(&pair[0].text)), "{partials:?}");
        assert!(partials.iter().all(|partial| line.starts_with(&partial.text)), "{partials:?}");
    }

    #[tokio::test]
    async fn who_listens_to_silence_or_a_click_hears_nothing() {
        let scenario = Arc::new(shipped().swap_remove(0));
        let click = [&[0; 30_000][..], &[20_000; 1_000], &[0; 30_000]].concat();
        assert_eq!(listened(&scenario, vec![Sound::Samples(click)]).await, (vec![], String::new()));
    }

    #[tokio::test]
    async fn a_scenario_without_lines_is_heard_as_silence() {
        let mut scenario = shipped().swap_remove(0);
        scenario.demo_lines.clear();
        scenario.ideal_answers.clear();
        assert_eq!(heard(&Arc::new(scenario), 7, 900).await, "");
    }
}
