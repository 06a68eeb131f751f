//! A labelled dialogue: what a microphone hears, and what really happened.

use std::process::Command;

use anyhow::Context as _;
use audio::{SAMPLE_RATE, decode};

use super::{
    random::Random,
    script::{self, Language, Phrase},
};

pub(super) struct Dialogue {
    pub(super) samples: Vec<i16>,
    pub(super) turns: Vec<Turn>,
}

/// In milliseconds from the beginning of the dialogue.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub(super) begin_ms: u64,
    pub(super) end_ms: u64,
    /// From and to, between its phrases.
    pub(super) pauses_ms: Vec<(u64, u64)>,
    pub(super) words: Vec<Word>,
}

/// When a streaming recogniser gives it, and the text that it adds.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) at_ms: u64,
    pub(super) text: String,
}

/// How loud the room is, below the voice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Room {
    Quiet,
    Loud,
}

struct Voice {
    name: &'static str,
    words_per_minute: u64,
    pitch: u64,
}

const RECOGNISER_DELAY_MS: u64 = 150;
/// While the persona answers.
const BETWEEN_TURNS_MS: (u64, u64) = (2_600, 3_600);
const SAMPLES_PER_MS: usize = SAMPLE_RATE as usize / 1_000;
/// Root mean square of every voice.
const LOUDNESS: f32 = 2_500.0;
/// Ten milliseconds softer than this part of the loudness are not speech any more.
const AUDIBLE: f32 = 0.03;

/// Whether there is a voice on this machine.
pub(super) fn can_speak() -> bool {
    Command::new("espeak-ng").arg("--version").output().is_ok_and(|output| output.status.success())
}

impl Dialogue {
    pub(super) fn record(language: Language, room: Room, turns: usize, seed: u64) -> anyhow::Result<Self> {
        let mut random = Random::new(seed);
        let voice = Voice::pick(language, &mut random);
        let mut dialogue = Self { samples: Vec::new(), turns: Vec::new() };
        dialogue.be_silent(random.between(BETWEEN_TURNS_MS.0, BETWEEN_TURNS_MS.1));
        for _ in 0..turns {
            dialogue.speak(&voice, &script::turn(language, &mut random))?;
            dialogue.be_silent(random.between(BETWEEN_TURNS_MS.0, BETWEEN_TURNS_MS.1));
        }
        dialogue.make_noise(room, &mut random);
        Ok(dialogue)
    }

    fn speak(&mut self, voice: &Voice, phrases: &[Phrase]) -> anyhow::Result<()> {
        let mut turn = Turn { begin_ms: self.now_ms(), ..Turn::default() };
        for phrase in phrases {
            let begin_ms = self.now_ms();
            self.samples.extend(voice.say(&phrase.spoken)?);
            turn.end_ms = self.now_ms();
            turn.words.extend(timed(phrase, begin_ms, turn.end_ms));
            if phrase.pause_ms > 0 {
                self.be_silent(phrase.pause_ms);
                turn.pauses_ms.push((turn.end_ms, self.now_ms()));
            }
        }
        self.turns.push(turn);
        Ok(())
    }

    fn be_silent(&mut self, ms: u64) {
        self.samples.resize(self.samples.len() + ms as usize * SAMPLES_PER_MS, 0);
    }

    /// Duller than white noise, as rooms are.
    fn make_noise(&mut self, room: Room, random: &mut Random) {
        let decibels = match room {
            Room::Quiet => -30.0,
            Room::Loud => -15.0,
        };
        let mut dull = 0.0;
        let noise: Vec<f32> = (0..self.samples.len())
            .map(|_| {
                dull = 0.8 * dull + random.sample();
                dull
            })
            .collect();
        let gain = LOUDNESS * 10_f32.powf(decibels / 20.0) / root_mean_square(noise.iter().copied());
        for (sample, noise) in self.samples.iter_mut().zip(noise) {
            *sample = (f32::from(*sample) + noise * gain) as i16;
        }
    }

    fn now_ms(&self) -> u64 {
        (self.samples.len() / SAMPLES_PER_MS) as u64
    }
}

impl Voice {
    fn pick(language: Language, random: &mut Random) -> Self {
        let names: &[&str] = match language {
            Language::English => &["en-us", "en-gb", "en-gb-scotland"],
            Language::Mandarin => &["cmn"],
        };
        Self { name: random.pick(names), words_per_minute: random.between(140, 190), pitch: random.between(35, 65) }
    }

    /// Equally loud each time, without the silence around it, in whole milliseconds.
    fn say(&self, text: &str) -> anyhow::Result<Vec<i16>> {
        let (speed, pitch) = (self.words_per_minute.to_string(), self.pitch.to_string());
        let output = Command::new("espeak-ng")
            .args(["-v", self.name, "-s", &speed, "-p", &pitch, "-z", "--stdout", "--", text])
            .output()
            .context("cannot start espeak-ng")?;
        let samples = decode([output.stdout]).with_context(|| format!("espeak-ng does not speak as {}", self.name))?;
        let loudness = root_mean_square(samples.iter().copied().map(f32::from));
        let windows: Vec<_> = samples.chunks_exact(10 * SAMPLES_PER_MS).collect();
        let is_audible = |window: &&[i16]| root_mean_square(window.iter().copied().map(f32::from)) > loudness * AUDIBLE;
        let first = windows.iter().position(is_audible).context("espeak-ng says nothing")?;
        let last = windows.iter().rposition(is_audible).unwrap_or(first);
        let gain = LOUDNESS / loudness;
        Ok(windows[first..=last].iter().copied().flatten().map(|sample| (f32::from(*sample) * gain) as i16).collect())
    }
}

/// The words share the time of their phrase by their letters.
fn timed(phrase: &Phrase, begin_ms: u64, end_ms: u64) -> Vec<Word> {
    let mut letters = 0;
    let timed = phrase.heard.iter().map(|text| {
        letters = (letters + text.chars().count()).min(phrase.letters);
        let spoken_ms = (end_ms - begin_ms) * letters as u64 / phrase.letters.max(1) as u64;
        Word { at_ms: begin_ms + spoken_ms + RECOGNISER_DELAY_MS, text: text.clone() }
    });
    timed.collect()
}

fn root_mean_square(samples: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = samples.len().max(1) as f32;
    (samples.map(|sample| sample * sample).sum::<f32>() / count).sqrt()
}
