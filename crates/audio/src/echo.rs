//! Whether what the microphone hears is what the loudspeaker plays. Both are compared by how loud their bands are from step to step,
//! which survives a small loudspeaker, a room and a codec; a waveform does not.

mod bands;
mod likeness;

use std::collections::VecDeque;

use self::{
    bands::{Bands, FLOOR, Levels, STEP},
    likeness::{Course, WINDOW},
};
use crate::{SAMPLE_RATE, resample::Resampler, speech::SPEECH_RATE};

/// From this likeness on it is an echo.
const ECHO: f32 = 0.7;
/// Where the echo is known to come from elsewhere, a match must be better by this.
const DOUBT: f32 = 0.1;
/// Steps between two looks: 50 ms.
const PACE: u64 = 5;
/// So many looks in a row must find the same delay before it is known.
const SURE: u32 = 8;
/// Steps by which a known delay may vary.
const JITTER: usize = 3;
/// Steps by which an echo can come later than its sound was sent: 600 ms to the loudspeaker and back, and what the microphone's chunks and
/// the pauses in [`PATIENCE`] add.
const MOST_DELAY: usize = 130;
/// A pause shorter than so many steps need not have been one: the microphone's time comes in jumps.
const PATIENCE: u64 = 40;
/// Steps that may be sent before they are played: 10 s. What is sent beyond is forgotten.
const MOST_AHEAD: usize = 1000;
const NOTHING: Levels = [FLOOR; bands::BANDS];

/// Compares what one client is sent with what it hears. Its clock is the microphone, so both must be told as they come and go. Holds
/// about 15 KB.
pub struct EchoDetector {
    resampler: Resampler,
    resampled: Vec<i16>,
    far: Bands,
    near: Bands,
    played: VecDeque<Levels>,
    /// Steps until the end of `played`, by the microphone's time.
    played_until: u64,
    heard: VecDeque<Levels>,
    heard_until: u64,
    likeness: f32,
    /// The delay that was found last, and how often in a row.
    found: (usize, u32),
    known_delay: Option<usize>,
}

#[derive(Clone, Copy)]
struct Match {
    likeness: f32,
    delay: usize,
}

impl EchoDetector {
    pub fn new() -> Self {
        Self {
            resampler: Resampler::new(SPEECH_RATE, SAMPLE_RATE),
            resampled: Vec::new(),
            far: Bands::new(),
            near: Bands::new(),
            played: VecDeque::new(),
            played_until: 0,
            heard: VecDeque::new(),
            heard_until: 0,
            likeness: 0.0,
            found: (0, 0),
            known_delay: None,
        }
    }

    /// Takes what is sent to be played, mono at [`SPEECH_RATE`], when it is sent.
    pub fn play(&mut self, samples: &[i16]) {
        if self.played_until + PATIENCE < self.heard_until {
            self.begin_to_play();
        }
        self.resampled.clear();
        self.resampler.push(samples, &mut self.resampled);
        let before = self.played.len();
        self.far.hear(&self.resampled, |levels| self.played.push_back(levels));
        self.played_until += (self.played.len() - before) as u64;
        self.forget();
    }

    /// What was sent and is not played yet never will be.
    pub fn stop(&mut self) {
        let unplayed = self.played_until.saturating_sub(self.heard_until);
        self.played.truncate(self.played.len().saturating_sub(unplayed as usize));
        self.played_until -= unplayed;
    }

    /// Takes what the microphone heard, at [`SAMPLE_RATE`].
    pub fn hear(&mut self, samples: &[i16]) {
        let mut steps = Vec::with_capacity(samples.len() / STEP + 1);
        self.near.hear(samples, |levels| steps.push(levels));
        for levels in steps {
            if self.heard.len() == WINDOW {
                self.heard.pop_front();
            }
            self.heard.push_back(levels);
            self.heard_until += 1;
            if self.heard_until.is_multiple_of(PACE) {
                self.look();
            }
        }
        self.forget();
    }

    /// How much of what was heard in the last 400 ms is explained by what was played, 0 to 1.
    pub fn likeness(&self) -> f32 {
        self.likeness
    }

    /// The last 400 ms were an echo and nobody else. When somebody speaks over it, it is none as soon as they are most of what is heard.
    pub fn is_echo(&self) -> bool {
        self.likeness >= ECHO
    }

    /// After a pause nobody knows how long the way is.
    fn begin_to_play(&mut self) {
        let silence = (self.heard_until - self.played_until).min((MOST_DELAY + WINDOW) as u64);
        self.played.extend(std::iter::repeat_n(NOTHING, silence as usize));
        self.played_until = self.heard_until;
        self.known_delay = None;
        self.found = (0, 0);
    }

    fn look(&mut self) {
        if self.heard.len() < WINDOW || self.played.is_empty() {
            self.likeness = 0.0;
            return;
        }
        let heard = Course::of(self.heard.make_contiguous());
        let played = self.played_lately();
        let best = |delays: &mut dyn Iterator<Item = usize>| {
            let matches = delays.map(|delay| (heard.explained_by(&Course::of(window(&played, delay))), delay));
            let best = matches.max_by(|one, other| one.0.total_cmp(&other.0)).unwrap_or_default();
            Match { likeness: best.0, delay: best.1 }
        };
        let around = |delay: usize, reach: usize| delay.saturating_sub(reach)..=(delay + reach).min(MOST_DELAY);
        let here = self.known_delay.map(|delay| best(&mut around(delay, JITTER)));
        if let Some(here) = here.filter(|here| here.likeness >= ECHO) {
            self.learn(here);
            self.likeness = here.likeness;
            return;
        }
        // What is heard changes slowly enough that every other delay need not be tried.
        let near = best(&mut (0..=MOST_DELAY).step_by(2));
        let anywhere = best(&mut around(near.delay, 1));
        self.learn(anywhere);
        self.likeness = here.map_or(anywhere.likeness, |here| here.likeness.max(anywhere.likeness - DOUBT));
    }

    /// As much as can be an echo now, up to the microphone's time.
    fn played_lately(&self) -> Vec<Levels> {
        let until = self.played.len() as i64 - (self.played_until as i64 - self.heard_until as i64);
        let levels = |at: i64| usize::try_from(at).ok().and_then(|at| self.played.get(at)).copied();
        (until - (MOST_DELAY + WINDOW) as i64..until).map(|at| levels(at).unwrap_or(NOTHING)).collect()
    }

    fn learn(&mut self, Match { likeness, delay }: Match) {
        if likeness < ECHO {
            self.found.1 = 0;
        } else if self.found.1 > 0 && self.found.0.abs_diff(delay) <= JITTER {
            self.found = (delay, self.found.1 + 1);
        } else {
            self.found = (delay, 1);
        }
        if self.found.1 >= SURE {
            self.known_delay = Some(self.found.0);
        }
    }

    /// What can no longer be heard.
    fn forget(&mut self) {
        let oldest = self.heard_until.saturating_sub((MOST_DELAY + WINDOW) as u64);
        let useful = self.played_until.saturating_sub(oldest).min((MOST_AHEAD + MOST_DELAY + WINDOW) as u64);
        let passed = self.played.len().saturating_sub(useful as usize);
        self.played.drain(..passed);
    }
}

fn window(played: &[Levels], delay: usize) -> &[Levels] {
    let end = played.len() - delay;
    &played[end - WINDOW..end]
}

impl Default for EchoDetector {
    fn default() -> Self {
        Self::new()
    }
}
