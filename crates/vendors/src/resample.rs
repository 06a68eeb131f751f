//! Changes the sampling rate of mono sound, piece by piece.

use std::f32::consts::PI;

/// A windowed-sinc filter, one set of taps for every phase between two samples.
pub(crate) struct Resampler {
    /// Output and input rate without their common divisor.
    up: u64,
    down: u64,
    /// Taps on each side of an output sample.
    reach: u64,
    taps: Vec<f32>,
    /// The input that is still needed; `first` is the number of its first sample, before which lies silence.
    input: Vec<f32>,
    first: u64,
    received: u64,
    produced: u64,
}

impl Resampler {
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let divisor = common_divisor(from, to);
        let (up, down) = (u64::from(to / divisor), u64::from(from / divisor));
        let narrowing = (to as f32 / from as f32).min(1.0);
        let reach = (16.0 / narrowing).ceil() as u64;
        Self {
            up,
            down,
            reach,
            taps: (0..up).flat_map(|phase| taps(phase as f32 / up as f32, reach, narrowing * 0.95)).collect(),
            input: vec![0.0; reach as usize],
            first: 0,
            received: 0,
            produced: 0,
        }
    }

    pub(crate) fn push(&mut self, samples: &[i16]) -> Vec<i16> {
        self.input.extend(samples.iter().map(|sample| f32::from(*sample)));
        self.received += samples.len() as u64;
        self.produce()
    }

    /// The last samples, as if silence followed.
    pub(crate) fn finish(mut self) -> Vec<i16> {
        let wanted = (self.received * self.up).div_ceil(self.down) - self.produced;
        self.input.extend(std::iter::repeat_n(0.0, 2 * self.reach as usize));
        let mut samples = self.produce();
        samples.truncate(wanted as usize);
        samples
    }

    fn produce(&mut self) -> Vec<i16> {
        let mut output = Vec::new();
        let width = 2 * self.reach as usize;
        loop {
            let position = self.produced * self.down;
            // The input begins with `reach` samples of silence, so that this is where the taps begin.
            let start = (position / self.up + 1 - self.first) as usize;
            let Some(window) = self.input.get(start..start + width) else {
                break;
            };
            let taps = (position % self.up) as usize * width;
            let sum: f32 = window.iter().zip(&self.taps[taps..taps + width]).map(|(sample, tap)| sample * tap).sum();
            output.push(sum.round().clamp(-32_768.0, 32_767.0) as i16);
            self.produced += 1;
        }
        let done = (self.produced * self.down / self.up - self.first).min(self.input.len() as u64);
        self.input.drain(..done as usize);
        self.first += done;
        output
    }
}

fn taps(phase: f32, reach: u64, cutoff: f32) -> Vec<f32> {
    let reach = reach as f32;
    let weigh = |number: f32| {
        let distance = number - reach + 1.0 - phase;
        let x = PI * distance * cutoff;
        let sinc = if x.abs() < 1e-6 { 1.0 } else { x.sin() / x };
        let turn = PI * distance / reach;
        sinc * (0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
    };
    let taps: Vec<f32> = (0..2 * reach as usize).map(|number| weigh(number as f32)).collect();
    let sum: f32 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / sum).collect()
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn tone(hertz: f64, rate: u32) -> Vec<i16> {
        let sample = |at: u32| (TAU * hertz * f64::from(at) / f64::from(rate)).sin() * 10_000.0;
        (0..rate).map(|at| sample(at) as i16).collect()
    }

    fn resample(samples: &[i16], from: u32, to: u32, piece: usize) -> Vec<i16> {
        let mut resampler = Resampler::new(from, to);
        let mut output: Vec<i16> = samples.chunks(piece).flat_map(|piece| resampler.push(piece)).collect();
        output.extend(resampler.finish());
        output
    }

    #[test]
    fn a_tone_keeps_its_pitch_its_level_and_its_place_in_time() {
        for (from, to) in [(22_050, 24_000), (16_000, 24_000), (24_000, 16_000), (44_100, 24_000), (8_000, 24_000)] {
            let output = resample(&tone(440.0, from), from, to, 1000);
            let expected = tone(440.0, to);
            assert_eq!(output.len(), expected.len(), "{from} to {to}");
            let errors = output.iter().zip(&expected).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs());
            let worst = errors.skip(100).take(to as usize - 200).max();
            assert!(worst < Some(60), "{from} to {to}: {worst:?}");
        }
    }

    #[test]
    fn what_the_new_rate_cannot_carry_is_silenced_and_not_folded_down() {
        let output = resample(&tone(15_000.0, 48_000), 48_000, 24_000, 4800);
        let worst = output[200..23_800].iter().map(|sample| sample.abs()).max();
        assert!(worst < Some(30), "{worst:?}");
    }

    #[test]
    fn the_pieces_make_no_difference() {
        let speech = tone(300.0, 22_050);
        let whole = resample(&speech, 22_050, 24_000, speech.len());
        for piece in [1, 7, 160, 4096] {
            assert_eq!(resample(&speech, 22_050, 24_000, piece), whole, "{piece}");
        }
        assert!(resample(&[], 22_050, 24_000, 1).is_empty());
    }
}
