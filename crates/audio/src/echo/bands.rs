use std::{f32::consts::TAU, sync::LazyLock};

use crate::SAMPLE_RATE;

/// Of frequency, from the lowest that a small loudspeaker plays to the highest that a muffled one does.
pub(super) const BANDS: usize = 8;
/// Samples of a step at 16 kHz: 10 ms.
pub(super) const STEP: usize = 160;
/// Each band's level in half decibels, none below [`FLOOR`].
pub(super) type Levels = [u8; BANDS];
/// Quieter than any room.
pub(super) const FLOOR: u8 = 40;

/// Samples that are looked at for each step.
const WINDOW: usize = 2 * STEP;
const PER_BAND: usize = 3;
/// In hertz: for each band what is measured of it.
const MEASURED: [f32; BANDS * PER_BAND] = [
    150.0, 225.0, 300.0, 375.0, 450.0, 525.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0, 1200.0, 1350.0, 1500.0,
    1650.0, 1850.0, 2050.0, 2250.0, 2500.0, 2750.0, 3050.0, 3400.0, 3750.0,
];

struct Tables {
    /// Of each measured frequency.
    factors: [f32; BANDS * PER_BAND],
    /// Hann's window.
    weights: [f32; WINDOW],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    factors: MEASURED.map(|hertz| 2.0 * (TAU * hertz / SAMPLE_RATE as f32).cos()),
    weights: std::array::from_fn(|n| 0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos()),
});

/// Follows how loud each band of one stream is.
pub(super) struct Bands {
    /// The samples before the next ones: at most one window.
    samples: Vec<f32>,
}

impl Bands {
    pub(super) fn new() -> Self {
        Self { samples: vec![0.0; WINDOW - STEP] }
    }

    /// Takes the next samples and gives the levels of every step that is complete by now.
    pub(super) fn hear(&mut self, samples: &[i16], mut step: impl FnMut(Levels)) {
        self.samples.extend(samples.iter().map(|sample| f32::from(*sample)));
        let mut at = 0;
        while let Some(window) = self.samples[at..].first_chunk() {
            step(levels(window));
            at += STEP;
        }
        self.samples.drain(..at);
    }
}

/// Goertzel's algorithm for all frequencies at once.
fn levels(window: &[f32; WINDOW]) -> Levels {
    let Tables { factors, weights } = &*TABLES;
    let (mut last, mut before) = ([0.0_f32; BANDS * PER_BAND], [0.0_f32; BANDS * PER_BAND]);
    for (sample, weight) in window.iter().zip(weights) {
        let sample = sample * weight;
        for ((last, before), factor) in last.iter_mut().zip(&mut before).zip(factors) {
            (*last, *before) = (sample + factor * *last - *before, *last);
        }
    }
    std::array::from_fn(|band| {
        let measured = band * PER_BAND..(band + 1) * PER_BAND;
        let energy: f32 = measured
            .map(|at| last[at] * last[at] + before[at] * before[at] - factors[at] * last[at] * before[at])
            .sum();
        // The window halves an amplitude, and so does counting only one of its two frequencies.
        let full = (PER_BAND * WINDOW * WINDOW / 16) as f32;
        ((20.0 * (energy.max(1.0) / full).log10()) as u8).max(FLOOR)
    })
}
