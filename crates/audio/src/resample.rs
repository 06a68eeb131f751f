//! A push-style resampler between any two rates, without delay: windowed-sinc filters, one for each position between two samples.

use std::f64::consts::PI;

/// Zero crossings of the filter on each side.
const REACH: usize = 16;
/// The part of the band that is kept; the rest is where the filter falls.
const PASSBAND: f64 = 0.94;
/// Rates without a small common measure use the nearest of so many filters.
const MAX_FILTERS: u64 = 1024;

pub struct Resampler {
    /// Reduced: `step` input samples make `parts` output samples.
    step: u64,
    parts: u64,
    filters: u64,
    taps: Vec<f32>,
    /// Input samples on each side of an output sample.
    half: usize,
    input: Vec<f32>,
    /// Position of the next output sample within `input`, and the rest in `parts`.
    at: usize,
    fraction: u64,
    received: u64,
    produced: u64,
}

impl Resampler {
    /// # Panics
    /// If a rate is zero.
    pub fn new(from: u32, to: u32) -> Self {
        assert!(from > 0 && to > 0, "a rate is never zero");
        let divisor = u64::from(greatest_common_divisor(from, to));
        let (step, parts) = (u64::from(from) / divisor, u64::from(to) / divisor);
        let band = (parts as f64 / step as f64).min(1.0);
        let half = (REACH as f64 / band).ceil() as usize;
        let filters = parts.min(MAX_FILTERS);
        let taps = if step == parts { Vec::new() } else { filter_bank(filters, half, band * PASSBAND) };
        Self {
            step,
            parts,
            filters,
            taps,
            half,
            input: vec![0.0; half - 1],
            at: 0,
            fraction: 0,
            received: 0,
            produced: 0,
        }
    }

    /// Appends what can be known by now to `output`.
    pub fn push(&mut self, samples: &[i16], output: &mut Vec<i16>) {
        if self.taps.is_empty() {
            output.extend_from_slice(samples);
            return;
        }
        self.received += samples.len() as u64;
        self.input.extend(samples.iter().map(|sample| f32::from(*sample)));
        self.produce(u64::MAX, output);
    }

    /// Appends the rest; together with what was pushed it lasts as long as the input, rounded up.
    pub fn finish(mut self, output: &mut Vec<i16>) {
        if self.taps.is_empty() {
            return;
        }
        let total = (self.received * self.parts).div_ceil(self.step);
        self.input.resize(self.input.len() + self.half, 0.0);
        self.produce(total, output);
    }

    fn produce(&mut self, total: u64, output: &mut Vec<i16>) {
        let width = 2 * self.half;
        while self.produced < total
            && let Some(window) = self.input.get(self.at..self.at + width)
        {
            let filter = (self.fraction * self.filters / self.parts) as usize * width;
            let taps = &self.taps[filter..filter + width];
            let mut sums = [0.0_f32; 8];
            for (window, taps) in window.chunks(8).zip(taps.chunks(8)) {
                for ((sum, sample), tap) in sums.iter_mut().zip(window).zip(taps) {
                    *sum += sample * tap;
                }
            }
            output.push(sums.iter().sum::<f32>().round() as i16);
            self.produced += 1;
            self.fraction += self.step;
            self.at += (self.fraction / self.parts) as usize;
            self.fraction %= self.parts;
        }
        let passed = self.at.min(self.input.len());
        self.input.drain(..passed);
        self.at -= passed;
    }
}

/// For each position between two samples the weights of the `2 * half` samples around it.
fn filter_bank(filters: u64, half: usize, band: f64) -> Vec<f32> {
    let mut bank = Vec::with_capacity(filters as usize * 2 * half);
    for filter in 0..filters {
        let between = filter as f64 / filters as f64;
        let weights: Vec<f64> = (0..2 * half)
            .map(|tap| {
                let distance = tap as f64 - (half - 1) as f64 - between;
                sinc(distance * band) * window(distance / half as f64)
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        bank.extend(weights.iter().map(|weight| (weight / sum) as f32));
    }
    bank
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Blackman's.
fn window(x: f64) -> f64 {
    0.42 + 0.5 * (PI * x).cos() + 0.08 * (2.0 * PI * x).cos()
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64) -> Vec<i16> {
        (0..rate).map(|n| ((f64::from(n) * hertz * 2.0 * PI / f64::from(rate)).sin() * 10_000.0) as i16).collect()
    }

    fn resample(samples: &[i16], from: u32, to: u32, piece: usize) -> Vec<i16> {
        let mut resampler = Resampler::new(from, to);
        let mut output = Vec::new();
        for piece in samples.chunks(piece) {
            resampler.push(piece, &mut output);
        }
        resampler.finish(&mut output);
        output
    }

    #[test]
    fn a_tone_keeps_its_pitch_its_loudness_and_its_place() {
        for (from, to) in
            [(48_000, 16_000), (44_100, 16_000), (8000, 16_000), (24_000, 16_000), (22_050, 24_000), (44_099, 16_000)]
        {
            let output = resample(&tone(from, 440.0), from, to, 1000);
            assert_eq!(output.len(), to as usize, "{from} to {to}");
            let worst = output.iter().zip(tone(to, 440.0)).skip(100).take(to as usize - 200);
            let worst = worst.map(|(is, should)| (i32::from(*is) - i32::from(should)).abs()).max();
            assert!(worst < Some(60), "{from} to {to}: {worst:?}");
        }
    }

    #[test]
    fn what_the_new_rate_cannot_carry_is_gone() {
        let output = resample(&tone(48_000, 11_000.0), 48_000, 16_000, 480);
        let loudest = output[100..output.len() - 100].iter().map(|sample| sample.abs()).max();
        assert!(loudest < Some(20), "{loudest:?}");
    }

    #[test]
    fn the_size_of_the_pieces_changes_nothing() {
        let input = tone(44_100, 1000.0);
        assert_eq!(resample(&input, 44_100, 16_000, 1), resample(&input, 44_100, 16_000, 44_100));
    }

    #[test]
    fn equal_rates_pass_through() {
        let input = tone(16_000, 300.0);
        assert_eq!(resample(&input, 16_000, 16_000, 7), input);
    }
}
