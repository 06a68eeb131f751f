//! A voice speaks, a recogniser hears it, the persona answers, the voice speaks the answer and a face moves with it:
//! once with real programs.

use std::{fs, process::Command, sync::Arc, time::Duration};

use async_trait::async_trait;
use audio::resample::Resampler;
use futures_util::StreamExt;
use ports::{
    AnimationRequest, Avatar, LanguageModel, Line, MouthShape, Prompt, ProviderError, SPEECH_RATE, SessionId, Speaker,
    SpeechPiece, SpeechRequest, SpeechToText, TextToSpeech, Token, TranscriptionRequest, Utterance, UtteranceSource,
    offline::{ScenarioPersona, VisemeAvatar},
    scenario_file::shipped,
};
use testkit::skipped;
use vendors::{command::CommandRecogniser, espeak::EspeakSpeaker};

const GRAMMAR: &str = "#JSGF V1.0;
grammar answers;
public <answer> = we move one warehouse first
  | the weather is lovely today
  | good morning how are you
  | what does it cost in the end ;
";

struct Heard(Vec<i16>);

#[async_trait]
impl UtteranceSource for Heard {
    async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
        Ok(self.0.clone())
    }
}

fn session() -> SessionId {
    SessionId::parse("loop").expect("a good id")
}

async fn speech(voice: &EspeakSpeaker, text: &str) -> Vec<i16> {
    let request =
        SpeechRequest { session: session(), text: text.to_owned(), language: "en-US".to_owned(), voice: None };
    let mut stream = voice.speak(request).await.expect("espeak-ng starts");
    let mut samples = Vec::new();
    while let Some(piece) = stream.next().await {
        if let SpeechPiece::Audio(audio) = piece.expect("espeak-ng speaks") {
            samples.extend(audio);
        }
    }
    samples
}

fn as_a_microphone_hears_it(speech: &[i16]) -> Vec<i16> {
    let mut resampler = Resampler::new(SPEECH_RATE, 16_000);
    let mut heard = vec![0; 8_000];
    resampler.push(speech, &mut heard);
    resampler.finish(&mut heard);
    heard.extend([0; 8_000]);
    heard
}

#[tokio::test]
async fn a_spoken_sentence_is_heard_answered_and_spoken_back() {
    let Some(voice) = EspeakSpeaker::available().await else {
        return skipped("espeak-ng is not installed");
    };
    if Command::new("pocketsphinx_continuous").output().is_err() {
        return skipped("pocketsphinx_continuous is not installed");
    }
    let scenario = Arc::new(shipped().into_iter().find(|s| s.id == "cloud-migration-discussion").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let grammar = folder.path().join("answers.gram");
    fs::write(&grammar, GRAMMAR).unwrap();

    let said = as_a_microphone_hears_it(&speech(&voice, "We move one warehouse first.").await);
    let command = format!("pocketsphinx_continuous -infile {{wav}} -jsgf '{}'", grammar.display());
    let recogniser = CommandRecogniser::new(command, Duration::from_secs(120));
    let heard = recogniser
        .transcribe(TranscriptionRequest {
            session: session(),
            turn: 2,
            language: "en-US".to_owned(),
            scenario: Arc::clone(&scenario),
            utterance: Utterance {
                duration: Duration::from_millis(said.len() as u64 / 16),
                source: Arc::new(Heard(said)),
            },
        })
        .await
        .unwrap();
    assert_eq!(heard.text, "we move one warehouse first");

    let line = |speaker, text: &str| Line { speaker, text: text.into() };
    let history = vec![
        line(Speaker::Persona, &scenario.opening),
        line(Speaker::User, "Good morning."),
        line(Speaker::Persona, &scenario.objections[0].says),
        line(Speaker::User, &heard.text),
    ];
    let prompt = Prompt {
        session: session(),
        turn: 2,
        max_turns: scenario.max_turns,
        language: scenario.language.clone(),
        scenario: Arc::clone(&scenario),
        history,
    };
    let tokens = ScenarioPersona.answer(prompt).await.unwrap();
    let text = |token| match token {
        Ok(Token::Text(text)) => text,
        Ok(Token::Finish { .. }) | Err(_) => String::new(),
    };
    let answer: String = tokens.map(text).collect().await;
    assert!(answer.starts_with("One site at a time, with a way back."), "{answer}");

    let reply = speech(&voice, &answer).await;
    let seconds = reply.len() / SPEECH_RATE as usize;
    assert!((5..40).contains(&seconds), "{seconds} s for {answer:?}");
    let animation = VisemeAvatar
        .animate(AnimationRequest {
            session: session(),
            text: answer,
            language: "en-US".to_owned(),
            speech: reply.into(),
            audio_url: None,
        })
        .await
        .unwrap();
    for shape in [MouthShape::Closed, MouthShape::Slight, MouthShape::Open, MouthShape::Wide, MouthShape::Teeth] {
        let times = animation.visemes.iter().filter(|viseme| viseme.shape == shape).count();
        assert!(times >= 3, "{shape:?} only {times} times in {seconds} s of speech");
    }
}

#[tokio::test]
async fn espeak_keeps_the_contract_of_a_voice() {
    let Some(voice) = EspeakSpeaker::available().await else {
        return skipped("espeak-ng is not installed");
    };
    ports::contract::text_to_speech::suite(async || voice.clone()).await;
}

#[tokio::test]
async fn espeak_speaks_every_language_that_ships() {
    let Some(voice) = EspeakSpeaker::available().await else {
        return skipped("espeak-ng is not installed");
    };
    for scenario in shipped() {
        let request = SpeechRequest {
            session: session(),
            text: scenario.opening.clone(),
            language: scenario.language.clone(),
            voice: scenario.persona.voice.clone(),
        };
        let mut stream = voice.speak(request).await.unwrap();
        let Some(Ok(SpeechPiece::Audio(samples))) = stream.next().await else {
            panic!("{} is silent", scenario.id);
        };
        assert!(samples.len() > SPEECH_RATE as usize, "{}", scenario.id);
    }
}
