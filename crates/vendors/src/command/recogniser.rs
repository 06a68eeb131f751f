use std::time::Duration;

use async_trait::async_trait;
use ports::{Fault, Provider, ProviderError, SpeechToText, Transcription, TranscriptionRequest};

use super::{Limits, fill, run};

/// Lets a command hear: it gets the utterance as 16 kHz mono WAV and writes the text.
#[derive(Debug, Clone)]
pub struct CommandRecogniser {
    command: String,
    timeout: Duration,
}

const MAX_TEXT_BYTES: usize = 64 * 1024;

impl CommandRecogniser {
    /// `{wav}` in the command is the path of the WAV file; without it the file comes on the standard input.
    /// `{language}` is the BCP 47 tag.
    pub const PLACEHOLDERS: [&str; 2] = ["{wav}", "{language}"];

    pub fn new(command: impl Into<String>, timeout: Duration) -> Self {
        Self { command: command.into(), timeout }
    }
}

#[async_trait]
impl SpeechToText for CommandRecogniser {
    fn provider(&self) -> Provider {
        Provider::real("command")
    }

    async fn transcribe(&self, request: TranscriptionRequest) -> Result<Transcription, ProviderError> {
        let samples = request.utterance.source.samples().await?;
        if samples.is_empty() {
            return Ok(Transcription { text: String::new(), confidence: None, language: None });
        }
        let limits = Limits { time: self.timeout, output: MAX_TEXT_BYTES };
        let [in_file, in_language] = Self::PLACEHOLDERS;
        let wav = audio::wav::encode(&samples, 16_000);
        let output = if self.command.contains(in_file) {
            let folder = tempfile::tempdir().map_err(no_file)?;
            let path = folder.path().join("utterance.wav");
            tokio::fs::write(&path, wav).await.map_err(no_file)?;
            let values = [(in_file, &*path.to_string_lossy()), (in_language, &request.language)];
            run(&fill(&self.command, &values), Vec::new(), limits).await
        } else {
            run(&fill(&self.command, &[(in_language, &request.language)]), wav, limits).await
        };
        let output = output.map_err(|failure| failure.of("command"))?;
        let text = String::from_utf8(output)
            .map_err(|_| ProviderError::new(Fault::Garbled, "command", "the text is not UTF-8"))?;
        Ok(Transcription {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            confidence: None,
            language: None,
        })
    }
}

pub(super) fn no_file(error: std::io::Error) -> ProviderError {
    ProviderError::new(Fault::Unavailable, "command", format!("no temporary file: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::{SessionId, Utterance, UtteranceSource, scenario_file::shipped};

    use super::*;

    struct Beep;

    #[async_trait]
    impl UtteranceSource for Beep {
        async fn samples(&self) -> Result<Vec<i16>, ProviderError> {
            Ok(vec![8, 9, 10])
        }
    }

    async fn hear(command: &str) -> Result<Transcription, ProviderError> {
        let request = TranscriptionRequest {
            session: SessionId::parse("s").unwrap(),
            turn: 1,
            language: "nan-TW".to_owned(),
            scenario: Arc::new(shipped().swap_remove(0)),
            utterance: Utterance { duration: Duration::from_secs(1), source: Arc::new(Beep) },
        };
        CommandRecogniser::new(command, Duration::from_secs(60)).transcribe(request).await
    }

    #[tokio::test]
    async fn the_utterance_comes_as_a_file_or_on_the_standard_input() {
        for command in ["wc -c < {wav}", "wc -c"] {
            assert_eq!(hear(command).await.unwrap().text, "50");
        }
    }

    #[tokio::test]
    async fn what_the_command_writes_is_the_text_on_one_line() {
        let heard = hear("printf ' 你好\\n {language} \\n\\n'; echo noise >&2").await.unwrap();
        assert_eq!(heard.text, "你好 nan-TW");
        assert_eq!(hear("true").await.unwrap().text, "");
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let recogniser = || CommandRecogniser::new("echo heard", Duration::from_secs(60));
        ports::contract::speech_to_text::suite(async || recogniser()).await;
    }

    #[tokio::test]
    async fn no_file_is_left_behind() {
        let path = hear("echo {wav}").await.unwrap().text;
        assert!(path.ends_with("utterance.wav"), "{path}");
        assert!(!std::path::Path::new(&path).exists());
    }

    #[tokio::test]
    async fn text_that_is_no_text_or_too_much_is_garbled() {
        assert_eq!(hear(r"printf '\377\376'").await.unwrap_err().fault, Fault::Garbled);
        assert_eq!(hear("yes").await.unwrap_err().fault, Fault::Garbled);
    }
}
