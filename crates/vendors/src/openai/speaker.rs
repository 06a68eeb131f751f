use async_trait::async_trait;
use futures_util::stream;
use ports::{Provider, ProviderError, SpeechPiece, SpeechRequest, SpeechStream, TextToSpeech};
use serde_json::json;

use super::{
    PROVIDER,
    connection::{Answer, Connection, Endpoint, garbled},
};
use crate::speech::{BadSpeech, SpeechDecoder};

/// Speaks through a server, playing while it is still being made.
pub struct Speaker {
    connection: Connection,
    model: String,
    voice: String,
}

impl Speaker {
    /// `voice` is the one for requests that name none.
    pub fn new(endpoint: Endpoint, model: impl Into<String>, voice: impl Into<String>) -> Result<Self, ProviderError> {
        Ok(Self { connection: Connection::new(endpoint)?, model: model.into(), voice: voice.into() })
    }
}

#[async_trait]
impl TextToSpeech for Speaker {
    fn provider(&self) -> Provider {
        Provider::real(PROVIDER)
    }

    async fn speak(&self, request: SpeechRequest) -> Result<SpeechStream, ProviderError> {
        let text = request.text.trim();
        if !text.chars().any(char::is_alphanumeric) {
            return Ok(Box::pin(stream::empty()));
        }
        let body = json!({
            "model": self.model,
            "input": text,
            "voice": request.voice.as_ref().unwrap_or(&self.voice),
            "response_format": "pcm",
        });
        let answer = self.connection.post("/audio/speech", |request| request.json(&body)).await?;
        let media_type = answer.media_type();
        let compressed = ["mpeg", "mp3", "ogg", "opus", "aac", "flac"].iter().any(|kind| media_type.contains(kind));
        if compressed || media_type.ends_with("json") || media_type.starts_with("text/") {
            return Err(garbled(&format!("the speech came as {media_type}: pcm or wav is needed")));
        }
        let speech = Speech { answer, decoder: Some(SpeechDecoder::sniffing()) };
        Ok(Box::pin(stream::try_unfold(speech, |mut speech| async move {
            Ok(speech.next().await?.map(|samples| (SpeechPiece::Audio(samples), speech)))
        })))
    }
}

struct Speech {
    answer: Answer,
    decoder: Option<SpeechDecoder>,
}

impl Speech {
    async fn next(&mut self) -> Result<Option<Vec<i16>>, ProviderError> {
        let unusable = |bad: BadSpeech| garbled(&bad.to_string());
        while let Some(decoder) = &mut self.decoder {
            let samples = match self.answer.next().await? {
                Some(bytes) => decoder.push(&bytes).map_err(unusable)?,
                None => match self.decoder.take() {
                    Some(decoder) => decoder.finish().map_err(unusable)?,
                    None => Vec::new(),
                },
            };
            if !samples.is_empty() {
                return Ok(Some(samples));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use ports::{Fault, SessionId};
    use serde_json::Value;

    use super::*;
    use crate::openai::scripted_server::{ScriptedServer, chunked, http};

    async fn say(server: &ScriptedServer, text: &str, voice: Option<&str>) -> Result<Vec<i16>, ProviderError> {
        let request = SpeechRequest {
            session: SessionId::parse("s").unwrap(),
            text: text.to_owned(),
            language: "en-US".to_owned(),
            voice: voice.map(str::to_owned),
        };
        let speaker = Speaker::new(server.endpoint(), "tts-1", "alloy").unwrap();
        let mut stream = speaker.speak(request).await?;
        let mut samples = Vec::new();
        while let Some(piece) = stream.next().await {
            match piece? {
                SpeechPiece::Audio(audio) => samples.extend(audio),
                SpeechPiece::Word { .. } => panic!("a word mark out of nowhere"),
            }
        }
        Ok(samples)
    }

    #[tokio::test]
    async fn samples_that_are_cut_in_half_are_put_together() {
        let samples: Vec<i16> = (0..100).map(|n| n * 300 - 15_000).collect();
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for size in [1, 3, 7, 200] {
            let body: Vec<&[u8]> = bytes.chunks(size).collect();
            let server = ScriptedServer::answering([chunked("audio/pcm", &body)]).await;
            assert_eq!(say(&server, " Hello ", None).await.unwrap(), samples);
            let body: Value = serde_json::from_slice(&server.next_request().await.body).unwrap();
            assert_eq!(body, json!({"model":"tts-1","input":"Hello","voice":"alloy","response_format":"pcm"}));
        }
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let second = [0_u8, 16].repeat(24_000);
        let script = || chunked("audio/pcm", &[&second[..777], &second[777..]]);
        let server = ScriptedServer::answering(std::iter::repeat_with(script).take(9)).await;
        let speaker = async || Speaker::new(server.endpoint(), "tts-1", "alloy").unwrap();
        ports::contract::text_to_speech::suite(speaker).await;
    }

    #[tokio::test]
    async fn a_server_that_only_knows_wav_is_understood() {
        let wav = audio::wav::encode(&[700; 22_050], 22_050);
        let server = ScriptedServer::answering([chunked("audio/wav", &[&wav[..50], &wav[50..999], &wav[999..]])]).await;
        let samples = say(&server, "Hello", Some("nova")).await.unwrap();
        assert_eq!(samples.len(), 24_000);
        assert_eq!(samples[12_000], 700);
        let body: Value = serde_json::from_slice(&server.next_request().await.body).unwrap();
        assert_eq!(body["voice"], "nova");
    }

    #[tokio::test]
    async fn compressed_sound_and_errors_are_not_played_as_noise() {
        for media_type in ["audio/mpeg", "application/json; charset=utf-8", "text/html"] {
            let server = ScriptedServer::answering([http(200, media_type, "xxxxxxxx")]).await;
            assert_eq!(say(&server, "Hello", None).await.unwrap_err().fault, Fault::Garbled, "{media_type}");
        }
    }

    #[tokio::test]
    async fn nothing_to_say_asks_nobody() {
        let server = ScriptedServer::answering([]).await;
        assert!(say(&server, " …", None).await.unwrap().is_empty());
    }
}
