//! What a client is told of a live conversation: whose voice is heard, and how long things took.

use serde::{Serialize, Serializer};
use ts_rs::TS;

use super::{client::SpeechCodec, server::Head};

/// `speech-started`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpeechStarted<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    /// In the audio that the client sent.
    pub at_ms: u64,
}

/// `speech-stopped`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpeechStopped<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub at_ms: u64,
    /// The persona takes the floor.
    pub end_of_turn: bool,
}

/// `audio-frame`: a piece of the persona's voice. 0, 1, 2 ... in a turn, without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioFrame<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    pub frame: u32,
    pub codec: SpeechCodec,
    pub sample_rate: u32,
    pub duration_ms: u64,
    #[ts(type = "string | ArrayBuffer | Uint8Array")]
    pub audio_data: FrameData<'a>,
    /// What is being said, with the first frame of each stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<&'a str>,
}

/// A binary attachment for a client that takes one, base64 text for others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrameData<'a> {
    Binary(&'a [u8]),
    Text(&'a [u8]),
}

impl Serialize for FrameData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Binary(bytes) => serializer.serialize_bytes(bytes),
            Self::Text(bytes) => serializer.serialize_str(&base64_simd::STANDARD.encode_to_string(bytes)),
        }
    }
}

/// `audio-end`
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioEnd<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    pub frames: u32,
    pub duration_ms: u64,
}

/// `turn-latency`: where the time went between the user's last word and the persona's first. The parts add up to `totalMs`.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TurnLatency<'a> {
    #[serde(flatten)]
    pub head: Head<'a>,
    pub turn_id: String,
    /// From the last word until it was decided that it was the last.
    pub end_of_speech_ms: u64,
    pub stored_ms: u64,
    pub transcribed_ms: u64,
    pub first_token_ms: u64,
    pub first_sentence_ms: u64,
    /// Of speech, at the server.
    pub first_audio_ms: u64,
    /// From there until the client played it; 0 where it does not say.
    pub played_ms: u64,
    pub total_ms: u64,
    pub unaccounted_ms: u64,
}
