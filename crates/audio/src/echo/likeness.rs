use super::bands::{BANDS, Levels};

/// Steps that are compared: 400 ms.
pub(super) const WINDOW: usize = 40;

/// In half decibels: what is so much quieter than the loudest is drowned by it, or by the room.
const RANGE: u8 = 50;

/// How each band goes up and down around its mean.
pub(super) struct Course {
    steps: [[f32; BANDS]; WINDOW],
    /// The sum of the squares.
    energy: [f32; BANDS],
}

impl Course {
    /// Of [`WINDOW`] steps.
    pub(super) fn of(levels: &[Levels]) -> Self {
        let mut loudest = [0; BANDS];
        for levels in levels {
            loudest = std::array::from_fn(|band| levels[band].max(loudest[band]));
        }
        let quietest = loudest.map(|level| level.saturating_sub(RANGE));
        let mut course = Self { steps: [[0.0; BANDS]; WINDOW], energy: [0.0; BANDS] };
        let mut means = [0.0; BANDS];
        for (step, levels) in course.steps.iter_mut().zip(levels) {
            *step = std::array::from_fn(|band| f32::from(levels[band].max(quietest[band])));
            means = std::array::from_fn(|band| means[band] + step[band] / WINDOW as f32);
        }
        for step in &mut course.steps {
            *step = std::array::from_fn(|band| step[band] - means[band]);
            course.energy = std::array::from_fn(|band| course.energy[band] + step[band] * step[band]);
        }
        course
    }

    /// The correlation of the bands, each counted by how much happens in it.
    pub(super) fn explained_by(&self, other: &Self) -> f32 {
        let mut products = [0.0_f32; BANDS];
        for (step, other) in self.steps.iter().zip(&other.steps) {
            products = std::array::from_fn(|band| products[band] + step[band] * other[band]);
        }
        let bands = products.iter().zip(self.energy).zip(other.energy);
        // Where nothing happens there is nothing to explain, and nothing that explains.
        let explained = bands.map(|((product, own), other)| product * (own / other.max(1.0)).sqrt());
        (explained.sum::<f32>() / self.energy.iter().sum::<f32>().max(1.0)).clamp(0.0, 1.0)
    }
}
