use super::FRAME;

/// Pitch needs no more than 4 kHz.
const DECIMATION: usize = 4;
const HALF: usize = FRAME / DECIMATION;
/// Periods of 400 Hz down to 67 Hz.
const LAGS: std::ops::RangeInclusive<usize> = 10..=60;
/// A window looks so much like itself one period later; noise does not.
const LIKE_ITSELF: f32 = 0.7;

/// Tells a voice from what has its colour but no tone: a cough, a fan, the wind.
pub(super) struct Pitch {
    /// The last two frames, coarser and without what is above a voice's tone.
    window: [f32; 2 * HALF],
    /// The sum of the few samples before the next ones.
    before: f32,
}

impl Pitch {
    pub(super) fn new() -> Self {
        Self { window: [0.0; 2 * HALF], before: 0.0 }
    }

    /// Takes the next frame and says, if `wanted`, whether it has a pitch.
    pub(super) fn hear(&mut self, frame: &[i16; FRAME], wanted: bool) -> bool {
        self.window.copy_within(HALF.., 0);
        for (coarse, few) in self.window[HALF..].iter_mut().zip(frame.as_chunks::<DECIMATION>().0) {
            let sum = few.iter().copied().map(f32::from).sum();
            *coarse = self.before + sum;
            self.before = sum;
        }
        wanted && self.is_periodic()
    }

    fn is_periodic(&self) -> bool {
        let mean = self.window.iter().sum::<f32>() / self.window.len() as f32;
        let window = self.window.map(|sample| sample - mean);
        LAGS.into_iter().any(|lag| likeness(&window[lag..], &window[..window.len() - lag]) > LIKE_ITSELF)
    }
}

fn likeness(later: &[f32], earlier: &[f32]) -> f32 {
    let (mut product, mut first, mut second) = (0.0, 1.0, 1.0);
    for (later, earlier) in later.iter().zip(earlier) {
        product += later * earlier;
        first += later * later;
        second += earlier * earlier;
    }
    product / f32::sqrt(first * second)
}
