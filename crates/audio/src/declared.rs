use serde::{Deserialize, Serialize};

use crate::wav::{Pcm, SampleFormat};

/// What a client says its audio is: a hint. The bytes decide whenever they can.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// As the client wrote it, for messages.
    name: String,
    pub(crate) kind: Kind,
    rate: Option<u32>,
    channels: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Kind {
    #[default]
    Unknown,
    Container,
    Pcm,
    OpusPackets,
    Other,
}

impl Declared {
    /// Nothing was said.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// A media type such as `audio/webm;codecs=opus`, `audio/pcm;rate=24000;channels=2`, or a bare `pcm`.
    pub fn parse(mime: &str) -> Self {
        let mime = mime.get(..100).unwrap_or(mime).trim().to_ascii_lowercase();
        let mut parts = mime.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let subtype = essence.rsplit('/').next().unwrap_or_default();
        let mut declared = Self {
            name: essence.to_owned(),
            kind: match subtype {
                "" | "octet-stream" => Kind::Unknown,
                "webm" | "x-matroska" | "ogg" | "mp4" | "m4a" | "x-m4a" | "wav" | "wave" | "x-wav" | "vnd.wave" => {
                    Kind::Container
                }
                "pcm" | "x-pcm" | "pcm16" | "raw" | "x-raw" | "l16" | "s16le" => Kind::Pcm,
                "opus" => Kind::OpusPackets,
                _ => Kind::Other,
            },
            ..Self::default()
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim() {
                "rate" => declared.rate = value.trim().parse().ok(),
                "channels" => declared.channels = value.trim().parse().ok(),
                _ => {}
            }
        }
        declared
    }

    /// 16-bit little-endian samples without a header.
    pub fn pcm(rate: u32, channels: u8) -> Self {
        Self { name: "audio/pcm".to_owned(), kind: Kind::Pcm, rate: Some(rate), channels: Some(channels) }
    }

    /// Each chunk is one Opus packet without a container.
    pub fn opus_packets(channels: u8) -> Self {
        Self { name: "audio/opus".to_owned(), kind: Kind::OpusPackets, rate: None, channels: Some(channels) }
    }

    /// What it leaves out is as `usual`: a media type often names no rate, and the client says it elsewhere, or said it before.
    pub fn or(self, usual: &Self) -> Self {
        match self.kind {
            Kind::Unknown => usual.clone(),
            kind if kind == usual.kind => {
                Self { rate: self.rate.or(usual.rate), channels: self.channels.or(usual.channels), ..self }
            }
            _ => self,
        }
    }

    /// With a rate in Hz and channels for what the media type does not say of them.
    pub fn with(self, rate: Option<u32>, channels: Option<u8>) -> Self {
        Self { rate: self.rate.or(rate), channels: self.channels.or(channels), ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn channels(&self) -> u8 {
        self.channels.unwrap_or(1)
    }

    pub(crate) fn samples(&self) -> Pcm {
        self.samples_like(Pcm { rate: 16_000, channels: 1, format: SampleFormat::Int16 })
    }

    /// In a stream of samples that are `usual`.
    pub(crate) fn samples_like(&self, usual: Pcm) -> Pcm {
        Pcm {
            rate: self.rate.unwrap_or(usual.rate),
            channels: self.channels.unwrap_or(usual.channels),
            format: SampleFormat::Int16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_media_type_are_read_whatever_their_case_and_spacing() {
        let declared = Declared::parse("Audio/L16; Rate=24000 ;channels=2");
        assert_eq!(declared.kind, Kind::Pcm);
        assert_eq!(declared.samples(), Pcm { rate: 24_000, channels: 2, format: SampleFormat::Int16 });
    }

    #[test]
    fn what_a_media_type_leaves_out_is_said_beside_it_or_was_said_before() {
        let session = Declared::parse("audio/pcm").with(Some(48_000), Some(2));
        assert_eq!(session.samples(), Pcm { rate: 48_000, channels: 2, format: SampleFormat::Int16 });
        let says_more = Declared::parse("audio/pcm;rate=24000").with(Some(48_000), Some(2));
        assert_eq!(says_more.samples().rate, 24_000);
        for of_a_chunk in ["audio/pcm", "application/octet-stream"] {
            assert_eq!(Declared::parse(of_a_chunk).or(&session).samples(), session.samples(), "{of_a_chunk}");
        }
        assert_eq!(Declared::parse("audio/opus").or(&session), Declared::parse("audio/opus"));
    }

    #[test]
    fn a_type_that_nobody_knows_is_kept_for_the_message() {
        let declared = Declared::parse("audio/flac");
        assert_eq!((declared.kind, declared.name()), (Kind::Other, "audio/flac"));
    }
}
