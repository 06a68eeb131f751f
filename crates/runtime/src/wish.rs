use audio::SpeechCodec;
use session::{Cutting, Endpointing, Manner, Speech, TurnDetection};

/// How a client would like to converse; what it does not say stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    pub language: Option<String>,
    pub voice: Option<String>,
    pub detection: Option<TurnDetection>,
    pub cutting: Option<Cutting>,
    pub endpointing: Option<Endpointing>,
    pub barge_in: Option<bool>,
    pub speech: Option<Speech>,
    /// Of streamed speech.
    pub codec: Option<SpeechCodec>,
    /// The client keeps its loudspeaker out of its microphone.
    pub echo_is_cancelled: Option<bool>,
}

impl Wish {
    pub(crate) fn applied_to(&self, manner: Manner, there_is_a_voice: bool) -> Manner {
        let speech = self.speech.unwrap_or(manner.speech);
        Manner {
            detection: self.detection.unwrap_or(manner.detection),
            cutting: self.cutting.unwrap_or(manner.cutting),
            endpointing: self.endpointing.unwrap_or(manner.endpointing),
            barge_in: self.barge_in.unwrap_or(manner.barge_in),
            speech: if there_is_a_voice { speech } else { Speech::Mute },
        }
    }

    /// Language and voice where they become others. A voice may not know another language, so it is not taken along.
    pub(crate) fn another_tongue(&self, language: &str, voice: Option<&str>) -> Option<(String, Option<String>)> {
        let wished = self.language.as_deref().unwrap_or(language);
        let of_same = voice.filter(|_| wished == language);
        let wished_voice = self.voice.as_deref().or(of_same);
        let is_another = (wished, wished_voice) != (language, voice);
        is_another.then(|| (wished.to_owned(), wished_voice.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(language: Option<&str>, voice: Option<&str>) -> Wish {
        Wish { language: language.map(str::to_owned), voice: voice.map(str::to_owned), ..Wish::default() }
    }

    #[test]
    fn language_and_voice_change_as_far_as_they_are_named() {
        let becomes = |wish: Wish| wish.another_tongue("en", Some("mary"));
        assert_eq!(becomes(Wish::default()), None);
        assert_eq!(becomes(wish(Some("en"), None)), None);
        assert_eq!(becomes(wish(None, Some("john"))), Some(("en".to_owned(), Some("john".to_owned()))));
        assert_eq!(becomes(wish(Some("zh-CN"), None)), Some(("zh-CN".to_owned(), None)));
        assert_eq!(becomes(wish(Some("zh-CN"), Some("li"))), Some(("zh-CN".to_owned(), Some("li".to_owned()))));
    }
}
