use ports::{
    Objection, Scenario, TurnRecord,
    offline::{is_ideograph, mentions, sentences},
};

use super::wording::{Wording, wording};

/// A conversation as it is counted.
pub(super) struct Conversation<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) wording: &'static Wording,
    /// The trainee's.
    pub(super) lines: Vec<Line<'a>>,
    /// Those that came up.
    pub(super) objections: Vec<Raised<'a>>,
}

pub(super) struct Line<'a> {
    pub(super) turn: u32,
    pub(super) text: &'a str,
    pub(super) words: usize,
    pub(super) fillers: usize,
}

pub(super) struct Raised<'a> {
    pub(super) objection: &'a Objection,
    /// What the trainee said next, if anything.
    pub(super) reaction: Option<usize>,
    /// The line that dealt with it.
    pub(super) answer: Option<usize>,
}

const LONGEST_QUOTE: usize = 200;
/// A shorter sentence may come up by chance.
const TELLING: usize = 8;

impl<'a> Conversation<'a> {
    pub(super) fn new(scenario: &'a Scenario, turns: &'a [TurnRecord]) -> Self {
        let wording = wording(&scenario.language);
        let line = |turn: &'a TurnRecord| Line {
            turn: turn.heard.turn,
            text: turn.heard.text.as_str(),
            words: words(&turn.heard.text),
            fillers: fillers(&turn.heard.text, wording.fillers).map(|(_, count)| count).sum(),
        };
        Self { scenario, wording, lines: turns.iter().map(line).collect(), objections: raised(scenario, turns) }
    }

    pub(super) fn words(&self) -> usize {
        self.lines.iter().map(|line| line.words).sum()
    }

    pub(super) fn fillers(&self) -> usize {
        self.lines.iter().map(|line| line.fillers).sum()
    }

    pub(super) fn answered_objections(&self) -> usize {
        self.objections.iter().filter(|raised| raised.answer.is_some()).count()
    }

    pub(super) fn questions(&self) -> usize {
        self.lines.iter().filter(|line| mentions(line.text, self.wording.question_marks.iter().copied())).count()
    }

    /// In which it was said.
    pub(super) fn turn(&self, line: usize) -> Option<u32> {
        self.lines.get(line).map(|line| line.turn)
    }

    /// Of a line, as the report shows it.
    pub(super) fn quote(&self, line: usize) -> String {
        let text = self.lines.get(line).map_or("", |line| line.text).trim();
        match text.char_indices().nth(LONGEST_QUOTE) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text.to_owned(),
        }
    }

    /// The line for which `rank` is highest; the longer one, then the earlier one, where several are equal.
    pub(super) fn best_line(&self, rank: impl Fn(&Line<'_>) -> usize) -> usize {
        let key = |number: &usize| (rank(&self.lines[*number]), self.lines[*number].words, usize::MAX - number);
        (0..self.lines.len()).max_by_key(key).unwrap_or(0)
    }
}

/// Words; in writing without spaces, characters, as its readers count.
pub(super) fn words(text: &str) -> usize {
    let (mut count, mut within) = (0, false);
    for c in text.chars() {
        let is_letter = c.is_alphanumeric();
        let ideograph = is_letter && is_ideograph(c);
        if ideograph || (is_letter && !within) {
            count += 1;
        }
        within = !ideograph && (is_letter || (within && matches!(c, '\'' | '’' | '-')));
    }
    count
}

/// Letters and digits in lower case; one space for everything between them.
pub(super) fn bare(text: &str) -> String {
    let letters: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    letters.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Those that the text has, with how often.
pub(super) fn fillers<'a>(text: &str, fillers: &[&'a str]) -> impl Iterator<Item = (&'a str, usize)> {
    // Doubled spaces let neighbours that share one be found, too.
    let padded = format!(" {} ", bare(text).replace(' ', "  "));
    let occurrences = move |filler: &'a str| match filler.chars().any(is_ideograph) {
        true => text.matches(filler).count(),
        false => padded.matches(&format!(" {} ", filler.replace(' ', "  "))).count(),
    };
    fillers.iter().map(move |filler| (*filler, occurrences(filler))).filter(|(_, count)| *count > 0)
}

/// Another persona than the scenario's own may say an objection in its own words; where none is recognised, all count as
/// raised from the beginning.
fn raised<'a>(scenario: &'a Scenario, turns: &[TurnRecord]) -> Vec<Raised<'a>> {
    let judged = || scenario.objections.iter().filter(|objection| !objection.answered_by.is_empty());
    let personas: Vec<String> = std::iter::once(bare(&scenario.opening))
        .chain(turns.iter().map(|turn| turn.heard_answer().map_or_else(String::new, bare)))
        .collect();
    let came_up = |objection: &Objection| personas.iter().position(|said| raises(objection, said));
    let recognised = judged().any(|objection| came_up(objection).is_some());
    judged()
        .filter_map(|objection| {
            let from = if recognised { came_up(objection)? } else { 0 };
            let answers =
                |turn: &TurnRecord| mentions(&turn.heard.text, objection.answered_by.iter().map(String::as_str));
            let answer = turns.iter().skip(from).position(answers).map(|number| number + from);
            Some(Raised { objection, reaction: (from < turns.len()).then_some(from), answer })
        })
        .collect()
}

fn raises(objection: &Objection, said: &str) -> bool {
    let words = std::iter::once(&objection.says).chain(&objection.insists);
    words
        .flat_map(|text| sentences(text))
        .map(bare)
        .any(|sentence| sentence.chars().count() >= TELLING && said.contains(&sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_their_readers_count_them() {
        assert_eq!(words("It's a well-known fact, Marcus."), 5);
        assert_eq!(words("您好，我們先談三件事。"), 9);
        assert_eq!(words("我們用 Kubernetes 嗎"), 5);
        assert_eq!(words(" … "), 0);
    }

    #[test]
    fn fillers_are_whole_words() {
        let found = |text: &str, list: &[&'static str]| fillers(text, list).collect::<Vec<_>>();
        assert_eq!(found("Um, um, I mean the album.", &["um", "er", "i mean"]), [("um", 2), ("i mean", 1)]);
        assert_eq!(found("嗯，就是说，嗯", &["嗯", "就是说"]), [("嗯", 2), ("就是说", 1)]);
        assert_eq!(found("A plain sentence.", &["um"]), []);
    }
}
