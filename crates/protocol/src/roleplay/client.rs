//! What a client sends, field by field. Unknown fields are ignored: a newer client may say more.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use ts_rs::TS;

/// `start-session`: begins a session, or comes back to one.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct StartSession {
    pub session_id: String,
    /// Required for a session that does not exist yet.
    pub scenario_id: Option<String>,
    /// BCP 47, such as `en-US`, `zh-CN`, `nan-TW`.
    pub language: Option<String>,
    pub voice: Option<String>,
    pub turn_detection: Option<TurnDetectionWish>,
    pub thresholds: Option<Thresholds>,
    pub audio: Option<AudioFormat>,
    pub speech: Option<SpeechFormat>,
    /// Replays what was told after this `eventSeq`.
    pub resume_from: Option<u64>,
    pub barge_in: Option<bool>,
    pub practice: Option<Practice>,
}

impl StartSession {
    /// A client of the old contract sends none of the fields that Repartee added.
    pub(super) fn is_extended(&self) -> bool {
        let Self {
            session_id: _,
            scenario_id: _,
            language,
            voice,
            turn_detection,
            thresholds,
            audio,
            speech,
            resume_from,
            barge_in,
            practice,
        } = self;
        language.is_some()
            || voice.is_some()
            || turn_detection.is_some()
            || thresholds.is_some()
            || audio.is_some()
            || speech.is_some()
            || resume_from.is_some()
            || barge_in.is_some()
            || practice.is_some()
    }
}

/// Who says that a user turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TurnDetectionWish {
    /// Every full segment is a turn, as in the old contract.
    Threshold,
    /// The client, with `end-turn`.
    Manual,
    /// The server hears when somebody begins and stops to speak.
    Vad,
}

/// When a segment of audio is full; within the server's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Thresholds {
    pub bytes: Option<u64>,
    pub silence_ms: Option<u64>,
    /// With `vad`: a user who is silent for so long has said all, give or take what the words suggest.
    pub end_of_turn_ms: Option<u64>,
}

/// What the client's audio is. The bytes themselves decide where they say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct AudioFormat {
    pub mime_type: Option<String>,
    pub sample_rate: Option<u32>,
    pub channels: Option<u8>,
    /// The server may send binary attachments.
    pub binary: Option<bool>,
    /// Whether the loudspeaker is kept out of the microphone. Where nobody says, the server finds out.
    pub echo_cancellation: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct SpeechFormat {
    pub enabled: bool,
    pub codec: Option<SpeechCodec>,
    pub sample_rate: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum SpeechCodec {
    Pcm16,
    Opus,
}

/// Whether a coach may read the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Practice {
    Private,
    Shared,
}

/// `audio-chunk`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AudioChunkIn<'a> {
    #[serde(borrow)]
    pub(super) session_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) audio_data: AudioData<'a>,
    pub(super) seq: Option<u64>,
    #[serde(borrow, default)]
    pub(super) mime_type: Option<Cow<'a, str>>,
}

/// `transcription`, from a client that recognises speech itself or lets people type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TranscriptionIn {
    pub(super) session_id: String,
    pub(super) text: String,
    pub(super) is_final: bool,
    pub(super) confidence: Option<f32>,
    /// The client's own; what comes again with it was taken already.
    pub(super) id: Option<String>,
}

/// `playback-progress`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaybackIn {
    pub(super) session_id: String,
    pub(super) turn_id: String,
    pub(super) played_ms: f64,
    #[serde(default)]
    pub(super) done: bool,
}

/// `set-language`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LanguageIn {
    pub(super) session_id: String,
    pub(super) language: String,
    pub(super) voice: Option<String>,
}

/// `observe-session`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ObserveIn {
    pub(super) session_id: String,
    pub(super) from_event_seq: Option<u64>,
}

/// `coach-hint`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HintIn {
    pub(super) session_id: String,
    pub(super) text: String,
}

/// `interrupt`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InterruptIn {
    pub(super) session_id: String,
    pub(super) turn_id: Option<String>,
    pub(super) played_ms: Option<f64>,
}

/// Every event that names only its session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionIn {
    pub(super) session_id: String,
}

/// `ping`
#[derive(Debug, Default, Deserialize)]
pub(super) struct PingIn {
    pub(super) t: Option<f64>,
}

/// Base64 text, or where the binary attachment is.
#[derive(Debug)]
pub(super) enum AudioData<'a> {
    Text(Cow<'a, str>),
    Attachment(usize),
}

impl<'de: 'a, 'a> Deserialize<'de> for AudioData<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AudioDataVisitor;

        impl<'de> Visitor<'de> for AudioDataVisitor {
            type Value = AudioData<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("base64 text or a binary attachment")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(AudioData::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(AudioData::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut number, mut is_placeholder) = (None, false);
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match key.as_ref() {
                        "_placeholder" => is_placeholder = map.next_value()?,
                        "num" => number = Some(map.next_value()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                match number {
                    Some(number) if is_placeholder => Ok(AudioData::Attachment(number)),
                    _ => Err(A::Error::custom("invalid type: map, expected base64 text or a binary attachment")),
                }
            }
        }

        deserializer.deserialize_any(AudioDataVisitor)
    }
}
