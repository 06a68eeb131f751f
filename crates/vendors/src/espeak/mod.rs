//! espeak-ng, a small robotic voice for many languages that Linux distributions package.

use std::time::Duration;

use async_trait::async_trait;
use ports::{Provider, ProviderError, SpeechRequest, SpeechStream, TextToSpeech};

use crate::command::{CommandSpeaker, Limits, run};

/// Speaks with espeak-ng.
#[derive(Debug, Clone)]
pub struct EspeakSpeaker {
    command: CommandSpeaker,
    /// The languages it has, in lower case, such as `en-us` and `cmn`.
    languages: Vec<String>,
}

const PROBE: Limits = Limits { time: Duration::from_secs(30), output: 256 * 1024 };
const TIMEOUT: Duration = Duration::from_secs(15);

impl EspeakSpeaker {
    /// `None` where espeak-ng is not installed. Asks once; keep the answer.
    pub async fn available() -> Option<Self> {
        let list = run("espeak-ng --voices", Vec::new(), PROBE).await.ok()?;
        let languages: Vec<String> = languages(&String::from_utf8_lossy(&list));
        let command = "espeak-ng --stdin --stdout -v {voice}";
        let command = CommandSpeaker::named("espeak-ng", command, TIMEOUT);
        (!languages.is_empty()).then_some(Self { command, languages })
    }

    /// The voice that was asked for if there is one like that, or else one for the language.
    fn voice(&self, request: &SpeechRequest) -> String {
        let language = request.language.to_lowercase();
        let primary = language.split('-').next().unwrap_or_default();
        let spoken_as = match primary {
            "zh" => "cmn",
            // Taiwanese readers understand Mandarin sounds better than English ones.
            "nan" | "hak" | "yue" if !self.has(primary) => "cmn",
            other => other,
        };
        let regional = |voice: &&String| voice.split('-').next() == Some(spoken_as);
        let wanted = request.voice.as_ref().map(|voice| voice.to_lowercase()).filter(|voice| self.has(voice));
        wanted
            .or_else(|| self.has(&language).then(|| language.clone()))
            .or_else(|| self.has(spoken_as).then(|| spoken_as.to_owned()))
            .or_else(|| (primary != "en").then(|| self.languages.iter().find(regional).cloned()).flatten())
            .unwrap_or_else(|| "en-us".to_owned())
    }

    fn has(&self, language: &str) -> bool {
        self.languages.iter().any(|known| known == language)
    }
}

#[async_trait]
impl TextToSpeech for EspeakSpeaker {
    fn provider(&self) -> Provider {
        self.command.provider()
    }

    async fn speak(&self, request: SpeechRequest) -> Result<SpeechStream, ProviderError> {
        let voice = Some(self.voice(&request));
        self.command.speak(SpeechRequest { voice, ..request }).await
    }
}

/// The second column of its table of voices.
fn languages(table: &str) -> Vec<String> {
    let rows = table.lines().skip(1);
    rows.filter_map(|row| row.split_whitespace().nth(1)).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use ports::SessionId;

    use super::*;

    const TABLE: &str = "Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  cmn             --/M      Chinese_(Mandarin)  sit/cmn              (zh-cmn 5)(zh 5)
 5  en-029          --/M      English_(Caribbean) gmw/en-029           (en 10)
 2  en-gb           --/M      English_(GB)        gmw/en               (en 2)
 2  en-us           --/M      English_(America)   gmw/en-US            (en 3)
 5  fr-fr           --/M      French_(France)     roa/fr               (fr 5)
";

    fn voice(table: &str, language: &str, voice: Option<&str>) -> String {
        let espeak =
            EspeakSpeaker { command: CommandSpeaker::named("espeak-ng", "", TIMEOUT), languages: languages(table) };
        espeak.voice(&SpeechRequest {
            session: SessionId::parse("s").unwrap(),
            text: String::new(),
            language: language.to_owned(),
            voice: voice.map(str::to_owned),
        })
    }

    #[test]
    fn every_language_gets_the_nearest_voice_there_is() {
        for (language, expected) in [
            ("en-US", "en-us"),
            ("en-GB", "en-gb"),
            ("en-AU", "en-us"),
            ("zh-CN", "cmn"),
            ("zh-TW", "cmn"),
            ("nan-TW", "cmn"),
            ("fr-CA", "fr-fr"),
            ("xx", "en-us"),
        ] {
            assert_eq!(voice(TABLE, language, None), expected, "{language}");
        }
        let with_nan = TABLE.replace(" cmn ", " nan ");
        assert_eq!(voice(&with_nan, "nan-TW", None), "nan");
    }

    #[test]
    fn a_voice_of_another_provider_is_passed_over() {
        assert_eq!(voice(TABLE, "en-US", Some("alloy; reboot")), "en-us");
        assert_eq!(voice(TABLE, "en-US", Some("en-GB")), "en-gb");
    }
}
