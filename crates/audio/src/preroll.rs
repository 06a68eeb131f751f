use std::collections::VecDeque;

use crate::SAMPLE_RATE;

const SAMPLES_PER_MS: u64 = SAMPLE_RATE as u64 / 1000;

/// The last moments of a stream: speech is noticed when it has already begun, and its first consonant before that was taken for
/// silence. Holds nothing until it hears something, and never more than it was made for.
pub struct Preroll {
    most: usize,
    samples: VecDeque<i16>,
    /// How many were heard in all.
    heard: u64,
}

impl Preroll {
    /// Keeps this much.
    pub fn new(length_ms: u32) -> Self {
        Self { most: length_ms as usize * SAMPLES_PER_MS as usize, samples: VecDeque::new(), heard: 0 }
    }

    /// Takes the next samples at [`SAMPLE_RATE`].
    pub fn hear(&mut self, samples: &[i16]) {
        self.heard += samples.len() as u64;
        let samples = &samples[samples.len().saturating_sub(self.most)..];
        let passed = (self.samples.len() + samples.len()).saturating_sub(self.most);
        self.samples.drain(..passed);
        self.samples.extend(samples);
    }

    /// What is kept from there on, in milliseconds since the stream began: all of it if that is longer ago.
    pub fn since(&self, at_ms: u64) -> Vec<i16> {
        let oldest = self.heard - self.samples.len() as u64;
        let skipped = at_ms.saturating_mul(SAMPLES_PER_MS).saturating_sub(oldest).min(self.samples.len() as u64);
        self.samples.range(skipped as usize..).copied().collect()
    }
}
