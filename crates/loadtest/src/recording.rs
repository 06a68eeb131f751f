//! What a trainee's microphone gives, cut into chunks.

use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;

/// A recording that begins again when it is over.
#[derive(Debug)]
pub(crate) struct Recording {
    chunks: Vec<Chunk>,
}

#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Bytes,
    pub base64: String,
}

/// Of the tone: 16-bit mono, so that 8000 bytes last 250 ms.
const SAMPLE_RATE: f64 = 16_000.0;
const TONE_HZ: f64 = 440.0;
const LOUDNESS: f64 = 8_000.0;

impl Recording {
    /// Raw PCM, as a client without a recorder sends it.
    pub(crate) fn tone(chunk_bytes: usize) -> Self {
        let samples = (0..chunk_bytes / 2).flat_map(|sample| {
            let angle = std::f64::consts::TAU * TONE_HZ * sample as f64 / SAMPLE_RATE;
            ((angle.sin() * LOUDNESS) as i16).to_le_bytes()
        });
        Self { chunks: vec![Chunk::new(samples.collect())] }
    }

    /// A file as a recorder made it, such as WebM; only its first chunk has a header.
    pub(crate) fn file(path: &Path, chunk_bytes: usize) -> anyhow::Result<Self> {
        let file = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::ensure!(!file.is_empty(), "{} is empty", path.display());
        Ok(Self { chunks: file.chunks(chunk_bytes).map(|chunk| Chunk::new(chunk.to_vec())).collect() })
    }

    pub(crate) fn chunk(&self, number: u64) -> &Chunk {
        &self.chunks[usize::try_from(number % self.chunks.len() as u64).unwrap_or(0)]
    }
}

impl Chunk {
    fn new(bytes: Vec<u8>) -> Self {
        Self { base64: base64_simd::STANDARD.encode_to_string(&bytes), bytes: bytes.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_whole_and_then_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abcdefgh").unwrap();
        let recording = Recording::file(file.path(), 3).unwrap();
        let sent: Vec<u8> = (0..4).flat_map(|number| recording.chunk(number).bytes.to_vec()).collect();
        assert_eq!(sent, b"abcdefghabc");
    }

    #[test]
    fn the_tone_has_the_size_that_was_asked_for_and_is_not_silent() {
        let recording = Recording::tone(8_000);
        assert_eq!(recording.chunk(7).bytes.len(), 8_000);
        assert_eq!(recording.chunk(7).base64.len(), 10_668);
        assert!(recording.chunk(0).bytes.iter().any(|byte| *byte != 0));
    }
}
