use super::{
    phrases::{Phrases, phrases},
    sentences::{Speech, each_sentence, fold_case, mentions},
};
use crate::{Prompt, Scenario, Speaker, Stage};

/// The persona's answer to the last line of the history. Plays the whole conversation again, so that it needs no memory.
pub(super) fn reply(prompt: &Prompt) -> Speech {
    let mut play = Play::new(&prompt.scenario, prompt.max_turns);
    let asked = |line: &&crate::Line| line.speaker == Speaker::User;
    let questions = prompt.history.iter().filter(asked).count() as u32;
    let mut turn = prompt.turn.saturating_sub(questions);
    for line in &prompt.history {
        match line.speaker {
            // Nearly always it is what it would have said: then it has been remembered.
            Speaker::Persona if *line.text == *play.reply.text() => (),
            Speaker::Persona => play.remember(&line.text),
            Speaker::User => {
                turn += 1;
                play.react(&line.text, turn);
            }
        }
    }
    play.reply
}

/// How often it says an objection in other words before it lets it rest.
const PATIENCE: usize = 2;

struct Play<'a> {
    scenario: &'a Scenario,
    phrases: &'static Phrases,
    max_turns: u32,
    /// The fingerprints of the sentences so far.
    said: Said,
    /// Texts that were said to their end, known by where they are in memory: quicker than reading them again.
    done: Vec<&'a str>,
    /// The objection on the table.
    objection: Option<usize>,
    insisted: usize,
    parked: usize,
    /// How many of the asides are used up.
    asides: usize,
    ending: Option<Ending>,
    turn: u32,
    reply: Speech,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Convinced,
    Doubtful,
    OutOfTime,
}

impl<'a> Play<'a> {
    fn new(scenario: &'a Scenario, max_turns: u32) -> Self {
        let mut play = Self {
            scenario,
            phrases: phrases(&scenario.language),
            max_turns,
            said: Said::default(),
            done: Vec::new(),
            objection: None,
            insisted: 0,
            parked: 0,
            asides: 0,
            ending: None,
            turn: 0,
            reply: Speech::default(),
        };
        play.remember(&scenario.opening);
        play
    }

    fn remember(&mut self, text: &str) {
        for sentence in each_sentence(text) {
            self.said.insert(fingerprint(&[sentence]));
        }
    }

    fn react(&mut self, text: &str, turn: u32) {
        self.turn = turn;
        self.reply.clear();
        if !text.chars().any(char::is_alphanumeric) {
            self.say_one(self.phrases.not_heard);
        } else if let Some(ending) = self.ending {
            self.linger(ending);
        } else {
            self.converse(text);
        }
        if self.reply.is_empty() {
            self.say_aside();
        }
    }

    fn converse(&mut self, text: &str) {
        let dealt_with = self.objection.map(|number| {
            let objection = &self.scenario.objections[number];
            (objection, mentions(text, objection.answered_by.iter().map(String::as_str)))
        });
        match dealt_with {
            None => {
                self.acknowledge(text);
                self.raise(0);
            }
            Some((objection, true)) => {
                match &objection.when_answered {
                    Some(says) => self.say(says),
                    None => self.say_one(self.phrases.satisfied),
                };
                self.go_on();
            }
            Some((objection, false)) if self.insisted < PATIENCE && !self.is_last_turn() => {
                self.acknowledge(text);
                if self.reply.is_empty() {
                    self.say_one(self.phrases.unmoved);
                }
                match objection.insists.get(self.insisted) {
                    Some(says) => self.say(says),
                    None => self.say_aside(),
                };
                self.insisted += 1;
            }
            Some((_, false)) => {
                self.say_one(self.phrases.parked);
                self.parked += 1;
                self.go_on();
            }
        }
        if self.ending.is_none() && self.turn + 1 == self.max_turns {
            self.say(self.phrases.nearly_over);
        }
    }

    /// Greets back, and says a word to a question.
    fn acknowledge(&mut self, text: &str) {
        if self.objection.is_none() && mentions(text, self.phrases.greeting_words.iter().copied()) {
            self.say_one(self.phrases.greetings);
        }
        if !mentions(text, self.phrases.question_words.iter().copied()) {
            return;
        }
        let about_worries = mentions(text, self.phrases.worry_words.iter().copied());
        let worries = self.phrases.worries.iter().zip(&self.scenario.persona.concerns);
        let told = about_worries
            && worries.into_iter().any(|(says, concern)| self.say_what_is_new(&says.replace("{}", concern)));
        if !told {
            self.say_one(self.phrases.questioned);
        }
    }

    fn go_on(&mut self) {
        let next = self.objection.map_or(0, |number| number + 1);
        if next < self.scenario.objections.len() && !self.is_last_turn() {
            self.show_the_mood();
            self.raise(next);
        } else {
            self.close(next);
        }
    }

    fn raise(&mut self, number: usize) {
        if self.is_last_turn() {
            return self.close(number);
        }
        self.objection = Some(number);
        self.insisted = 0;
        self.say(&self.scenario.objections[number].says);
    }

    fn close(&mut self, next: usize) {
        let (ending, says) = if next < self.scenario.objections.len() {
            (Ending::OutOfTime, self.phrases.out_of_time)
        } else if self.parked > 0 {
            (Ending::Doubtful, self.phrases.doubtful)
        } else {
            (Ending::Convinced, self.phrases.convinced)
        };
        self.ending = Some(ending);
        self.say(says);
    }

    /// What comes after the end is small talk.
    fn linger(&mut self, ending: Ending) {
        let said = match ending {
            Ending::Convinced => self.say_one(self.phrases.agreed),
            Ending::Doubtful | Ending::OutOfTime => self.say_one(self.phrases.reserved),
        };
        if !said {
            self.say_aside();
        }
    }

    /// Where a new stage begins, a line of it that asks nothing.
    fn show_the_mood(&mut self) {
        let Some(stage) = self.stage().filter(|stage| stage.from_turn == self.turn) else {
            return;
        };
        let asks = |line: &&String| line.ends_with(['?', '？']);
        let _ = stage.lines.iter().filter(|line| !asks(line)).any(|line| self.say(line));
    }

    fn say_aside(&mut self) -> bool {
        let of_the_stage = self.stage().into_iter().flat_map(|stage| &stage.lines);
        if of_the_stage.into_iter().any(|line| self.say(line)) {
            return true;
        }
        let (beginnings, endings) = &self.phrases.asides;
        while self.asides < beginnings.len() * endings.len() {
            let beginning = beginnings[self.asides % beginnings.len()];
            let ending = endings[self.asides % endings.len()];
            self.asides += 1;
            if self.said.insert(fingerprint(&[beginning, ending])) {
                self.reply.push(beginning);
                self.reply.push(ending);
                return true;
            }
        }
        false
    }

    fn stage(&self) -> Option<&'a Stage> {
        (self.scenario.stages.iter()).rfind(|stage| stage.from_turn <= self.turn)
    }

    fn is_last_turn(&self) -> bool {
        self.turn >= self.max_turns
    }

    fn say_one(&mut self, phrases: &[&'a str]) -> bool {
        phrases.iter().any(|phrase| self.say(phrase))
    }

    /// Says a text of the script, as far as it is new.
    fn say(&mut self, text: &'a str) -> bool {
        if self.done.iter().any(|done| std::ptr::eq(*done, text)) {
            return false;
        }
        self.done.push(text);
        self.say_what_is_new(text)
    }

    /// Says those sentences of the text that were not said before; false if all were.
    fn say_what_is_new(&mut self, text: &str) -> bool {
        let before = self.reply.len();
        for sentence in each_sentence(text) {
            if self.said.insert(fingerprint(&[sentence])) {
                self.reply.push(sentence);
            }
        }
        self.reply.len() > before
    }
}

/// The fingerprints of a few dozen sentences: looking through all of them is quicker than hashing one.
#[derive(Default)]
struct Said(Vec<u64>);

impl Said {
    /// Whether it was new.
    fn insert(&mut self, fingerprint: u64) -> bool {
        let is_new = !self.0.contains(&fingerprint);
        if is_new {
            self.0.push(fingerprint);
        }
        is_new
    }
}

/// The same for the same sentence in whatever case and punctuation (FNV-1a over its letters).
fn fingerprint(sentence: &[&str]) -> u64 {
    let add = |print: u64, letter: u64| (print ^ letter).wrapping_mul(0x100_0000_01b3);
    let mut print = 0xcbf2_9ce4_8422_2325;
    for part in sentence {
        print = if part.is_ascii() {
            let letters = part.bytes().filter(u8::is_ascii_alphanumeric);
            letters.fold(print, |print, letter| add(print, u64::from(letter.to_ascii_lowercase())))
        } else {
            // Every character of this range is a letter, and looking it up is slow.
            let is_letter = |c: &char| matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric();
            part.chars().filter(is_letter).map(fold_case).fold(print, |print, letter| add(print, u64::from(letter)))
        };
    }
    print
}
