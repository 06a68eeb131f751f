use std::{io, path::Path, time::Duration};

use async_trait::async_trait;
use futures_util::stream;
use ports::{Fault, Provider, ProviderError, SpeechPiece, SpeechRequest, SpeechStream, TextToSpeech};
use tokio::io::AsyncReadExt;

use super::{Limits, fill, recogniser::no_file, run};
use crate::speech::{MAX_SPEECH_BYTES, SpeechDecoder};

/// Lets a command speak: it gets the text and makes a WAV.
#[derive(Debug, Clone)]
pub struct CommandSpeaker {
    provider: Provider,
    command: String,
    timeout: Duration,
}

impl CommandSpeaker {
    /// The text comes as the file `{text_file}`, or else on the standard input; the WAV goes into the file `{wav}`,
    /// or else to the standard output. `{language}` is the BCP 47 tag and `{voice}` the voice, empty where none was asked for.
    pub const PLACEHOLDERS: [&str; 4] = ["{text_file}", "{wav}", "{language}", "{voice}"];

    pub fn new(command: impl Into<String>, timeout: Duration) -> Self {
        Self { provider: Provider::real("command"), command: command.into(), timeout }
    }

    /// The same under another name, for a program that we know.
    pub(crate) fn named(name: &str, command: impl Into<String>, timeout: Duration) -> Self {
        Self { provider: Provider::real(name), ..Self::new(command, timeout) }
    }

    async fn wav(&self, request: &SpeechRequest) -> Result<Vec<u8>, ProviderError> {
        let folder = tempfile::tempdir().map_err(no_file)?;
        let (text_file, wav_file) = (folder.path().join("text.txt"), folder.path().join("speech.wav"));
        let text = request.text.trim();
        let [from_file, to_file, in_language, in_voice] = Self::PLACEHOLDERS;
        let input = if self.command.contains(from_file) {
            tokio::fs::write(&text_file, text).await.map_err(no_file)?;
            Vec::new()
        } else {
            text.as_bytes().to_vec()
        };
        let values = [
            (from_file, &*text_file.to_string_lossy()),
            (to_file, &*wav_file.to_string_lossy()),
            (in_language, &request.language),
            (in_voice, request.voice.as_deref().unwrap_or_default()),
        ];
        let limits = Limits { time: self.timeout, output: MAX_SPEECH_BYTES };
        let output = run(&fill(&self.command, &values), input, limits).await;
        let output = output.map_err(|failure| failure.of(&self.provider.name))?;
        if self.command.contains(to_file) {
            return read_bounded(&wav_file)
                .await
                .map_err(|error| self.garbled(format!("the command made no WAV file: {error}")));
        }
        Ok(output)
    }

    fn garbled(&self, detail: String) -> ProviderError {
        ProviderError::new(Fault::Garbled, &self.provider.name, detail)
    }
}

#[async_trait]
impl TextToSpeech for CommandSpeaker {
    fn provider(&self) -> Provider {
        self.provider.clone()
    }

    async fn speak(&self, request: SpeechRequest) -> Result<SpeechStream, ProviderError> {
        if !request.text.chars().any(char::is_alphanumeric) {
            return Ok(Box::pin(stream::empty()));
        }
        let wav = self.wav(&request).await?;
        let mut decoder = SpeechDecoder::wav();
        let mut samples = decoder.push(&wav).map_err(|bad| self.garbled(bad.to_string()))?;
        samples.extend(decoder.finish().map_err(|bad| self.garbled(bad.to_string()))?);
        Ok(Box::pin(stream::iter([Ok(SpeechPiece::Audio(samples))])))
    }
}

async fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut wav = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    // One byte too many is enough for the decoder to refuse it.
    file.take(MAX_SPEECH_BYTES as u64 + 1).read_to_end(&mut wav).await?;
    Ok(wav)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use ports::SessionId;

    use super::*;

    async fn say(command: &str, text: &str) -> Result<Vec<i16>, ProviderError> {
        let request = SpeechRequest {
            session: SessionId::parse("s").unwrap(),
            text: text.to_owned(),
            language: "en-US".to_owned(),
            voice: Some("al'to".to_owned()),
        };
        let mut stream = CommandSpeaker::new(command, Duration::from_secs(60)).speak(request).await?;
        let mut samples = Vec::new();
        while let Some(piece) = stream.next().await {
            if let SpeechPiece::Audio(audio) = piece? {
                samples.extend(audio);
            }
        }
        Ok(samples)
    }

    /// A command whose speech is a fixed WAV, if it was asked in the right way.
    fn fixed(folder: &tempfile::TempDir, samples: &[i16], rate: u32) -> String {
        let path = folder.path().join("fixed.wav");
        std::fs::write(&path, audio::wav::encode(samples, rate)).unwrap();
        path.display().to_string()
    }

    #[tokio::test]
    async fn text_and_speech_travel_by_pipe_or_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let fixed = fixed(&folder, &[5, -6, 7], 24_000);
        for command in [
            format!("test \"$(cat)\" = 'hi there' && cat {fixed}"),
            format!("test \"$(cat {{text_file}})\" = 'hi there' && cp {fixed} {{wav}}"),
            format!("test {{voice}}{{language}} = \"al'toen-US\" && cat {fixed}"),
        ] {
            assert_eq!(say(&command, " hi there ").await.unwrap(), [5, -6, 7], "{command}");
        }
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let command = format!("cat {}", fixed(&folder, &[2000; 12_000], 24_000));
        let speaker = || CommandSpeaker::new(command.clone(), Duration::from_secs(60));
        ports::contract::text_to_speech::suite(async || speaker()).await;
    }

    #[tokio::test]
    async fn speech_of_another_rate_is_brought_to_ours() {
        let folder = tempfile::tempdir().unwrap();
        let fixed = fixed(&folder, &[500; 8_000], 16_000);
        assert_eq!(say(&format!("cat {fixed}"), "hi").await.unwrap().len(), 12_000);
    }

    #[tokio::test]
    async fn nothing_to_say_starts_no_command() {
        assert!(say("exit 1", " … ").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn something_else_than_speech_is_garbled() {
        for command in ["echo hello", "true", "true {wav}"] {
            assert_eq!(say(command, "hi").await.unwrap_err().fault, Fault::Garbled, "{command}");
        }
    }
}
