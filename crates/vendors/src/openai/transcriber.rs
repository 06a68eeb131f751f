use async_trait::async_trait;
use bytes::Bytes;
use ports::{Provider, ProviderError, SpeechToText, Transcription, TranscriptionRequest};
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::Value;

use super::{
    PROVIDER,
    connection::{Connection, Endpoint, error_in, garbled},
};

/// Has whole utterances transcribed.
pub struct Transcriber {
    connection: Connection,
    model: String,
}

const RATE: u32 = 16_000;
/// Servers refuse less than a tenth of a second.
const SHORTEST: usize = RATE as usize / 10;

impl Transcriber {
    pub fn new(endpoint: Endpoint, model: impl Into<String>) -> Result<Self, ProviderError> {
        Ok(Self { connection: Connection::new(endpoint)?, model: model.into() })
    }

    fn form(&self, wav: Bytes, language: Option<&str>) -> Form {
        let length = wav.len() as u64;
        let file = Part::stream_with_length(wav, length).file_name("utterance.wav");
        let file = file.mime_str("audio/wav").expect("audio/wav is a media type");
        let form = Form::new().text("model", self.model.clone()).text("response_format", "json").part("file", file);
        match language {
            Some(language) => form.text("language", language.to_owned()),
            None => form,
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    language: Option<String>,
}

#[async_trait]
impl SpeechToText for Transcriber {
    fn provider(&self) -> Provider {
        Provider::real(PROVIDER)
    }

    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
        let samples = request.utterance.source.samples().await?;
        if samples.len() < SHORTEST {
            return Ok(Transcription { text: String::new(), confidence: None, language: None });
        }
        let wav = Bytes::from(audio::wav::encode(&samples, RATE));
        let language = two_letters(&request.language);
        let fill = |builder: reqwest::RequestBuilder| builder.multipart(self.form(wav.clone(), language.as_deref()));
        let body = self.connection.post("/audio/transcriptions", fill).await?.whole().await?;
        let value: Value = serde_json::from_slice(&body).map_err(|_| garbled("the transcription is not JSON"))?;
        if let Some(error) = error_in(&value) {
            return Err(error);
        }
        let answer: Answer =
            serde_json::from_value(value).map_err(|_| garbled("the transcription has another shape"))?;
        Ok(Transcription { text: answer.text.trim().to_owned(), confidence: None, language: answer.language })
    }
}

/// ISO 639-1, which has no code for the Chinese languages other than Mandarin.
fn two_letters(tag: &str) -> Option<String> {
    let primary = tag.split('-').next().unwrap_or_default().to_lowercase();
    match primary.as_str() {
        "nan" | "yue" | "cmn" | "hak" | "wuu" => Some("zh".to_owned()),
        two if two.len() == 2 => Some(primary),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use ports::{Fault, SessionId, Utterance, UtteranceSource, scenario_file::shipped};

    use super::*;
    use crate::openai::scripted_server::{ScriptedServer, http};

    struct Samples(usize);

    #[async_trait]
    impl UtteranceSource for Samples {
        async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
            Ok(vec![258; self.0])
        }
    }

    async fn hear(server: &ScriptedServer, samples: usize, language: &str) -> Result<Transcription, ProviderError> {
        let request = TranscriptionRequest {
            session: SessionId::parse("s").unwrap(),
            turn: 1,
            language: language.to_owned(),
            scenario: Arc::new(shipped().swap_remove(0)),
            utterance: Utterance { duration: Duration::from_secs(1), source: Arc::new(Samples(samples)) },
        };
        Transcriber::new(server.endpoint(), "whisper-1").unwrap().transcribe(request).await
    }

    #[tokio::test]
    async fn the_utterance_is_sent_as_a_wav_with_a_name() {
        let server =
            ScriptedServer::answering([http(200, "application/json", r#"{"text":" 你好。 ","usage":{}}"#)]).await;
        let heard = hear(&server, 16_000, "nan-TW").await.unwrap();
        assert_eq!(heard.text, "你好。");
        let request = server.next_request().await;
        assert!(request.head.starts_with("POST /v1/audio/transcriptions HTTP/1.1"), "{}", request.head);
        assert!(request.head.contains("authorization: Bearer sk-secret"), "{}", request.head);
        let body = String::from_utf8_lossy(&request.body).into_owned();
        for part in
            ["filename=\"utterance.wav\"", "Content-Type: audio/wav", "whisper-1", "name=\"language\"\r\n\r\nzh\r\n"]
        {
            assert!(body.contains(part), "{part} is missing in {}", &body[..400]);
        }
        assert_eq!(request.body.windows(2).filter(|pair| *pair == [2, 1]).count(), 16_000);
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let server = ScriptedServer::answering([]).await;
        let transcriber = async || Transcriber::new(server.endpoint(), "whisper-1").unwrap();
        ports::contract::speech_to_text::suite(transcriber).await;
    }

    #[tokio::test]
    async fn a_click_is_heard_as_nothing_without_asking() {
        let server = ScriptedServer::answering([]).await;
        assert_eq!(hear(&server, 1_599, "en-US").await.unwrap().text, "");
    }

    #[tokio::test]
    async fn an_answer_that_is_none_is_garbled() {
        for body in ["<html>", "{}", "{\"text\":null}"] {
            let server = ScriptedServer::answering([http(200, "text/html", body)]).await;
            assert_eq!(hear(&server, 16_000, "en-US").await.unwrap_err().fault, Fault::Garbled, "{body}");
        }
    }

    #[test]
    fn languages_become_two_letters_where_there_are_two() {
        assert_eq!(two_letters("en-US").as_deref(), Some("en"));
        assert_eq!(two_letters("yue-HK").as_deref(), Some("zh"));
        assert_eq!(two_letters("tlh"), None);
    }
}
