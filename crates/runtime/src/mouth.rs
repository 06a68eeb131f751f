//! The persona's mouth: gathers what a voice says, and lets it out in frames, never too far ahead of the ear.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use audio::{FrameCutter, SpeechCodec};
use ports::SPEECH_RATE;
use session::TurnId;
use tokio::time::Instant;

use crate::room::RoomEvent;

/// Frames that are due within so much of each other may leave together: waking a session for each would cost more than
/// what is done then.
const TOGETHER: Duration = Duration::from_millis(200);
/// Of the lead, so that it stays long.
const TOGETHER_SHARE: u32 = 8;

pub(crate) struct Mouth {
    /// Frames are let out so long before they are to be heard.
    lead: Duration,
    held_since: Option<Instant>,
    speech: Option<Speech>,
    /// When the turn before began: what was said in it may still be on its way to the store.
    before: Option<(TurnId, Instant)>,
}

/// Of one turn.
struct Speech {
    turn: TurnId,
    /// Cuts frames for clients that take them; others fetch the whole when it is kept.
    cutter: Option<FrameCutter>,
    codec: SpeechCodec,
    waiting: VecDeque<audio::SpeechFrame>,
    /// What is said from this sample on.
    texts: VecDeque<(u64, String)>,
    samples: Vec<i16>,
    frames: u32,
    /// In samples.
    let_out: u64,
    /// When the first frame was let out, as if nothing had held it up since.
    began: Option<Instant>,
    is_complete: bool,
    is_over: bool,
}

/// A piece of the persona's voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechFrame {
    pub turn: TurnId,
    /// 0, 1, 2 ... in a turn.
    pub number: u32,
    pub codec: SpeechCodec,
    pub duration_ms: u64,
    pub bytes: bytes::Bytes,
    /// What is being said, where a stretch of it begins.
    pub text: Option<String>,
}

impl Mouth {
    pub(crate) fn new(lead: Duration) -> Self {
        Self { lead, held_since: None, speech: None, before: None }
    }

    /// With a codec, frames are let out.
    pub(crate) fn begin(&mut self, turn: TurnId, codec: Option<SpeechCodec>) {
        let before = self.speech.take().and_then(|speech| Some((speech.turn, speech.began?)));
        self.before = before.or(self.before);
        self.speech = Some(Speech {
            turn,
            cutter: codec.map(FrameCutter::new),
            codec: codec.unwrap_or(SpeechCodec::Pcm16),
            waiting: VecDeque::new(),
            texts: VecDeque::new(),
            samples: Vec::new(),
            frames: 0,
            let_out: 0,
            began: None,
            is_complete: false,
            is_over: false,
        });
    }

    pub(crate) fn hold(&mut self, now: Instant) {
        self.held_since.get_or_insert(now);
    }

    pub(crate) fn go_on(&mut self, now: Instant) {
        let Some(since) = self.held_since.take() else {
            return;
        };
        // What is not going on is not held up either.
        let goes_on = self.speech.as_mut().filter(|speech| !speech.is_over);
        if let Some(began) = goes_on.and_then(|speech| speech.began.as_mut()) {
            *began += now - since;
        }
    }

    /// The voice has said all.
    pub(crate) fn finish(&mut self) {
        if let Some(speech) = &mut self.speech {
            speech.is_complete = true;
            if let Some(cutter) = &mut speech.cutter {
                speech.waiting.extend(cutter.finish());
            }
        }
    }

    /// Nothing more of this turn is let out. What was said can still be kept.
    pub(crate) fn stop(&mut self) {
        if let Some(speech) = &mut self.speech {
            speech.waiting.clear();
            speech.cutter = None;
            speech.is_over = true;
        }
    }

    /// The next words that the voice is going to say.
    pub(crate) fn on_stretch(&mut self, text: &str) {
        if let Some(speech) = &mut self.speech {
            speech.texts.push_back((speech.samples.len() as u64, text.to_owned()));
        }
    }

    /// Takes what the voice said; answers its length in whole milliseconds, so that all lengths add up.
    pub(crate) fn voice(&mut self, samples: &[i16]) -> u64 {
        let Some(speech) = self.speech.as_mut().filter(|speech| !speech.is_over) else {
            return 0;
        };
        let before = milliseconds(speech.samples.len() as u64);
        speech.samples.extend_from_slice(samples);
        if let Some(cutter) = &mut speech.cutter {
            speech.waiting.extend(cutter.push(samples));
        }
        milliseconds(speech.samples.len() as u64) - before
    }

    /// When the client could begin to hear this turn, as if nothing had held it up since.
    pub(crate) fn began(&self, turn: TurnId) -> Option<Instant> {
        let speech = self.speech.as_ref().filter(|speech| speech.turn == turn);
        let before = self.before.filter(|(before, _)| *before == turn).map(|(_, began)| began);
        speech.and_then(|speech| speech.began).or(before)
    }

    /// Of this turn, what was said before this time; all of it where none is given.
    pub(crate) fn speech(&self, turn: TurnId, until_ms: Option<u64>) -> Arc<[i16]> {
        let Some(speech) = self.speech.as_ref().filter(|speech| speech.turn == turn) else {
            return Arc::default();
        };
        let most = until_ms.map_or(u64::MAX, |ms| ms.saturating_mul(u64::from(SPEECH_RATE)) / 1_000);
        let length = usize::try_from(most).unwrap_or(usize::MAX).min(speech.samples.len());
        speech.samples[..length].into()
    }

    /// Nobody asks for what was said any more.
    pub(crate) fn forget(&mut self) {
        if let Some(speech) = &mut self.speech {
            speech.samples = Vec::new();
        }
    }

    /// What the last frame says; nothing where it was the end.
    pub(crate) fn let_out(&self) -> &[i16] {
        let Some(speech) = self.speech.as_ref().filter(|speech| !speech.is_over) else {
            return &[];
        };
        let end = usize::try_from(speech.let_out).unwrap_or(usize::MAX).min(speech.samples.len());
        &speech.samples[end.saturating_sub(audio::SPEECH_FRAME)..end]
    }

    /// When the next frame is due; the first one is at once.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        let speech = self.speech.as_ref().filter(|speech| self.held_since.is_none() && !speech.is_over)?;
        if speech.waiting.is_empty() && !speech.ends() {
            return None;
        }
        let due = |began: Instant| (began + length(speech.let_out)).checked_sub(self.lead).unwrap_or(began);
        Some(speech.began.map_or(now, due))
    }

    /// When to let out the next frame at the latest: some later than it is due, where others can go with it then.
    pub(crate) fn wants_to_speak(&self, now: Instant) -> Option<Instant> {
        let due = self.due(now)?;
        let waiting = self.speech.as_ref().map_or(0, |speech| speech.waiting.len());
        let frame = length(audio::SPEECH_FRAME as u64);
        let room = TOGETHER.min(self.lead / TOGETHER_SHARE).as_millis() / frame.as_millis();
        let others = u32::try_from(room).unwrap_or(0).min(u32::try_from(waiting.saturating_sub(1)).unwrap_or(u32::MAX));
        Some(if due > now { due + frame * others } else { due })
    }

    /// The next frame, or the end of them, if it is due.
    pub(crate) fn next(&mut self, now: Instant) -> Option<RoomEvent> {
        if self.due(now).is_none_or(|due| due > now) {
            return None;
        }
        let speech = self.speech.as_mut()?;
        let Some(audio::SpeechFrame { bytes, samples, duration_ms }) = speech.waiting.pop_front() else {
            speech.is_over = true;
            let duration_ms = milliseconds(speech.let_out);
            return Some(RoomEvent::SpeechEnd { turn: speech.turn, frames: speech.frames, duration_ms });
        };
        // Whoever has nothing left to play waits, and what they play afterwards is later by as much.
        let began = speech.began.unwrap_or(now).max(now.checked_sub(length(speech.let_out)).unwrap_or(now));
        speech.began = Some(began);
        let mut text = None;
        while let Some((_, begins)) = speech.texts.pop_front_if(|(at, _)| *at <= speech.let_out) {
            text = Some(begins);
        }
        let number = speech.frames;
        speech.frames += 1;
        speech.let_out += samples as u64;
        let (turn, codec) = (speech.turn, speech.codec);
        Some(RoomEvent::Frame(SpeechFrame { turn, number, codec, duration_ms, bytes, text }))
    }
}

impl Speech {
    fn ends(&self) -> bool {
        self.is_complete && self.cutter.is_some()
    }
}

fn milliseconds(samples: u64) -> u64 {
    samples * 1_000 / u64::from(SPEECH_RATE)
}

fn length(samples: u64) -> Duration {
    Duration::from_millis(milliseconds(samples))
}

#[cfg(test)]
mod tests;
