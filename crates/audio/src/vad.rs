//! Whether somebody speaks. [`VoiceActivity`] judges single frames: a small model's score, how loud the room is, and whether there is
//! a pitch. [`SpeechDetector`] makes of it when speech began and when it ended.

mod activity;
mod detector;
mod floor;
mod pitch;

pub use activity::{Activity, VoiceActivity};
pub use detector::{SpeechChange, SpeechDetector, SpeechSettings};

/// Samples of a frame at 16 kHz: 16 ms, the model's own length.
pub const FRAME: usize = 256;
/// The same in milliseconds.
pub const FRAME_MS: u64 = 16;

fn root_mean_square(frame: &[i16; FRAME]) -> f32 {
    let energy: f32 = frame.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    (energy / FRAME as f32).sqrt()
}
