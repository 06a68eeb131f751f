//! What every voice does.

use futures_util::StreamExt;

use super::{example::session_id, provider_has_a_plain_name};
use crate::{SPEECH_RATE, SpeechPiece, SpeechRequest, TextToSpeech};

/// Runs every check on a fresh voice.
pub async fn suite<S: TextToSpeech>(fresh: impl AsyncFn() -> S) {
    provider_has_a_plain_name(&fresh().await.provider());
    nothing_to_say_makes_no_sound(&fresh().await).await;
    a_sentence_is_heard_and_its_words_are_marked_in_order(&fresh().await).await;
    a_stream_that_is_dropped_does_not_disturb_the_next(&fresh().await).await;
}

fn request(text: &str) -> SpeechRequest {
    SpeechRequest { session: session_id("s"), text: text.to_owned(), language: "en-US".to_owned(), voice: None }
}

async fn spoken(voice: &impl TextToSpeech, text: &str) -> (Vec<i16>, Vec<(u32, u32)>) {
    let (mut samples, mut marks) = (Vec::new(), Vec::new());
    let mut stream = voice.speak(request(text)).await.expect("the voice speaks");
    while let Some(piece) = stream.next().await {
        match piece.expect("the speech goes well") {
            SpeechPiece::Audio(audio) => samples.extend(audio),
            SpeechPiece::Word { at_char, at_ms } => marks.push((at_char, at_ms)),
        }
    }
    (samples, marks)
}

async fn nothing_to_say_makes_no_sound(voice: &impl TextToSpeech) {
    for text in ["", "  \n", "…"] {
        assert_eq!(spoken(voice, text).await, (vec![], vec![]), "{text:?}");
    }
}

async fn a_sentence_is_heard_and_its_words_are_marked_in_order(voice: &impl TextToSpeech) {
    let text = "The price is too high.";
    let (samples, marks) = spoken(voice, text).await;
    let millis = (samples.len() * 1000 / SPEECH_RATE as usize) as u32;
    assert!((300..10_000).contains(&millis), "{millis} ms");
    assert!(samples.iter().any(|sample| sample.abs() > 1000), "the speech is silent");
    assert!(marks.is_sorted(), "{marks:?}");
    let inside = |(at_char, at_ms): &(u32, u32)| *at_char < text.len() as u32 && *at_ms <= millis;
    assert!(marks.iter().all(inside), "{marks:?}");
}

async fn a_stream_that_is_dropped_does_not_disturb_the_next(voice: &impl TextToSpeech) {
    let mut dropped = voice.speak(request("The price is too high.")).await.expect("the voice speaks");
    dropped.next().await.expect("a sentence is not silent").expect("the speech goes well");
    drop(dropped);
    a_sentence_is_heard_and_its_words_are_marked_in_order(voice).await;
}
