//! The little of Opus that can be known without decoding: the identification header and how long a packet lasts.

use serde::{Deserialize, Serialize};

use crate::AudioError;

/// Opus counts time at this rate whatever was recorded.
pub(crate) const RATE: u32 = 48_000;
/// 120 ms, the longest packet.
pub(crate) const MAX_PACKET_SAMPLES: u32 = 5760;
/// 48 frames of 1275 bytes with their lengths.
const MAX_PACKET: usize = 61_440;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpusHead {
    pub(crate) channels: u8,
    /// Samples at 48 kHz which a player leaves out at the beginning.
    pub(crate) pre_skip: u16,
    /// In 1/256 dB.
    pub(crate) gain: i16,
}

impl OpusHead {
    pub(crate) fn plain(channels: u8) -> Self {
        Self { channels, pre_skip: 0, gain: 0 }
    }

    /// `OpusHead` as Ogg and WebM carry it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, AudioError> {
        let fields = bytes.strip_prefix(b"OpusHead").filter(|fields| fields.len() >= 11);
        let Some(&[_version, channels, skip0, skip1, _, _, _, _, gain0, gain1, family, ..]) = fields else {
            return Err(AudioError::Unsupported { what: "a broken Opus header".to_owned() });
        };
        Self { channels, pre_skip: u16::from_le_bytes([skip0, skip1]), gain: i16::from_le_bytes([gain0, gain1]) }
            .checked(family)
    }

    /// `dOps` as MP4 carries it, big-endian.
    pub(crate) fn parse_dops(fields: &[u8]) -> Result<Self, AudioError> {
        let &[_version, channels, skip0, skip1, _, _, _, _, gain0, gain1, family, ..] = fields else {
            return Err(AudioError::Unsupported { what: "a broken Opus header".to_owned() });
        };
        Self { channels, pre_skip: u16::from_be_bytes([skip0, skip1]), gain: i16::from_be_bytes([gain0, gain1]) }
            .checked(family)
    }

    pub(crate) fn is_sound(self) -> bool {
        matches!(self.channels, 1 | 2)
    }

    pub(crate) fn write(self, pre_skip: u16) -> [u8; 19] {
        let [skip0, skip1] = pre_skip.to_le_bytes();
        let [rate0, rate1, rate2, rate3] = RATE.to_le_bytes();
        let [gain0, gain1] = self.gain.to_le_bytes();
        [
            b'O',
            b'p',
            b'u',
            b's',
            b'H',
            b'e',
            b'a',
            b'd',
            1,
            self.channels,
            skip0,
            skip1,
            rate0,
            rate1,
            rate2,
            rate3,
            gain0,
            gain1,
            0,
        ]
    }

    pub(crate) fn checked(self, family: u8) -> Result<Self, AudioError> {
        if family != 0 || !self.is_sound() {
            return Err(AudioError::Unsupported { what: format!("Opus with {} channels", self.channels) });
        }
        Ok(self)
    }
}

/// Samples per channel at 48 kHz; `None` if these bytes are no Opus packet.
pub(crate) fn duration(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame = match config {
        0..12 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..16 => [480, 960][usize::from(config & 1)],
        _ => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    let samples = frame * frames;
    (samples > 0 && samples <= MAX_PACKET_SAMPLES && packet.len() <= MAX_PACKET).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_says_how_long_it_lasts() {
        assert_eq!(duration(&[0xfb, 3, 0, 0]), Some(2880));
        assert_eq!(duration(&[0xf8, 0]), Some(960));
        assert_eq!(duration(&[0x18, 0]), Some(2880));
        assert_eq!(duration(&[0x79, 0]), Some(1920));
    }

    #[test]
    fn bytes_that_claim_no_time_or_too_much_are_no_packet() {
        assert_eq!(duration(&[]), None);
        assert_eq!(duration(&[0xfb]), None);
        assert_eq!(duration(&[0xfb, 0]), None);
        assert_eq!(duration(&[0xfb, 7]), None);
    }

    #[test]
    fn a_header_survives_being_written_and_read() {
        let head = OpusHead { channels: 2, pre_skip: 312, gain: -256 };
        assert_eq!(OpusHead::parse(&head.write(312)), Ok(head));
    }
}
