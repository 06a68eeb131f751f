//! Listening for recognisers that only take whole utterances: each is given what was said up to a pause, while the
//! speaker goes on, so that at the end only the last piece is left.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};

use super::{
    ListeningRequest, Partial, Sound, SpeechInput, SpeechToText, Transcription, TranscriptionRequest, Utterance,
    UtteranceSource,
};
use crate::ProviderError;

/// A recogniser hears words better in company: a shorter piece waits for the next pause.
const SHORTEST_PIECE: usize = RATE * 3 / 2;
/// Pieces that are being recognised at once; more wait, and are joined.
const AT_ONCE: usize = 2;
const RATE: usize = 16_000;

pub(super) async fn listen<R: SpeechToText + ?Sized>(
    recogniser: &R,
    request: ListeningRequest,
    mut speech: SpeechInput,
    told: &mut (dyn FnMut(Partial) + Send),
) -> Result<Transcription, ProviderError> {
    let mut piece = Vec::new();
    let mut pieces: FuturesOrdered<BoxFuture<'_, Result<Transcription, ProviderError>>> = FuturesOrdered::new();
    let mut heard: Option<Transcription> = None;
    let recognise = |samples: Vec<i16>| recogniser.transcribe(of_piece(&request, samples)).boxed();
    loop {
        tokio::select! {
            biased;
            Some(recognised) = pieces.next(), if !pieces.is_empty() => {
                let whole = join(heard.take(), recognised?);
                let stable_chars = u32::try_from(whole.text.chars().count()).unwrap_or(u32::MAX);
                told(Partial { text: whole.text.clone(), stable_chars });
                heard = Some(whole);
            }
            sound = speech.next() => match sound {
                Some(Sound::Samples(samples)) => piece.extend(samples),
                Some(Sound::Pause) if piece.len() >= SHORTEST_PIECE && pieces.len() < AT_ONCE => {
                    pieces.push_back(recognise(std::mem::take(&mut piece)));
                }
                Some(Sound::Pause) => (),
                None => break,
            },
        }
    }
    if !piece.is_empty() || pieces.is_empty() && heard.is_none() {
        pieces.push_back(recognise(piece));
    }
    while let Some(recognised) = pieces.next().await {
        heard = Some(join(heard.take(), recognised?));
    }
    Ok(heard.unwrap_or(Transcription { text: String::new(), confidence: None, language: None }))
}

fn of_piece(request: &ListeningRequest, samples: Vec<i16>) -> TranscriptionRequest {
    let ListeningRequest { session, turn, language, scenario } = request.clone();
    let duration = Duration::from_millis(samples.len() as u64 * 1_000 / RATE as u64);
    let source = Arc::new(Samples(samples));
    TranscriptionRequest { session, turn, language, scenario, utterance: Utterance { duration, source } }
}

struct Samples(Vec<i16>);

#[async_trait]
impl UtteranceSource for Samples {
    async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
        Ok(self.0.clone())
    }
}

/// The whole is as sure as its least sure piece.
fn join(before: Option<Transcription>, next: Transcription) -> Transcription {
    let Some(before) = before else {
        return next;
    };
    let confidence = match (before.confidence, next.confidence) {
        (Some(before), Some(next)) => Some(before.min(next)),
        (before, next) => before.or(next),
    };
    let (first, second) = (before.text.trim_end(), next.text.trim_start());
    let wide = |c: Option<char>| c.is_none_or(|c| c >= '\u{2e80}');
    let space = if wide(first.chars().last()) || wide(second.chars().next()) { "" } else { " " };
    Transcription { text: format!("{first}{space}{second}"), confidence, language: before.language.or(next.language) }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::{Provider, SessionId, scenario_file::shipped};

    /// Hears how many samples a piece has.
    struct Counter;

    #[async_trait]
    impl SpeechToText for Counter {
        fn provider(&self) -> Provider {
            Provider::real("counter")
        }

        async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
            let samples = request.utterance.source.samples().await?.len();
            Ok(Transcription {
                text: format!("heard {samples}."),
                confidence: Some(1.0 / samples as f32),
                language: None,
            })
        }
    }

    async fn listen_to(sounds: Vec<Sound>) -> (Vec<Partial>, Transcription) {
        let request = ListeningRequest {
            session: SessionId::parse("s").unwrap(),
            turn: 1,
            language: "en".to_owned(),
            scenario: Arc::new(shipped().swap_remove(0)),
        };
        let mut partials = Vec::new();
        let speech = Box::pin(stream::iter(sounds));
        let whole = Counter.listen(request, speech, &mut |partial| partials.push(partial)).await.unwrap();
        (partials, whole)
    }

    fn talk(samples: usize) -> Sound {
        Sound::Samples(vec![1; samples])
    }

    #[tokio::test]
    async fn what_was_said_up_to_a_pause_is_recognised_while_the_speaker_goes_on() {
        let (partials, whole) = listen_to(vec![talk(20_000), talk(10_000), Sound::Pause, talk(500)]).await;
        assert_eq!(partials, [Partial { text: "heard 30000.".to_owned(), stable_chars: 12 }]);
        assert_eq!(whole.text, "heard 30000. heard 500.");
        assert_eq!(whole.confidence, Some(1.0 / 30_000.0));
    }

    #[tokio::test]
    async fn a_short_piece_waits_for_company() {
        let (partials, whole) = listen_to(vec![talk(4_000), Sound::Pause, talk(4_000), Sound::Pause]).await;
        assert_eq!((partials, whole.text.as_str()), (vec![], "heard 8000."));
    }

    #[tokio::test]
    async fn a_recogniser_is_asked_even_where_nothing_was_said() {
        assert_eq!(listen_to(vec![]).await.1.text, "heard 0.");
    }
}
