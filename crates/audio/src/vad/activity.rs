use earshot::Detector;

use super::{FRAME, floor::NoiseFloor, pitch::Pitch, root_mean_square};

const ON: f32 = 0.55;
const OFF: f32 = 0.35;
/// Speech is so much louder than the room, as a ratio of amplitudes: 4 dB.
const ABOVE_FLOOR: f32 = 1.6;
/// Below this root mean square nothing is taken for speech.
const SILENCE: f32 = 20.0;
/// The model hears quiet speakers late or not at all: the loudest of the last moments is raised to this root mean square ...
const LOUD: f32 = 3000.0;
/// ... by no more than 24 dB.
const MOST_GAIN: f32 = 16.0;
/// What was loud is forgotten by 0.8 dB a second.
const FORGETTING: f32 = 0.9985;

/// Judges the frames of one stream.
pub struct VoiceActivity {
    detector: Box<Detector>,
    floor: NoiseFloor,
    pitch: Pitch,
    /// Root mean square of the loudest frame that is not forgotten.
    loudest: f32,
}

/// What a frame sounds like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// That it is speech, 0 to 1.
    pub probability: f32,
    /// Its root mean square.
    pub loudness: f32,
    /// It is louder than the room.
    pub audible: bool,
    /// It has a pitch. Only looked for where speech may begin.
    pub voiced: bool,
}

impl VoiceActivity {
    pub fn new() -> Self {
        Self { detector: Detector::default_boxed(), floor: NoiseFloor::new(), pitch: Pitch::new(), loudest: 0.0 }
    }

    /// Hears the next frame.
    pub fn hear(&mut self, frame: &[i16; FRAME]) -> Activity {
        let loudness = root_mean_square(frame);
        let floor = self.floor.loudness().unwrap_or_default();
        let audible = loudness > (floor * ABOVE_FLOOR).max(SILENCE);
        self.floor.hear(loudness);
        self.loudest = (self.loudest * FORGETTING).max(loudness);
        let gain = (LOUD / self.loudest.max(1.0)).clamp(1.0, MOST_GAIN);
        let raised = frame.map(|sample| (f32::from(sample) * gain) as i16);
        let probability = self.detector.predict_i16(&raised).clamp(0.0, 1.0);
        let voiced = self.pitch.hear(frame, probability > ON && audible);
        Activity { probability, loudness, audible, voiced }
    }
}

impl Default for VoiceActivity {
    fn default() -> Self {
        Self::new()
    }
}

impl Activity {
    /// Speech may begin with this frame.
    pub(super) fn begins_speech(self) -> bool {
        self.probability > ON && self.audible
    }

    /// Speech that began goes on.
    pub(super) fn continues_speech(self) -> bool {
        self.probability >= OFF && self.audible
    }
}
