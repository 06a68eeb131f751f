use audio::SpeechCodec;
use session::{Cutting, Endpointing, Manner, Speech, TurnDetection};

/// How a client would like to converse; what it does not say stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
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
    pub(crate) fn applied_to(self, manner: Manner, there_is_a_voice: bool) -> Manner {
        let speech = self.speech.unwrap_or(manner.speech);
        Manner {
            detection: self.detection.unwrap_or(manner.detection),
            cutting: self.cutting.unwrap_or(manner.cutting),
            endpointing: self.endpointing.unwrap_or(manner.endpointing),
            barge_in: self.barge_in.unwrap_or(manner.barge_in),
            speech: if there_is_a_voice { speech } else { Speech::Mute },
        }
    }
}
