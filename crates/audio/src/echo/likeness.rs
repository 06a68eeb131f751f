use std::ops::RangeInclusive;

use super::bands::{BANDS, Levels};

/// Steps that are compared: 400 ms.
pub(super) const WINDOW: usize = 40;

/// In half decibels: what is so much quieter than the loudest is drowned by it, or by the room.
const RANGE: u8 = 50;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Match {
    /// 0 to 1.
    pub(super) likeness: f32,
    pub(super) delay: usize,
}

/// The delay with which what was played explains most of what was heard. Both are [`WINDOW`] long.
pub(super) fn best_match<P: Iterator<Item = Levels> + Clone>(
    heard: impl Iterator<Item = Levels> + Clone,
    delays: RangeInclusive<usize>,
    played: impl Fn(usize) -> P,
) -> Match {
    let heard = Course::of(heard);
    let matches = delays.map(|delay| Match { likeness: heard.explained_by(&Course::of(played(delay))), delay });
    matches.max_by(|one, other| one.likeness.total_cmp(&other.likeness)).unwrap_or_default()
}

/// How each band goes up and down around its mean, in `1 / WINDOW` of a level.
struct Course {
    steps: [[f32; BANDS]; WINDOW],
    /// The sum of the squares.
    energy: [f32; BANDS],
}

impl Course {
    fn of(levels: impl Iterator<Item = Levels> + Clone) -> Self {
        let mut loudest = [0; BANDS];
        for levels in levels.clone() {
            loudest = std::array::from_fn(|band| levels[band].max(loudest[band]));
        }
        let levels = levels.map(|levels| -> Levels {
            std::array::from_fn(|band| levels[band].max(loudest[band].saturating_sub(RANGE)))
        });
        let mut sums = [0_i32; BANDS];
        for levels in levels.clone() {
            for (sum, level) in sums.iter_mut().zip(levels) {
                *sum += i32::from(level);
            }
        }
        let mut course = Self { steps: [[0.0; BANDS]; WINDOW], energy: [0.0; BANDS] };
        for (step, levels) in course.steps.iter_mut().zip(levels) {
            *step = std::array::from_fn(|band| (i32::from(levels[band]) * WINDOW as i32 - sums[band]) as f32);
            for (energy, value) in course.energy.iter_mut().zip(step) {
                *energy += *value * *value;
            }
        }
        course
    }

    /// The correlation of the bands, each counted by how much happens in it.
    fn explained_by(&self, other: &Self) -> f32 {
        let mut products = [0.0_f32; BANDS];
        for (step, other) in self.steps.iter().zip(&other.steps) {
            for ((product, value), other) in products.iter_mut().zip(step).zip(other) {
                *product += value * other;
            }
        }
        let bands = products.iter().zip(self.energy).zip(other.energy);
        let explained: f32 =
            bands.map(|((product, own), other)| if other > 0.0 { product * (own / other).sqrt() } else { 0.0 }).sum();
        (explained / self.energy.iter().sum::<f32>().max(1.0)).clamp(0.0, 1.0)
    }
}
