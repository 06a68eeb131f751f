use std::f32::consts::{PI, TAU};

use async_trait::async_trait;
use futures_util::stream;

use super::persona::is_ideograph;
use crate::{Provider, ProviderError, SPEECH_RATE, SpeechPiece, SpeechRequest, SpeechStream, TextToSpeech};

/// A small formant synthesiser: it has the length, the melody and the vowels of speech, and nobody understands it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltInVoice;

#[async_trait]
impl TextToSpeech for BuiltInVoice {
    fn provider(&self) -> Provider {
        Provider::demo("built-in")
    }

    async fn speak(&self, request: SpeechRequest) -> Result<SpeechStream, ProviderError> {
        let mut spoken = 0_u64;
        let pieces = words(&request.text).into_iter().flat_map(move |word| {
            let at_ms = (spoken * 1000 / u64::from(SPEECH_RATE)) as u32;
            let samples = sound_of(&word);
            spoken += samples.len() as u64;
            let at_char = word.at_char;
            [SpeechPiece::Word { at_char, at_ms }, SpeechPiece::Audio(samples)]
        });
        Ok(Box::pin(stream::iter(pieces.map(Ok))))
    }
}

const SECOND: f32 = SPEECH_RATE as f32;
/// Root mean square of a word: -18 dBFS.
const LEVEL: f32 = 0.126;

struct Word {
    at_char: u32,
    text: String,
    /// Seconds of silence after it.
    pause: f32,
    asks: bool,
}

/// A stretch of sound with one shape of the mouth.
struct Phone {
    seconds: f32,
    formants: [f32; 3],
    voice: f32,
    breath: f32,
    /// Times the speaker's pitch, at its beginning and end.
    melody: (f32, f32),
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut inside = false;
    for (at_char, c) in (0..).zip(text.chars()) {
        let (letter, ideograph) = (c.is_alphanumeric(), is_ideograph(c));
        match words.last_mut() {
            Some(word) if letter && inside && !ideograph => word.text.push(c),
            Some(word) if !letter => {
                word.asks |= matches!(c, '?' | '？');
                word.pause = match c {
                    '.' | '!' | '?' | '。' | '！' | '？' => 0.28,
                    ',' | ';' | ':' | '，' | '、' | '；' | '：' => 0.14,
                    _ => word.pause.max(0.04),
                };
            }
            Some(_) | None if letter => words.push(Word { at_char, text: c.to_string(), pause: 0.0, asks: false }),
            Some(_) | None => {}
        }
        inside = letter && !ideograph;
    }
    words
}

fn phones(word: &Word) -> Vec<Phone> {
    let mut phones = Vec::new();
    for c in word.text.chars().flat_map(char::to_lowercase) {
        if is_ideograph(c) {
            let code = c as usize;
            let melody = [(1.25, 1.2), (0.95, 1.3), (0.95, 0.8), (1.35, 0.8)][code % 4];
            let onset = ['b', 'd', 'g', 's', 'l', 'm', 'n', 'h', 'z', 'k'][code / 4 % 10];
            let vowel = ['a', 'e', 'i', 'o', 'u'][code / 40 % 5];
            phones.push(Phone { melody, ..phone(onset, 0.06) });
            phones.push(Phone { melody, ..phone(vowel, 0.16) });
        } else {
            phones.push(phone(c, 0.065));
        }
    }
    let count = phones.len() as f32;
    let last = if word.asks { 1.35 } else { 0.88 };
    for (number, phone) in phones.iter_mut().enumerate() {
        let along = |steps: f32| 1.05 + (last - 1.05) * (number as f32 + steps) / count;
        phone.melody.0 *= along(0.0);
        phone.melody.1 *= along(1.0);
    }
    phones
}

fn phone(letter: char, seconds: f32) -> Phone {
    let (formants, voice, breath) = match letter {
        'a' => ([730.0, 1090.0, 2440.0], 1.0, 0.0),
        'e' => ([530.0, 1840.0, 2480.0], 1.0, 0.0),
        'i' | 'y' | 'j' => ([290.0, 2250.0, 3010.0], 1.0, 0.0),
        'o' => ([500.0, 900.0, 2410.0], 1.0, 0.0),
        'u' | 'w' => ([320.0, 870.0, 2240.0], 1.0, 0.0),
        'm' | 'n' => ([260.0, 1200.0, 2300.0], 0.5, 0.0),
        'l' | 'r' => ([360.0, 1300.0, 2000.0], 0.6, 0.0),
        's' | 'z' | 'c' | 'x' => ([2400.0, 4600.0, 6200.0], 0.0, 0.5),
        'f' | 'v' | 'h' => ([1200.0, 2600.0, 5200.0], 0.1, 0.25),
        'b' | 'd' | 'g' => ([240.0, 1500.0, 2500.0], 0.25, 0.02),
        'p' | 't' | 'k' | 'q' => ([900.0, 1900.0, 3600.0], 0.0, 0.12),
        other if !other.is_ascii() => return phone(['a', 'e', 'i', 'o', 'u'][other as usize % 5], seconds),
        _ => ([490.0, 1350.0, 1690.0], 0.9, 0.0),
    };
    Phone { seconds, formants, voice, breath, melody: (1.0, 1.0) }
}

fn sound_of(word: &Word) -> Vec<i16> {
    const PITCH: f32 = 132.0;
    const FADE: usize = SPEECH_RATE as usize / 125;
    let mut sound: Vec<f32> = Vec::new();
    let mut resonators = [Resonator::default(); 3];
    let (mut formants, mut voice, mut breath) = ([500.0, 1500.0, 2500.0], 0.0, 0.0);
    let (mut phase, mut tilted, mut noise) = (0.0_f32, 0.0, 0x2545_f491_u32);
    for phone in phones(word) {
        let length = (phone.seconds * SECOND) as usize;
        for at in 0..length {
            // What changes moves there within some eight milliseconds, so that nothing clicks.
            let glide = |from: &mut f32, to: f32| *from += (to - *from) * 0.005;
            glide(&mut voice, phone.voice);
            glide(&mut breath, phone.breath);
            let targets = formants.iter_mut().zip(phone.formants);
            targets.for_each(|(from, to)| glide(from, to));
            let (low, high) = phone.melody;
            phase += PITCH * (low + (high - low) * at as f32 / length as f32) / SECOND;
            phase -= phase.floor();
            tilted += (1.0 - 2.0 * phase - tilted) * 0.25;
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = noise as f32 / u32::MAX as f32 - 0.5;
            let source = voice * tilted + breath * hiss;
            let through = resonators.iter_mut().zip(formants);
            sound.push(through.fold(source, |input, (resonator, hertz)| resonator.pass(input, hertz)));
        }
    }
    let power: f32 = sound.iter().map(|sample| sample * sample).sum();
    let gain = LEVEL / (power / sound.len().max(1) as f32).sqrt().max(1e-6);
    let length = sound.len();
    let mut samples: Vec<i16> = (sound.iter().enumerate())
        .map(|(at, sample)| {
            let edge = at.min(length - 1 - at).min(FADE) as f32 / FADE as f32;
            ((sample * gain * edge).clamp(-0.95, 0.95) * 32_767.0) as i16
        })
        .collect();
    samples.resize(length + (word.pause * SECOND) as usize, 0);
    samples
}

#[derive(Clone, Copy, Default)]
struct Resonator {
    last: f32,
    before: f32,
}

impl Resonator {
    fn pass(&mut self, input: f32, hertz: f32) -> f32 {
        let radius = (-PI * (60.0 + hertz * 0.06) / SECOND).exp();
        let (b, c) = (2.0 * radius * (TAU * hertz / SECOND).cos(), -radius * radius);
        let output = (1.0 - b - c) * input + b * self.last + c * self.before;
        (self.before, self.last) = (self.last, output);
        output
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;
    use crate::SessionId;

    async fn speech(text: &str) -> (Vec<i16>, Vec<(u32, u32)>) {
        let request = SpeechRequest {
            session: SessionId::parse("s").unwrap(),
            text: text.to_owned(),
            language: "en-US".to_owned(),
            voice: None,
        };
        let (mut samples, mut marks) = (Vec::new(), Vec::new());
        let mut stream = BuiltInVoice.speak(request).await.unwrap();
        while let Some(piece) = stream.next().await {
            match piece.unwrap() {
                SpeechPiece::Audio(audio) => samples.extend(audio),
                SpeechPiece::Word { at_char, at_ms } => marks.push((at_char, at_ms)),
            }
        }
        (samples, marks)
    }

    fn level(samples: &[i16]) -> f64 {
        let loud: Vec<f64> = samples.iter().filter(|s| **s != 0).map(|s| f64::from(*s) / 32_768.0).collect();
        10.0 * (loud.iter().map(|s| s * s).sum::<f64>() / loud.len() as f64).log10()
    }

    #[tokio::test]
    async fn speech_is_as_long_as_a_person_would_need_and_as_loud_as_agreed() {
        for (text, millis) in [("The price is too high for us.", 1900), ("你的價格太高了", 1540), ("7 km", 275)]
        {
            let (samples, _) = speech(text).await;
            let length = samples.len() as i64 * 1000 / i64::from(SPEECH_RATE);
            assert!((length - millis).abs() < 200, "{text}: {length} ms");
            assert!((level(&samples) + 18.0).abs() < 2.0, "{text}: {} dB", level(&samples));
        }
    }

    #[tokio::test]
    async fn every_word_is_marked_where_it_begins_in_the_text_and_in_the_speech() {
        let (samples, marks) = speech("Hello there. 好嗎？").await;
        let places: Vec<u32> = marks.iter().map(|(at_char, _)| *at_char).collect();
        assert_eq!(places, [0, 6, 13, 14]);
        assert_eq!(marks[0].1, 0);
        assert_eq!(marks[1].1, 365);
        let at = marks[1].1 as usize * 24;
        assert!(samples[at - 400..at].iter().all(|s| *s == 0));
        assert!(samples[at..at + 2400].iter().any(|s| s.abs() > 1000));
    }

    #[tokio::test]
    async fn nothing_clicks_and_every_word_begins_and_ends_in_silence() {
        let (samples, _) = speech("Stop it, kitty!").await;
        assert_eq!(samples[0], 0);
        assert_eq!(samples.last(), Some(&0));
        let vowels = speech("aeiou").await.0;
        let jump = |samples: &[i16]| samples.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max();
        assert!(jump(&vowels) < Some(9000), "{:?}", jump(&vowels));
    }

    #[tokio::test]
    async fn a_question_rises() {
        let crossings = |samples: &[i16]| {
            let tail: Vec<i16> = samples.iter().copied().filter(|s| *s != 0).collect();
            tail[tail.len() / 2..].windows(2).filter(|w| w[0] < 0 && w[1] >= 0).count()
        };
        let (asked, told) = (speech("uuuuuuuu?").await.0, speech("uuuuuuuu.").await.0);
        assert!(crossings(&asked) > crossings(&told));
    }

    #[tokio::test]
    async fn nothing_to_say_makes_no_sound() {
        assert_eq!(speech("").await, (Vec::new(), Vec::new()));
        assert_eq!(speech(" …!").await, (Vec::new(), Vec::new()));
    }
}
