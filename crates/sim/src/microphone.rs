//! The user's voice and what a microphone makes of it: chunks of audio, and what a detector hears in them.

use std::{collections::VecDeque, ops::Range};

use session::{Sound, SoundChange};

/// So much speech is needed before it counts as speech, and so much silence before it counts as silence.
const ONSET_MS: u64 = 60;
const HANGOVER_MS: u64 = 200;
/// So long it takes to find out that what is heard is what is being played.
const ECHO_FOUND_MS: u64 = 260;
/// PCM16 at 16 kHz.
const BYTES_PER_MS: u64 = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Words,
    /// A cough, a door: a detector takes it for speech, a recogniser for nothing.
    Noise,
    /// The persona, out of the user's own loudspeaker.
    Echo,
}

#[derive(Debug)]
struct Utterance {
    from: u64,
    until: u64,
    voice: Voice,
}

/// A piece of a sentence, with the white space behind it.
#[derive(Debug)]
struct Word {
    text: String,
    /// When it was said, and where in the audio that is once it was recorded.
    ends: u64,
    recorded: bool,
}

#[derive(Debug)]
pub(crate) struct Microphone {
    pub(crate) period_ms: u64,
    pub(crate) is_open: bool,
    utterances: VecDeque<Utterance>,
    words: Vec<Word>,
    next_word: usize,
    head_ms: u64,
    detector: Detector,
}

/// What was recorded in one period.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) bytes: u64,
    pub(crate) sound: Option<Sound>,
    /// The words that end in it.
    pub(crate) words: Range<usize>,
}

#[derive(Debug, Default)]
struct Detector {
    is_speaking: bool,
    active_since: Option<u64>,
    silent_since: Option<u64>,
    /// What is heard now was found to be an echo.
    is_echo: bool,
}

impl Microphone {
    pub(crate) fn new(period_ms: u64) -> Self {
        Self {
            period_ms,
            is_open: false,
            utterances: VecDeque::new(),
            words: Vec::new(),
            next_word: 0,
            head_ms: 0,
            detector: Detector::default(),
        }
    }

    /// Somebody says this; each later than what was said before.
    pub(crate) fn talk(&mut self, from: u64, until: u64, voice: Voice, text: &str) {
        self.utterances.push_back(Utterance { from, until, voice });
        let letters = text.chars().count().max(1) as u64;
        let mut said = 0;
        for piece in pieces(text) {
            said += piece.chars().count() as u64;
            let ends = from + (until - from) * said / letters;
            let is_last_english = said == letters && piece.is_ascii();
            let text = if is_last_english { format!("{piece} ") } else { piece.to_owned() };
            self.words.push(Word { text, ends, recorded: false });
        }
    }

    /// When the last of what is going to be said is over.
    pub(crate) fn is_said_at(&self) -> u64 {
        self.utterances.back().map_or(0, |utterance| utterance.until)
    }

    /// What was recorded since one period ago; `None` of a microphone that is off.
    pub(crate) fn record(&mut self, now: u64, with_sound: bool) -> Option<Chunk> {
        let from = now - self.period_ms;
        let first_word = self.skip_unrecorded(from);
        if !self.is_open {
            return None;
        }
        let head = self.head_ms;
        self.head_ms += self.period_ms;
        let mut changes = Vec::new();
        let mut at = from;
        while at < now {
            let (voice, next) = self.sounding(at, now);
            self.detector.hear(head + (at - from), head + (next - from), voice, &mut changes);
            at = next;
        }
        while let Some(word) = self.words.get_mut(self.next_word).filter(|word| word.ends <= now) {
            word.recorded = true;
            self.next_word += 1;
        }
        let sound = Sound { head_ms: self.head_ms, changes, speaking: self.detector.is_speaking };
        Some(Chunk {
            bytes: self.period_ms * BYTES_PER_MS,
            sound: with_sound.then_some(sound),
            words: first_word..self.next_word,
        })
    }

    /// What a recogniser that makes no mistakes understands of these words.
    pub(crate) fn text(&self, words: Range<usize>) -> String {
        let words = self.words.get(words).unwrap_or_default();
        let mut text: String = words.iter().filter(|word| word.recorded).map(|word| word.text.as_str()).collect();
        text.truncate(text.trim_end().len());
        text
    }

    /// The first of the words that were said after this.
    pub(crate) fn first_word_after(&self, at: u64) -> usize {
        let earlier = self.words[..self.next_word].iter().rev().take_while(|word| word.ends > at).count();
        self.next_word - earlier
    }

    pub(crate) fn words_recorded(&self) -> usize {
        self.next_word
    }

    /// Whether anything was to be heard from this user at this time, or so shortly before.
    pub(crate) fn sounded_within(&self, ms: u64, now: u64) -> bool {
        self.utterances.iter().any(|said| said.voice != Voice::Echo && said.from <= now && said.until + ms >= now)
    }

    /// Words said into a microphone that is off are said to nobody.
    fn skip_unrecorded(&mut self, from: u64) -> usize {
        while self.words.get(self.next_word).is_some_and(|word| word.ends <= from) {
            self.next_word += 1;
        }
        self.next_word
    }

    /// What sounds at `at`, and until when at least, but not beyond `until`.
    fn sounding(&mut self, at: u64, until: u64) -> (Option<Voice>, u64) {
        const REMEMBERED_MS: u64 = 6_000;
        while self.utterances.front().is_some_and(|said| said.until + REMEMBERED_MS <= at) {
            self.utterances.pop_front();
        }
        let Some(said) = self.utterances.iter().find(|said| said.until > at) else {
            return (None, until);
        };
        if said.from <= at { (Some(said.voice), said.until.min(until)) } else { (None, said.from.min(until)) }
    }
}

impl Detector {
    fn hear(&mut self, from: u64, until: u64, voice: Option<Voice>, changes: &mut Vec<SoundChange>) {
        let Some(voice) = voice else {
            self.active_since = None;
            self.is_echo = false;
            let since = *self.silent_since.get_or_insert(from);
            if self.is_speaking && until - since >= HANGOVER_MS {
                self.is_speaking = false;
                changes.push(SoundChange::Stopped { at_ms: since });
            }
            return;
        };
        self.silent_since = None;
        if self.is_echo {
            return;
        }
        let since = *self.active_since.get_or_insert(from);
        if !self.is_speaking && until - since >= ONSET_MS {
            self.is_speaking = true;
            changes.push(SoundChange::Started { at_ms: since });
        }
        if self.is_speaking && voice == Voice::Echo && until - since >= ECHO_FOUND_MS {
            (self.is_speaking, self.is_echo) = (false, true);
            changes.push(SoundChange::Withdrawn);
        }
    }
}

/// The words of a text; every Chinese character is one.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if first >= '\u{2e80}' {
            let after = rest.char_indices().skip(1).find(|(_, c)| c.is_alphanumeric() || *c == ' ');
            after.map_or(rest.len(), |(byte, _)| byte)
        } else {
            rest.char_indices().find(|(_, c)| *c == ' ').map_or(rest.len(), |(byte, _)| byte + 1)
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(microphone: &mut Microphone, until: u64) -> Vec<(u64, SoundChange)> {
        let mut heard = Vec::new();
        for now in (microphone.period_ms..=until).step_by(100) {
            if let Some(Chunk { sound: Some(sound), .. }) = microphone.record(now, true) {
                heard.extend(sound.changes.into_iter().map(|change| (now, change)));
            }
        }
        heard
    }

    #[test]
    fn speech_is_told_a_little_later_than_it_began_and_silence_later_than_that() {
        let mut microphone = Microphone::new(100);
        microphone.is_open = true;
        microphone.talk(450, 1_000, Voice::Words, "hello you");
        let heard = listen(&mut microphone, 2_000);
        let expected = [(600, SoundChange::Started { at_ms: 450 }), (1_200, SoundChange::Stopped { at_ms: 1_000 })];
        assert_eq!(heard, expected);
        assert_eq!(microphone.text(0..2), "hello you");
    }

    #[test]
    fn an_echo_is_taken_for_speech_until_it_is_found_out() {
        let mut microphone = Microphone::new(100);
        microphone.is_open = true;
        microphone.talk(400, 3_000, Voice::Echo, "");
        let heard = listen(&mut microphone, 4_000);
        assert_eq!(heard, [(500, SoundChange::Started { at_ms: 400 }), (700, SoundChange::Withdrawn)]);
    }

    #[test]
    fn what_is_said_while_the_microphone_is_off_reaches_nobody() {
        let mut microphone = Microphone::new(100);
        microphone.talk(0, 1_000, Voice::Words, "one two");
        assert_eq!(listen(&mut microphone, 1_000), []);
        microphone.is_open = true;
        microphone.talk(1_500, 2_000, Voice::Words, "three");
        let heard = listen(&mut microphone, 0);
        assert_eq!(heard, []);
        let words: Vec<_> = (1_100..=2_500).step_by(100).filter_map(|now| microphone.record(now, true)).collect();
        let text: Vec<_> = words.into_iter().map(|chunk| microphone.text(chunk.words)).collect();
        assert_eq!(text.concat(), "three");
    }

    #[test]
    fn chinese_is_said_character_by_character() {
        assert_eq!(pieces("你好，我们 ok 吗？").collect::<Vec<_>>(), ["你", "好，", "我", "们", " ", "ok ", "吗？"]);
    }
}
