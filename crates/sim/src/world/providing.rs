//! What providers make of what they are asked.

use std::{collections::VecDeque, ops::Range};

use session::{Animation, Cut, Failure, Finish, Heard, OpEvent, OpId, Stored, TurnId, Work};

use super::{Happening, Setting, World};
use crate::{
    loudspeaker::Notice,
    microphone::pieces,
    providers::{Does, Provider, source},
};

/// From the last token until the answer is complete.
const LAST_TOKEN_MS: u64 = 50;
/// Speech comes in pieces of this length.
const PIECE_MS: u64 = 400;
/// From a word's arrival until a listener has understood it.
const LAG_MS: u64 = 120;
/// A listener begins with what was said a little before.
const BEFORE_ONSET_MS: u64 = 300;

#[derive(Debug)]
pub(super) struct Pace {
    token_ms: u64,
    letter_ms: u64,
    voice_speed: u64,
    marks: bool,
}

#[derive(Debug)]
pub(super) struct Listener {
    first_word: usize,
    does: Does,
}

/// What arrived, and where it is stored.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    uncut: VecDeque<Piece>,
    cuts: VecDeque<(Cut, Piece)>,
    segments: Vec<Range<usize>>,
    last_word: usize,
}

#[derive(Debug)]
struct Piece {
    bytes: u64,
    words: Range<usize>,
}

impl Pace {
    pub(super) fn new(setting: &Setting) -> Self {
        let Setting { token_ms, letter_ms, voice_speed, marks, .. } = *setting;
        Self { token_ms, letter_ms, voice_speed, marks }
    }

    fn length(&self, text: &str) -> u64 {
        text.chars().map(|c| if c < '\u{2e80}' { self.letter_ms } else { 4 * self.letter_ms }).sum()
    }
}

impl Shelf {
    pub(super) fn take(&mut self, bytes: u64, words: Range<usize>) {
        self.last_word = words.end;
        self.uncut.push_back(Piece { bytes, words });
    }

    pub(super) fn cut(&mut self, cut: Cut) {
        let pieces = usize::try_from(cut.last - cut.first + 1).unwrap_or(0).min(self.uncut.len());
        let mut whole: Option<Piece> = None;
        for piece in self.uncut.drain(..pieces) {
            let (bytes, first) = whole.map_or((0, piece.words.start), |whole| (whole.bytes, whole.words.start));
            whole = Some(Piece { bytes: bytes + piece.bytes, words: first..piece.words.end });
        }
        self.cuts.extend(whole.map(|whole| (cut, whole)));
    }

    pub(super) fn last_word(&self) -> usize {
        self.last_word
    }

    fn store(&mut self, cut: Cut) -> Option<Stored> {
        while self.cuts.front().is_some_and(|(front, _)| front.first < cut.first) {
            self.cuts.pop_front();
        }
        let (_, Piece { bytes, words }) = self.cuts.front().filter(|(front, _)| *front == cut)?;
        self.segments.push(words.clone());
        let number = self.segments.len() as u64;
        Some(Stored {
            bytes: *bytes,
            first_segment: number,
            last_segment: number,
            duration_ms: bytes / 32,
            first_seq: None,
            last_seq: None,
        })
    }

    fn words(&self, heard: Heard) -> Range<usize> {
        let segment = |number: u64| usize::try_from(number).ok().and_then(|number| self.segments.get(number - 1));
        let first = segment(heard.first_segment).map_or(0, |words| words.start);
        let last = segment(heard.last_segment).map_or(0, |words| words.end);
        first..last.max(first)
    }
}

impl World {
    pub(super) fn provide(&mut self, op: OpId, work: Work) {
        let does = self.providers.does(Provider::of(&work));
        match work {
            Work::Store { cut } => match does {
                Does::Hangs | Does::Stalls(..) => (),
                Does::Well(after) | Does::Says(after, _) => {
                    let stored = self.shelf.store(cut);
                    self.plan_report(after, op, OpEvent::Stored(stored));
                }
                Does::Fails(after) | Does::Breaks(after, _) => self.plan_failure(after, op),
            },
            Work::Transcribe { heard, .. } => self.transcribe(op, does, heard),
            Work::Listen { .. } => {
                if let Does::Fails(after) = does {
                    self.plan_failure(after, op);
                }
                let Setting { network_ms, jitter_ms, chunk_ms, .. } = self.setting;
                let recently = self.now.saturating_sub(BEFORE_ONSET_MS + network_ms + jitter_ms + chunk_ms);
                let first_word = self.microphone.first_word_after(recently).max(self.truth.understood);
                self.listeners.insert(op, Listener { first_word, does });
            }
            Work::Answer { .. } => self.answer(op, does),
            Work::Speak { text, .. } => self.speak(op, does, &text),
            Work::Keep { turn, until_ms } => self.keep(op, does, turn, until_ms),
            Work::Animate { .. } => {
                let animated = OpEvent::Animated { animation: Animation::default(), by: source() };
                self.plan_simple(op, does, animated);
            }
        }
    }

    fn transcribe(&mut self, op: OpId, does: Does, heard: Heard) {
        let words = self.shelf.words(heard);
        let text = match does {
            Does::Says(_, text) => text.to_owned(),
            Does::Well(_) if self.microphone.words_recorded() == 0 => "hello there".to_owned(),
            _ => self.microphone.text(words),
        };
        self.plan_simple(op, does, understood(text));
    }

    /// Words have arrived, and whoever listens begins to understand them.
    pub(super) fn listen(&mut self, words: &Range<usize>) {
        if words.is_empty() {
            return;
        }
        let mut partials = Vec::new();
        for (op, Listener { first_word, does }) in &self.listeners {
            if matches!(does, Does::Well(_) | Does::Stalls(..) | Does::Breaks(..)) && *first_word < words.end {
                let text = self.microphone.text(*first_word..words.end);
                let stable = self.microphone.text(*first_word..words.end - 1);
                let stable_chars = u32::try_from(stable.chars().count()).unwrap_or(u32::MAX);
                partials.push((*op, OpEvent::Partial { text, stable_chars }));
            }
        }
        for (op, partial) in partials {
            self.plan_report(LAG_MS, op, partial);
        }
    }

    pub(super) fn finish_listening(&mut self, op: OpId) {
        let Some(Listener { first_word, does }) = self.listeners.remove(&op) else {
            return;
        };
        let text = match does {
            Does::Says(_, text) => text.to_owned(),
            _ => self.microphone.text(first_word..self.shelf.last_word),
        };
        self.truth.understood = self.shelf.last_word;
        if !matches!(does, Does::Fails(_)) {
            self.plan_simple(op, does, understood(text));
        }
    }

    fn answer(&mut self, op: OpId, does: Does) {
        let (Does::Says(after, text) | Does::Stalls(after, text) | Does::Breaks(after, text)) = does else {
            let answered = OpEvent::Answered { finish: Finish::Stop, usage: None, by: source() };
            return self.plan_simple(op, does, answered);
        };
        let is_whole = matches!(does, Does::Says(..));
        let mut at = after;
        if self.pace.token_ms == 0 {
            self.plan_report(at, op, OpEvent::Token(text.to_owned()));
        } else {
            let tokens: Vec<_> = pieces(text).collect();
            let told = if is_whole { tokens.len() } else { tokens.len().div_ceil(2) };
            for token in tokens.into_iter().take(told) {
                self.plan_report(at, op, OpEvent::Token(token.to_owned()));
                at += self.pace.token_ms;
            }
        }
        match does {
            Does::Says(..) => {
                let answered = OpEvent::Answered { finish: Finish::Stop, usage: None, by: source() };
                self.plan_report(at + LAST_TOKEN_MS, op, answered);
            }
            Does::Breaks(..) => self.plan_failure(at + LAST_TOKEN_MS, op),
            Does::Well(_) | Does::Stalls(..) | Does::Fails(_) | Does::Hangs => (),
        }
    }

    fn speak(&mut self, op: OpId, does: Does, text: &str) {
        let whole_ms = self.pace.length(text);
        self.notify(Notice::Stretch(text.to_owned(), whole_ms));
        let (after, most) = match does {
            Does::Well(after) | Does::Says(after, _) => (after, whole_ms),
            Does::Stalls(after, _) | Does::Breaks(after, _) => (after, whole_ms / 2),
            Does::Fails(after) => return self.plan_failure(after, op),
            Does::Hangs => return,
        };
        let mut marks = if self.pace.marks { marks(text, whole_ms) } else { VecDeque::new() };
        let (mut voiced, mut at) = (0, after);
        while voiced < most {
            let ms = PIECE_MS.min(most - voiced);
            while let Some((at_char, at_ms)) = marks.pop_front_if(|(_, at_ms)| *at_ms < voiced + ms) {
                self.plan_report(at, op, OpEvent::Word { at_char, at_ms });
            }
            self.plan_report(at, op, OpEvent::Voiced { ms });
            voiced += ms;
            at += ms.checked_div(self.pace.voice_speed).unwrap_or(0);
        }
        match does {
            Does::Well(_) | Does::Says(..) => self.plan_report(at, op, OpEvent::Spoken { by: source() }),
            Does::Breaks(..) => self.plan_failure(at, op),
            Does::Stalls(..) | Does::Fails(_) | Does::Hangs => (),
        }
    }

    fn keep(&mut self, op: OpId, does: Does, turn: TurnId, until_ms: Option<u64>) {
        let all = self.loudspeaker.total(turn);
        let duration_ms = until_ms.map_or(all, |until| until.min(all));
        self.plan_simple(op, does, OpEvent::Kept { audio: "voice.wav".to_owned(), duration_ms });
    }

    /// Of work that reports once.
    fn plan_simple(&mut self, op: OpId, does: Does, event: OpEvent) {
        match does {
            Does::Well(after) | Does::Says(after, _) => self.plan_report(after, op, event),
            Does::Fails(after) | Does::Breaks(after, _) => self.plan_failure(after, op),
            Does::Stalls(..) | Does::Hangs => (),
        }
    }

    fn plan_failure(&mut self, after: u64, op: OpId) {
        let failure = Failure::new(self.providers.failure());
        self.plan_report(after, op, OpEvent::Failed(failure));
    }

    fn plan_report(&mut self, after: u64, op: OpId, event: OpEvent) {
        self.agenda.plan(self.now + after, Happening::Report(op, event));
    }
}

fn understood(text: String) -> OpEvent {
    OpEvent::Heard { text, language: None, confidence: None, by: source() }
}

/// Where words begin, in letters, and when they are said.
fn marks(text: &str, whole_ms: u64) -> VecDeque<(u32, u64)> {
    let letters = text.chars().count().max(1) as u64;
    let mut said = 0;
    let marks = pieces(text).map(|piece| {
        let mark = (u32::try_from(said).unwrap_or(u32::MAX), whole_ms * said / letters);
        said += piece.chars().count() as u64;
        mark
    });
    marks.collect()
}
