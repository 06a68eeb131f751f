//! AAC-LC as MP4 describes it, and the ADTS framing that lets it stand alone.

use serde::{Deserialize, Serialize};

use crate::{
    AudioError,
    sink::{Codec, Origin, Sink},
};

pub(crate) const FRAME_SAMPLES: u64 = 1024;
/// The frame length of ADTS has 13 bits and counts its header.
pub(crate) const MAX_FRAME: usize = 0x1fff - HEADER;
const HEADER: usize = 7;
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AacConfig {
    rate_index: u8,
    channels: u8,
}

impl AacConfig {
    /// An AudioSpecificConfig.
    pub(crate) fn parse(config: &[u8]) -> Result<Self, AudioError> {
        let &[first, second, ..] = config else {
            return Err(AudioError::Unsupported { what: "AAC without its configuration".to_owned() });
        };
        let object_type = first >> 3;
        if object_type != 2 {
            return Err(AudioError::Unsupported { what: format!("AAC of object type {object_type}") });
        }
        Self { rate_index: (first & 7) << 1 | second >> 7, channels: (second >> 3) & 15 }.checked()
    }

    pub(crate) fn rate(self) -> u32 {
        RATES[usize::from(self.rate_index)]
    }

    pub(crate) fn is_sound(self) -> bool {
        usize::from(self.rate_index) < RATES.len() && matches!(self.channels, 1 | 2)
    }

    /// The AudioSpecificConfig again, for the decoder.
    pub(crate) fn write(self) -> [u8; 2] {
        [2 << 3 | self.rate_index >> 1, self.rate_index << 7 | self.channels << 3]
    }

    /// What stands before a frame of so many bytes.
    pub(crate) fn adts(self, frame: usize) -> [u8; HEADER] {
        let length = frame + HEADER;
        [
            0xff,
            0xf1,
            1 << 6 | self.rate_index << 2 | self.channels >> 2,
            (self.channels & 3) << 6 | (length >> 11) as u8,
            (length >> 3) as u8,
            (length << 5) as u8 | 0x1f,
            0xfc,
        ]
    }

    fn checked(self) -> Result<Self, AudioError> {
        if !self.is_sound() {
            return Err(AudioError::Unsupported { what: format!("AAC with channel layout {}", self.channels) });
        }
        Ok(self)
    }
}

pub(crate) fn is_adts(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xf0 | 0xf1 | 0xf8 | 0xf9, ..])
}

/// Reads a whole ADTS file.
pub(crate) fn parse_adts(mut bytes: &[u8], sink: &mut impl Sink) -> Result<(), AudioError> {
    let mut begun = None;
    while let Some(header) = bytes.first_chunk::<HEADER>().filter(|header| is_adts(&header[..])) {
        let length = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
        let start = if header[1] & 1 == 1 { HEADER } else { HEADER + 2 };
        let config = AacConfig { rate_index: (header[2] >> 2) & 15, channels: (header[2] & 1) << 2 | header[3] >> 6 }
            .checked()?;
        let Some(frame) = bytes.get(start..length) else { break };
        if begun != Some(config) {
            sink.begin(Codec::Aac(config), Origin::default());
            begun = Some(config);
        }
        sink.packet(frame);
        bytes = &bytes[length..];
    }
    if !bytes.is_empty() {
        sink.problem(AudioError::Damaged { container: "AAC" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_survives_being_written_and_read() {
        let config = AacConfig::parse(&[0x11, 0x88]).expect("48 kHz mono");
        assert_eq!((config.rate(), config.channels), (48_000, 1));
        assert_eq!(config.write(), [0x11, 0x88]);
    }

    #[test]
    fn efficiency_profiles_are_refused_by_name() {
        let error = AacConfig::parse(&[0x2b, 0x92]).expect_err("HE-AAC");
        assert!(error.to_string().contains("AAC of object type 5"), "{error}");
    }
}
