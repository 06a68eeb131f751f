//! WAV with 16-bit PCM, as synthesisers make it: in pieces, and often with an invented length.

/// Reads a WAV stream in pieces of any size and mixes it down to mono.
#[derive(Default)]
pub(crate) struct WavReader {
    pending: Vec<u8>,
    format: Option<Format>,
    /// Bytes of sound still to come, once the sound has begun.
    remaining: Option<u64>,
}

#[derive(Clone, Copy)]
struct Format {
    channels: usize,
    rate: u32,
}

/// Why something is no WAV that we can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadWav {
    #[error("this is not a WAV file")]
    NotWav,
    #[error(
        "the WAV file holds encoding {encoding} with {bits} bits and {channels} channels at {rate} Hz: use 16-bit PCM, 1 or 2 channels, 8000 to 48000 Hz"
    )]
    Unsupported { encoding: u16, bits: u16, channels: u16, rate: u32 },
    #[error("no sound within the first 64 KiB of the WAV file")]
    NoSound,
}

const PCM: u16 = 1;
const EXTENSIBLE: u16 = 0xfffe;
const LONGEST_HEADER: usize = 64 * 1024;
/// Programs that stream do not know the length and write something huge.
const ENDLESS: u32 = 0x7fff_0000;

impl WavReader {
    /// The sampling rate, once the header was read.
    pub(crate) fn rate(&self) -> Option<u32> {
        self.format.map(|format| format.rate)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<i16>, BadWav> {
        self.pending.extend_from_slice(bytes);
        if self.remaining.is_none() {
            self.read_header()?;
        }
        let (Some(format), Some(remaining)) = (self.format, &mut self.remaining) else {
            return Ok(Vec::new());
        };
        let block = format.channels * 2;
        let available = self.pending.len().min(usize::try_from(*remaining).unwrap_or(usize::MAX));
        let whole = available - available % block;
        *remaining -= whole as u64;
        let sound: Vec<u8> = self.pending.drain(..whole).collect();
        if *remaining < block as u64 {
            self.pending.clear();
        }
        Ok(sound.chunks_exact(block).map(mono).collect())
    }

    /// An error if the file ended before its sound began.
    pub(crate) fn finish(&self) -> Result<(), BadWav> {
        match self.remaining {
            Some(_) => Ok(()),
            None => Err(BadWav::NoSound),
        }
    }

    fn read_header(&mut self) -> Result<(), BadWav> {
        if self.pending.len() < 12 {
            return Ok(());
        }
        if !self.pending.starts_with(b"RIFF") || &self.pending[8..12] != b"WAVE" {
            return Err(BadWav::NotWav);
        }
        let mut at = 12;
        while let Some((name, size)) = self.chunk_at(at) {
            let body = at + 8;
            if name == *b"data" {
                if self.format.is_none() {
                    return Err(BadWav::NotWav);
                }
                let endless = size == 0 || size >= ENDLESS;
                self.remaining = Some(if endless { u64::MAX } else { size.into() });
                self.pending.drain(..body);
                return Ok(());
            }
            if name == *b"fmt " && self.pending.len() >= body + 16 {
                self.format = Some(format_of(&self.pending[body..body + 16])?);
            }
            at = body + size as usize + size as usize % 2;
            if at > LONGEST_HEADER {
                return Err(BadWav::NoSound);
            }
        }
        Ok(())
    }

    fn chunk_at(&self, at: usize) -> Option<([u8; 4], u32)> {
        let name = self.pending.get(at..at + 4)?.try_into().ok()?;
        let size = self.pending.get(at + 4..at + 8)?.try_into().ok()?;
        Some((name, u32::from_le_bytes(size)))
    }
}

fn format_of(chunk: &[u8]) -> Result<Format, BadWav> {
    let short = |at: usize| u16::from_le_bytes([chunk[at], chunk[at + 1]]);
    let rate = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
    let (encoding, channels, bits) = (short(0), short(2), short(14));
    let known = [PCM, EXTENSIBLE].contains(&encoding) && bits == 16;
    if known && (1..=2).contains(&channels) && (8_000..=48_000).contains(&rate) {
        return Ok(Format { channels: channels.into(), rate });
    }
    Err(BadWav::Unsupported { encoding, bits, channels, rate })
}

fn mono(block: &[u8]) -> i16 {
    let samples = block.chunks_exact(2).map(|pair| i32::from(i16::from_le_bytes([pair[0], pair[1]])));
    (samples.sum::<i32>() / (block.len() / 2) as i32) as i16
}

#[cfg(test)]
mod tests {
    use audio::wav::encode;

    use super::*;

    fn read(wav: &[u8], piece: usize) -> Result<(Vec<i16>, Option<u32>), BadWav> {
        let mut reader = WavReader::default();
        let mut samples = Vec::new();
        for piece in wav.chunks(piece) {
            samples.extend(reader.push(piece)?);
        }
        reader.finish()?;
        Ok((samples, reader.rate()))
    }

    #[test]
    fn what_is_written_is_read_whatever_the_pieces() {
        let samples: Vec<i16> = (0..500).map(|n| n * 61 - 15_000).collect();
        let wav = encode(&samples, 22_050);
        for piece in 1..80 {
            assert_eq!(read(&wav, piece).unwrap(), (samples.clone(), Some(22_050)));
        }
    }

    #[test]
    fn other_chunks_are_passed_over_and_an_unknown_length_reads_to_the_end() {
        let mut wav = encode(&[1, 2, 3], 16_000);
        wav.splice(36..36, *b"LIST\x03\x00\x00\x00abc\x00");
        wav.extend(b"LIST\x04\x00\x00\x00abcd");
        assert_eq!(read(&wav, 5).unwrap().0, [1, 2, 3]);
        let mut streamed = encode(&[1, 2, 3], 16_000);
        streamed[40..44].copy_from_slice(&0x7fff_f000_u32.to_le_bytes());
        assert_eq!(read(&streamed, 7).unwrap().0, [1, 2, 3]);
    }

    #[test]
    fn two_channels_become_one() {
        let mut wav = encode(&[100, 200, -100, -300], 24_000);
        wav[22] = 2;
        assert_eq!(read(&wav, 3).unwrap().0, [150, -200]);
    }

    #[test]
    fn what_is_no_usable_wav_is_refused() {
        assert_eq!(read(b"ID3\x04 this is an mp3 file", 9), Err(BadWav::NotWav));
        assert_eq!(read(&encode(&[], 16_000)[..30], 9), Err(BadWav::NoSound));
        let mut float = encode(&[0; 4], 16_000);
        float[20] = 3;
        assert!(matches!(read(&float, 99), Err(BadWav::Unsupported { encoding: 3, .. })));
        let mut endless_header = encode(&[0; 4], 16_000);
        endless_header.splice(36..36, *b"LIST\xff\xff\xff\x00");
        assert_eq!(read(&endless_header, 99), Err(BadWav::NoSound));
    }
}
