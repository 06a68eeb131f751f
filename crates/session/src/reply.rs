//! What the persona says in a turn, how far its voice has come, and how much of it was heard.

use std::collections::VecDeque;

use crate::{Finish, OpId, SessionTime, Source, Speech, Usage, playback::Playback, sentences::Sentences};

/// What the persona speaks, and how.
#[derive(Debug, Clone)]
pub(crate) struct Tongue {
    pub(crate) language: String,
    pub(crate) voice: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    /// The model that still speaks.
    pub(crate) answer: Option<OpId>,
    /// Who asks for another language gets it with the next turn.
    pub(crate) tongue: Tongue,
    pub(crate) text: String,
    /// As a whole.
    pub(crate) is_told: bool,
    pub(crate) deltas: u32,
    /// As its client hears it; whoever comes later and hears otherwise hears the next one.
    pub(crate) speech: Speech,
    sentences: Option<Sentences>,
    /// For the voice, in order.
    waiting: VecDeque<String>,
    pub(crate) voicing: Option<OpId>,
    stretches: Vec<Stretch>,
    pub(crate) playback: Playback,
    pub(crate) voice: Option<Source>,
    pub(crate) face: Face,
    /// The mouth waits for more.
    pub(crate) is_mouth_open: bool,
    /// The client was told that something was not spoken.
    pub(crate) is_voice_broken: bool,
}

/// What is done once all is spoken.
#[derive(Debug)]
pub(crate) enum Face {
    NotYet,
    Keeping(OpId),
    Animating(OpId, Option<KeptSpeech>),
    Shown,
}

#[derive(Debug, Clone)]
pub(crate) struct KeptSpeech {
    pub(crate) audio: String,
    pub(crate) duration_ms: u64,
}

/// What the model said in the end.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) finish: Finish,
    pub(crate) usage: Option<Usage>,
    pub(crate) by: Source,
}

/// How far a voice has come with a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Speaks,
    /// It failed, at the beginning or later. The rest is read.
    Failed,
    HasSpoken,
}

/// A piece of the reply that was given to the voice as one.
#[derive(Debug)]
struct Stretch {
    text: String,
    begins_ms: u64,
    /// Spoken so far.
    ms: u64,
    voice: Voice,
    /// Where in the text words begin, in `char`s, and when in the speech.
    words: Vec<(u32, u64)>,
}

impl Reply {
    pub(crate) fn new(answer: OpId, tongue: Tongue, speech: Speech) -> Self {
        Self {
            answer: Some(answer),
            tongue,
            text: String::new(),
            is_told: false,
            deltas: 0,
            speech,
            sentences: (speech == Speech::Streamed).then(Sentences::default),
            waiting: VecDeque::new(),
            voicing: None,
            stretches: Vec::new(),
            playback: Playback::default(),
            voice: None,
            face: Face::NotYet,
            is_mouth_open: speech != Speech::Mute,
            is_voice_broken: false,
        }
    }

    pub(crate) fn on_token(&mut self, token: &str) {
        self.text.push_str(token);
        self.deltas += 1;
        if let Some(sentences) = &mut self.sentences {
            self.waiting.extend(sentences.push(token));
        }
    }

    /// No more words come. A voice that is not streamed speaks them all at once.
    pub(crate) fn on_last_token(&mut self) {
        self.answer = None;
        match &mut self.sentences {
            Some(sentences) => self.waiting.extend(sentences.finish()),
            None => self.waiting.push_back(self.text.clone()),
        }
    }

    pub(crate) fn is_streamed(&self) -> bool {
        self.speech == Speech::Streamed
    }

    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Where the newest stretch begins: once it is heard, the next one may be spoken.
    pub(crate) fn newest_begins_ms(&self) -> Option<u64> {
        self.stretches.last().filter(|stretch| stretch.ms > 0).map(|stretch| stretch.begins_ms)
    }

    /// The next stretch, and its number.
    pub(crate) fn next_stretch(&mut self) -> Option<(u32, String)> {
        let text = self.waiting.pop_front()?;
        let number = u32::try_from(self.stretches.len()).unwrap_or(u32::MAX);
        let begins_ms = self.playback.total_ms();
        self.stretches.push(Stretch { text: text.clone(), begins_ms, ms: 0, voice: Voice::Speaks, words: Vec::new() });
        Some((number, text))
    }

    pub(crate) fn on_voiced(&mut self, ms: u64, now: SessionTime) {
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.ms += ms;
        }
        self.playback.on_voiced(ms, now);
    }

    pub(crate) fn on_word(&mut self, at_char: u32, at_ms: u64) {
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.words.push((at_char, at_ms));
        }
    }

    /// The newest stretch was spoken, or cannot be.
    pub(crate) fn on_stretch_over(&mut self, is_whole: bool) {
        self.voicing = None;
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.voice = if is_whole { Voice::HasSpoken } else { Voice::Failed };
        }
    }

    /// There is no more to be spoken.
    pub(crate) fn is_voiced(&self) -> bool {
        self.answer.is_none() && self.waiting.is_empty() && self.voicing.is_none()
    }

    /// Everything that still works for it.
    pub(crate) fn running(&self) -> impl Iterator<Item = OpId> + use<> {
        let face = match self.face {
            Face::Keeping(op) | Face::Animating(op, _) => Some(op),
            Face::NotYet | Face::Shown => None,
        };
        self.answer.into_iter().chain(self.voicing).chain(face)
    }

    /// The words that were heard by then: whole sentences, and of the one that sounded, every word that had begun.
    pub(crate) fn heard_text(&self, now: SessionTime) -> String {
        if !self.is_streamed() {
            return self.text.clone();
        }
        let position = self.playback.position_ms(now);
        let mut heard = String::new();
        for stretch in self.stretches.iter().take_while(|stretch| stretch.begins_ms <= position) {
            heard.push_str(stretch.heard_by(position - stretch.begins_ms));
        }
        heard.truncate(heard.trim_end().len());
        heard
    }
}

impl Stretch {
    fn heard_by(&self, position_ms: u64) -> &str {
        if position_ms == 0 {
            return "";
        }
        // What could not be spoken was read.
        if self.voice != Voice::Speaks && position_ms >= self.ms {
            return &self.text;
        }
        let chars = match self.words.iter().find(|(_, at_ms)| *at_ms > position_ms) {
            Some((at_char, _)) => *at_char as usize,
            None if self.words.is_empty() => {
                let chars = self.text.chars().count() as u64;
                let chars_heard = (chars * position_ms).div_ceil(self.whole_ms().max(1));
                end_of_word(&self.text, usize::try_from(chars_heard).unwrap_or(usize::MAX))
            }
            None if self.voice == Voice::HasSpoken => usize::MAX,
            // There will be more words, of which nobody knows yet when they begin.
            None => self.words.last().map_or(0, |(at_char, _)| end_of_word(&self.text, *at_char as usize + 1)),
        };
        self.text.char_indices().nth(chars).map_or(&self.text, |(byte, _)| &self.text[..byte])
    }

    /// How long the whole of it is, or will be.
    fn whole_ms(&self) -> u64 {
        if self.voice == Voice::HasSpoken {
            return self.ms;
        }
        let usual = self.text.chars().map(|c| if c < '\u{2e80}' { LETTER_MS } else { WIDE_LETTER_MS }).sum::<u64>();
        usual.max(self.ms)
    }
}

/// How long voices take for a letter, and for a Chinese character.
const LETTER_MS: u64 = 65;
const WIDE_LETTER_MS: u64 = 230;

/// The end of the word that has begun at this character. Every Chinese character is a word.
fn end_of_word(text: &str, at: usize) -> usize {
    let alphabetic = |c: char| c.is_alphanumeric() && c < '\u{2e80}';
    let inside = at > 0 && text.chars().nth(at - 1).is_some_and(alphabetic);
    if !inside {
        return at;
    }
    at + text.chars().skip(at).take_while(|c| alphabetic(*c) || *c == '\'').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tongue() -> Tongue {
        Tongue { language: "en".into(), voice: None }
    }

    fn spoken(text: &str, ms: u64) -> Reply {
        let mut reply = Reply::new(OpId(1), tongue(), Speech::Streamed);
        reply.on_token(text);
        reply.on_last_token();
        while reply.next_stretch().is_some() {
            reply.on_voiced(ms, SessionTime(0));
            reply.on_stretch_over(true);
        }
        reply
    }

    #[test]
    fn without_marks_words_are_heard_in_proportion() {
        let reply = spoken("one two three four", 1_800);
        assert_eq!(reply.heard_text(SessionTime(0)), "");
        assert_eq!(reply.heard_text(SessionTime(500)), "one two");
        assert_eq!(reply.heard_text(SessionTime(1_000)), "one two three");
        assert_eq!(reply.heard_text(SessionTime(1_800)), "one two three four");
    }

    #[test]
    fn of_chinese_every_character_counts() {
        assert_eq!(spoken("我们的价格很公道", 1_600).heard_text(SessionTime(800)), "我们的价");
    }

    #[test]
    fn marks_say_which_words_have_begun() {
        let mut reply = spoken("one two three", 3_000);
        for (at_char, at_ms) in [(0, 0), (4, 2_000), (8, 2_500)] {
            reply.on_word(at_char, at_ms);
        }
        assert_eq!(reply.heard_text(SessionTime(1_900)), "one");
        assert_eq!(reply.heard_text(SessionTime(2_000)), "one two");
        assert_eq!(reply.heard_text(SessionTime(2_600)), "one two three");
    }

    #[test]
    fn of_a_sentence_that_is_still_being_spoken_no_word_is_heard_that_has_no_mark_yet() {
        let mut reply = Reply::new(OpId(1), tongue(), Speech::Streamed);
        reply.on_token("one two three");
        reply.on_last_token();
        reply.next_stretch();
        for (at_char, at_ms) in [(0, 0), (4, 300)] {
            reply.on_word(at_char, at_ms);
        }
        reply.on_voiced(600, SessionTime(0));
        assert_eq!(reply.heard_text(SessionTime(500)), "one two");
    }

    #[test]
    fn sentences_before_the_one_that_sounds_were_heard_whole() {
        let mut reply = Reply::new(OpId(1), tongue(), Speech::Streamed);
        reply.on_token("That is rather expensive for us. I would have to ask my boss about it.");
        reply.on_last_token();
        while reply.next_stretch().is_some() {
            reply.on_voiced(2_000, SessionTime(0));
            reply.on_stretch_over(true);
        }
        assert_eq!(reply.heard_text(SessionTime(2_000)), "That is rather expensive for us.");
        assert!(reply.heard_text(SessionTime(3_000)).starts_with("That is rather expensive for us. I would have"));
    }
}
