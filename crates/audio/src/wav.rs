//! WAV: samples with a header, by push, and the writing of such files.

use serde::{Deserialize, Serialize};

use crate::{
    AudioError, Limits,
    sink::{Codec, Origin, Sink},
};

/// Bytes before the samples of a file that [`encode`] wrote.
pub const HEADER: usize = 44;

/// 16-bit mono samples as a file.
pub fn encode(samples: &[i16], rate: u32) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER + samples.len() * 2);
    file.extend_from_slice(&header(Pcm::mono(rate), samples.len() * 2));
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pcm {
    pub(crate) rate: u32,
    pub(crate) channels: u8,
    pub(crate) format: SampleFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SampleFormat {
    Int16,
    Float32,
}

impl Pcm {
    pub(crate) fn mono(rate: u32) -> Self {
        Self { rate, channels: 1, format: SampleFormat::Int16 }
    }

    pub(crate) fn frame_bytes(self) -> usize {
        usize::from(self.channels) * usize::from(self.sample_bytes())
    }

    pub(crate) fn is_sound(self) -> bool {
        matches!(self.channels, 1 | 2) && (4000..=192_000).contains(&self.rate)
    }

    pub(crate) fn checked(self) -> Result<Self, AudioError> {
        if !self.is_sound() {
            return Err(AudioError::Unsupported { what: format!("{} channels at {} Hz", self.channels, self.rate) });
        }
        Ok(self)
    }

    fn sample_bytes(self) -> u16 {
        match self.format {
            SampleFormat::Int16 => 2,
            SampleFormat::Float32 => 4,
        }
    }

    fn parse(fmt: &[u8]) -> Result<Self, AudioError> {
        let &[tag0, tag1, channels, 0, rate0, rate1, rate2, rate3, _, _, _, _, _, _, bits, 0, ref extension @ ..] = fmt
        else {
            return Err(AudioError::Unsupported { what: "a broken WAV header".to_owned() });
        };
        let tag = match u16::from_le_bytes([tag0, tag1]) {
            0xfffe => extension.get(8..10).map_or(0, |tag| u16::from_le_bytes([tag[0], tag[1]])),
            tag => tag,
        };
        let format = match (tag, bits) {
            (1, 16) => SampleFormat::Int16,
            (3, 32) => SampleFormat::Float32,
            _ => return Err(AudioError::Unsupported { what: format!("WAV of {bits} bits in encoding {tag}") }),
        };
        Self { rate: u32::from_le_bytes([rate0, rate1, rate2, rate3]), channels, format }.checked()
    }
}

/// The beginning of a file of so many bytes of samples.
pub(crate) fn header(pcm: Pcm, bytes: usize) -> [u8; HEADER] {
    let tag: u16 = if pcm.format == SampleFormat::Float32 { 3 } else { 1 };
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX - HEADER as u32);
    let frame = pcm.frame_bytes() as u32;
    let mut header = [0; HEADER];
    let fields: [&[u8]; 12] = [
        b"RIFF",
        &(bytes + HEADER as u32 - 8).to_le_bytes(),
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &tag.to_le_bytes(),
        &u16::from(pcm.channels).to_le_bytes(),
        &pcm.rate.to_le_bytes(),
        &pcm.rate.saturating_mul(frame).to_le_bytes(),
        &(frame as u16).to_le_bytes(),
        &(pcm.sample_bytes() * 8).to_le_bytes(),
        b"data",
        &bytes.to_le_bytes(),
    ];
    let mut at = 0;
    for field in fields {
        header[at..at + field.len()].copy_from_slice(field);
        at += field.len();
    }
    header
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wav {
    stage: Stage,
    /// Bytes of a chunk that nobody needs.
    skip: u64,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
enum Stage {
    #[default]
    Riff,
    Chunks(Option<Pcm>),
    /// Bytes left; `None` until the stream ends.
    Samples(Pcm, Option<u64>),
    /// Whether the header told the truth shows in what follows.
    AfterSamples(Pcm),
    Trailer,
}

impl Wav {
    /// Whether a state that was kept outside is one that parsing leads to.
    pub(crate) fn is_sound(&self) -> bool {
        match self.stage {
            Stage::Chunks(Some(pcm)) | Stage::Samples(pcm, _) | Stage::AfterSamples(pcm) => pcm.is_sound(),
            Stage::Riff | Stage::Chunks(None) | Stage::Trailer => true,
        }
    }

    /// Takes what is complete in `bytes` and says how much that was. An error ends the stream.
    pub(crate) fn parse(&mut self, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len() as u64);
                self.skip -= skipped;
                at += skipped as usize;
                continue;
            }
            match self.stage {
                Stage::Riff => {
                    let Some(_) = rest.get(..12) else { break };
                    self.stage = Stage::Chunks(None);
                    at += 12;
                }
                Stage::Chunks(pcm) => match self.chunk(rest, pcm, limits, sink)? {
                    0 => break,
                    taken => at += taken,
                },
                Stage::Samples(pcm, left) => {
                    let available = left.map_or(rest.len(), |left| (rest.len() as u64).min(left) as usize);
                    let whole = available - available % pcm.frame_bytes();
                    if whole > 0 {
                        sink.packet(&rest[..whole]);
                        at += whole;
                        self.stage = Stage::Samples(pcm, left.map(|left| left - whole as u64));
                    } else if let Some(left) = left.filter(|left| *left < pcm.frame_bytes() as u64) {
                        self.skip = left;
                        self.stage = Stage::AfterSamples(pcm);
                    } else {
                        break;
                    }
                }
                Stage::AfterSamples(pcm) => {
                    let Some(name) = rest.get(..4) else { break };
                    self.stage = match name {
                        b"RIFF" => Stage::Riff,
                        b"LIST" | b"id3 " | b"ID3 " | b"fact" | b"cue " | b"smpl" | b"bext" | b"PEAK" | b"JUNK" => {
                            Stage::Trailer
                        }
                        _ => Stage::Samples(pcm, None),
                    };
                }
                Stage::Trailer => at = bytes.len(),
            }
        }
        Ok(at)
    }

    fn chunk(
        &mut self,
        rest: &[u8],
        pcm: Option<Pcm>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Result<usize, AudioError> {
        let Some(&[n0, n1, n2, n3, s0, s1, s2, s3]) = rest.first_chunk::<8>() else { return Ok(0) };
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        match (&[n0, n1, n2, n3], pcm) {
            (b"data", None) => Err(AudioError::Unsupported { what: "a WAV without a format".to_owned() }),
            (b"data", Some(pcm)) => {
                sink.begin(Codec::Pcm(pcm), Origin::default());
                let endless = matches!(size, 0 | 0x7fff_ffff..);
                self.stage = Stage::Samples(pcm, (!endless).then_some(size.into()));
                Ok(8)
            }
            _ if size as usize > limits.element => {
                Err(AudioError::TooLarge { bytes: size.into(), limit: limits.element })
            }
            (b"fmt ", _) => {
                let Some(body) = rest.get(8..8 + size as usize) else { return Ok(0) };
                self.stage = Stage::Chunks(Some(Pcm::parse(body)?));
                self.skip = u64::from(size % 2);
                Ok(8 + body.len())
            }
            _ => {
                self.skip = u64::from(size) + u64::from(size % 2);
                Ok(8)
            }
        }
    }
}
