use serde::{Deserialize, Serialize};

use crate::{AudioError, aac::AacConfig, opus::OpusHead, wav::Pcm};

/// Where a container's parser puts what it finds, in the order of the stream.
pub(crate) trait Sink {
    /// A new stream, or after [`Origin`] the rest of one.
    fn begin(&mut self, codec: Codec, origin: Origin);
    /// One packet of Opus or AAC, or any number of whole PCM frames.
    fn packet(&mut self, bytes: &[u8]);
    /// Something was left out; parsing goes on.
    fn problem(&mut self, problem: AudioError);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Codec {
    Opus(OpusHead),
    Aac(AacConfig),
    Pcm(Pcm),
}

/// Where in a longer stream a stored segment begins, so that the next one can be decoded without a seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) stream: u32,
    /// Samples per channel at the codec's rate.
    pub(crate) position: u64,
}

impl Codec {
    /// Positions and durations count at this rate.
    pub(crate) fn rate(self) -> u32 {
        match self {
            Self::Opus(_) => crate::opus::RATE,
            Self::Aac(config) => config.rate(),
            Self::Pcm(pcm) => pcm.rate,
        }
    }

    /// Samples per channel in a packet, or why it is not one.
    pub(crate) fn samples_of(self, packet: &[u8]) -> Result<u64, AudioError> {
        match self {
            Self::Opus(_) => {
                crate::opus::duration(packet).map(u64::from).ok_or(AudioError::BadPacket { codec: "Opus" })
            }
            Self::Aac(_) if packet.is_empty() || packet.len() > crate::aac::MAX_FRAME => {
                Err(AudioError::BadPacket { codec: "AAC" })
            }
            Self::Aac(_) => Ok(crate::aac::FRAME_SAMPLES),
            Self::Pcm(pcm) => Ok((packet.len() / pcm.frame_bytes()) as u64),
        }
    }

    /// Whether parameters that were kept outside are ones that a parser could have found.
    pub(crate) fn is_sound(self) -> bool {
        match self {
            Self::Opus(head) => head.is_sound(),
            Self::Aac(config) => config.is_sound(),
            Self::Pcm(pcm) => pcm.is_sound(),
        }
    }
}
