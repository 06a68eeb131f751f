use async_trait::async_trait;

use crate::{Animation, AnimationRequest, Avatar, MouthShape, Provider, ProviderError, SPEECH_RATE, Viseme};

/// Reads the shapes of a mouth out of the sound itself: how loud it is opens the mouth, how bright it is forms the lips.
#[derive(Debug, Clone, Copy, Default)]
pub struct VisemeAvatar;

#[async_trait]
impl Avatar for VisemeAvatar {
    fn provider(&self) -> Provider {
        Provider::real("visemes")
    }

    async fn animate(&self, request: AnimationRequest) -> Result<Animation, ProviderError> {
        Ok(Animation {
            video_url: None,
            visemes: visemes(&request.speech),
            expression: Some(expression(&request.text).to_owned()),
        })
    }
}

const FRAME_MS: u32 = 20;
const FRAME: usize = (SPEECH_RATE * FRAME_MS / 1000) as usize;
/// A shape stands for at least this many frames; faster ones would look like a tremble.
const HOLD: u32 = 3;

fn visemes(speech: &[i16]) -> Vec<Viseme> {
    if speech.is_empty() {
        return Vec::new();
    }
    let frames: Vec<Frame> = speech.chunks(FRAME).map(Frame::of).collect();
    let loudest = frames.iter().map(|frame| frame.level).fold(0.0, f32::max);
    let mut track = vec![Viseme { at_ms: 0, shape: MouthShape::Closed }];
    let mut shape = MouthShape::Closed;
    let mut held = 0;
    for (number, frame) in (0..).zip(&frames) {
        let wanted = frame.shape(loudest);
        if wanted != shape && held >= HOLD {
            let at_ms = number * FRAME_MS;
            track.push(Viseme { at_ms, shape: wanted });
            shape = wanted;
            held = 0;
        }
        held += 1;
    }
    if shape != MouthShape::Closed {
        let frames = frames.len() as u32 + HOLD.saturating_sub(held);
        track.push(Viseme { at_ms: frames * FRAME_MS, shape: MouthShape::Closed });
    }
    track
}

struct Frame {
    level: f32,
    /// 0 to 2: the power of the difference between neighbours against the power of the samples.
    brightness: f32,
}

impl Frame {
    fn of(samples: &[i16]) -> Self {
        let power: f32 = samples.iter().map(|s| f32::from(*s).powi(2)).sum();
        let change: f32 = samples.windows(2).map(|pair| (f32::from(pair[1]) - f32::from(pair[0])).powi(2)).sum();
        Self { level: (power / samples.len() as f32).sqrt(), brightness: (change / power.max(1.0)).sqrt() }
    }

    fn shape(&self, loudest: f32) -> MouthShape {
        const QUIETEST_VOICE: f32 = 80.0;
        let level = self.level / loudest.max(QUIETEST_VOICE);
        match self.brightness {
            _ if level < 0.08 => MouthShape::Closed,
            0.75.. => MouthShape::Teeth,
            _ if level < 0.3 => MouthShape::Slight,
            ..0.14 => MouthShape::Round,
            0.32.. => MouthShape::Wide,
            _ => MouthShape::Open,
        }
    }
}

/// How the face looks with these words, in any language that ships.
fn expression(text: &str) -> &'static str {
    const REFUSALS: [&str; 21] = [
        "not really",
        "cannot",
        "can't",
        "won't",
        "don't",
        "do not",
        "no way",
        "i doubt",
        "unfortunately",
        "too high",
        "too expensive",
        "不行",
        "不要",
        "不能",
        "沒辦法",
        "没办法",
        "不放心",
        "擔心",
        "担心",
        "袂使",
        "毋是",
    ];
    let text = text.to_lowercase();
    if REFUSALS.iter().any(|words| text.contains(words)) {
        "doubtful"
    } else if text.contains(['?', '？']) {
        "curious"
    } else if text.contains(['!', '！']) {
        "lively"
    } else {
        "neutral"
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(hertz: f32, millis: usize, level: f32) -> Vec<i16> {
        let sample = |at: usize| (TAU * hertz * at as f32 / SPEECH_RATE as f32).sin() * level;
        (0..millis * 24).map(|at| sample(at) as i16).collect()
    }

    fn shapes(track: &[Viseme]) -> Vec<MouthShape> {
        track.iter().map(|viseme| viseme.shape).collect()
    }

    #[test]
    fn the_sound_shapes_the_mouth() {
        use MouthShape::{Closed, Open, Round, Slight, Teeth, Wide};
        let speech = [
            tone(0.0, 100, 0.0),
            tone(350.0, 200, 9000.0),
            tone(900.0, 200, 9000.0),
            tone(2000.0, 200, 9000.0),
            tone(5500.0, 200, 4000.0),
            tone(900.0, 200, 1500.0),
            tone(0.0, 200, 0.0),
        ];
        let track = visemes(&speech.concat());
        assert_eq!(shapes(&track), [Closed, Round, Open, Wide, Teeth, Slight, Closed]);
        let times: Vec<u32> = track.iter().map(|viseme| viseme.at_ms).collect();
        assert_eq!(times, [0, 100, 300, 500, 700, 900, 1100]);
    }

    #[test]
    fn no_shape_trembles_and_the_mouth_begins_and_ends_closed() {
        for flutter in [20, 33, 45, 61] {
            let speech: Vec<i16> = (0..40).flat_map(|n| tone([400.0, 6000.0][n % 2], flutter, 8000.0)).collect();
            let track = visemes(&speech);
            assert!(track.len() > 4, "the mouth stands still at {flutter} ms");
            assert!(track.windows(2).all(|pair| pair[1].at_ms - pair[0].at_ms >= 60), "{track:?}");
            assert!(track.windows(2).all(|pair| pair[1].shape != pair[0].shape), "{track:?}");
            assert_eq!(shapes(&track).first(), Some(&MouthShape::Closed));
            assert_eq!(shapes(&track).last(), Some(&MouthShape::Closed));
        }
    }

    #[test]
    fn silence_keeps_the_mouth_closed_and_no_speech_needs_none() {
        assert_eq!(shapes(&visemes(&[3; 24_000])), [MouthShape::Closed]);
        assert_eq!(visemes(&[]), []);
    }

    #[test]
    fn the_words_give_the_expression() {
        assert_eq!(expression("I can't do that. Can you?"), "doubtful");
        assert_eq!(expression("你今天好嗎？"), "curious");
        assert_eq!(expression("Wonderful!"), "lively");
        assert_eq!(expression("It is Monday."), "neutral");
    }
}
