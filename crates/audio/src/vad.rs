//! Whether somebody speaks, frame by frame: a small model's score, steadied by hysteresis and by how loud the room is.

use earshot::Detector;

/// Samples of a frame at 16 kHz: 16 ms, the model's own length.
pub const FRAME: usize = 256;

/// Frames above [`ON`] in a row that begin speech: 48 ms.
const FRAMES_ON: u32 = 3;
/// Frames not above [`OFF`] in a row that end it: 192 ms, so that the stop of a plosive does not.
const FRAMES_OFF: u32 = 12;
const ON: f32 = 0.6;
const OFF: f32 = 0.35;
/// Speech is so much louder than the room, as a ratio of amplitudes: 4 dB.
const ABOVE_FLOOR: f32 = 1.6;
/// Below this root mean square nothing is taken for speech.
const SILENCE: f32 = 20.0;
/// The floor falls to a quiet frame at once and rises by about 2 dB a second.
const FLOOR_RISE: f32 = 1.004;

/// Follows one stream of samples.
pub struct VoiceActivity {
    detector: Box<Detector>,
    /// Root mean square of the room.
    floor: f32,
    speaking: bool,
    /// Frames in a row that speak for a change.
    changing: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// Of this frame alone, 0 to 1.
    pub probability: f32,
    /// With the frames before it.
    pub speaking: bool,
}

impl VoiceActivity {
    pub fn new() -> Self {
        Self { detector: Detector::default_boxed(), floor: f32::MAX, speaking: false, changing: 0 }
    }

    /// Hears the next frame. Onsets come 50 to 150 ms late, ends 200 to 300 ms.
    pub fn hear(&mut self, frame: &[i16; FRAME]) -> Activity {
        let probability = self.detector.predict_i16(frame).clamp(0.0, 1.0);
        let loudness = root_mean_square(frame);
        let audible = loudness > (self.floor * ABOVE_FLOOR).max(SILENCE);
        self.floor = loudness.max(1.0).min(self.floor * FLOOR_RISE);
        let changes = if self.speaking { probability < OFF || !audible } else { probability > ON && audible };
        self.changing = if changes { self.changing + 1 } else { 0 };
        if self.changing >= if self.speaking { FRAMES_OFF } else { FRAMES_ON } {
            self.speaking = !self.speaking;
            self.changing = 0;
        }
        Activity { probability, speaking: self.speaking }
    }
}

impl Default for VoiceActivity {
    fn default() -> Self {
        Self::new()
    }
}

fn root_mean_square(frame: &[i16; FRAME]) -> f32 {
    let energy: f32 = frame.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    (energy / FRAME as f32).sqrt()
}
