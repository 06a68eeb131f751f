use std::io::BufRead;

use session::{Input, Output, Session, SessionTime};

use crate::{BadTape, FORMAT, Line, Lines, Opened, Step, Words, redaction::redact_outputs};

/// What came of a replay.
#[derive(Debug)]
pub enum Outcome {
    Identical(Summary),
    Different(Box<Difference>),
    /// Nothing was written: the process stopped, by a crash say, before the first line.
    Empty,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    pub version: String,
    pub words: Words,
    pub inputs: u64,
    pub outputs: u64,
    /// From the opening to the last input.
    pub duration_ms: u64,
    /// The recording goes to the end of its session.
    pub is_over: bool,
    /// Why it does not, where it says so itself.
    pub given_up: Option<String>,
    /// The line in the middle of which it ends.
    pub cut_off: Option<u64>,
}

/// The first output that is not what it was.
#[derive(Debug, PartialEq)]
pub struct Difference {
    pub line: u64,
    pub at: SessionTime,
    /// What happened; nothing where the session opened.
    pub input: Option<Input>,
    pub version: String,
    pub recorded: Option<Output>,
    pub replayed: Option<Output>,
}

/// What a replay comes by.
#[derive(Debug)]
pub enum Moment<'a> {
    Input(&'a Input),
    Output(&'a Output),
}

/// Lets the same things happen again to a new session, until it does something else than it did. `watch` is told
/// everything on the way.
pub fn replay(tape: impl BufRead, mut watch: impl FnMut(SessionTime, Moment<'_>)) -> Result<Outcome, BadTape> {
    let mut lines = Lines::new(tape);
    let Some(opened) = opened(&mut lines)? else {
        return Ok(Outcome::Empty);
    };
    let mut replay = Replay::new(&opened, &mut watch);
    if let Some(difference) = replay.compare(1, None, opened.outputs) {
        return Ok(Outcome::Different(difference));
    }
    for line in lines {
        let (number, line) = match line {
            Ok(line) => line,
            Err(BadTape::CutOff { line }) => {
                replay.summary.cut_off = Some(line);
                break;
            }
            Err(bad) => return Err(bad),
        };
        if replay.summary.given_up.is_some() {
            return Err(BadTape::malformed(number, "nothing may follow where the recording was given up"));
        }
        match line {
            Line::Opened(_) => return Err(BadTape::malformed(number, "a session opens only once")),
            Line::GivenUp(why) => replay.summary.given_up = Some(why),
            Line::Happened(step) => {
                if let Some(difference) = replay.step(number, step) {
                    return Ok(Outcome::Different(difference));
                }
            }
        }
    }
    replay.summary.is_over = replay.machine.is_over();
    Ok(Outcome::Identical(replay.summary))
}

fn opened(lines: &mut Lines<impl BufRead>) -> Result<Option<Opened>, BadTape> {
    let Some(first) = lines.next().transpose()? else {
        return Ok(None);
    };
    let (_, Line::Opened(opened)) = first else {
        return Err(BadTape::malformed(1, "a recording begins with the opening of its session"));
    };
    if opened.format != FORMAT {
        let what = format!("it has format {}, and this program reads format {FORMAT}", opened.format);
        return Err(BadTape::malformed(1, what));
    }
    Ok(Some(*opened))
}

struct Replay<'a> {
    machine: Session,
    began: SessionTime,
    now: SessionTime,
    summary: Summary,
    watch: &'a mut dyn FnMut(SessionTime, Moment<'_>),
}

impl<'a> Replay<'a> {
    fn new(opened: &Opened, watch: &'a mut dyn FnMut(SessionTime, Moment<'_>)) -> Self {
        let Opened { version, words, at, config, briefing, .. } = opened;
        let summary = Summary {
            version: version.clone(),
            words: *words,
            inputs: 0,
            outputs: 0,
            duration_ms: 0,
            is_over: false,
            given_up: None,
            cut_off: None,
        };
        Self { machine: Session::new(config.clone(), briefing.clone(), *at), began: *at, now: *at, summary, watch }
    }

    fn step(&mut self, line: u64, step: Step) -> Option<Box<Difference>> {
        let Step { at, input, outputs } = step;
        self.now = self.now.max(at);
        self.summary.inputs += 1;
        self.summary.duration_ms = self.now.since(self.began);
        (self.watch)(self.now, Moment::Input(&input));
        self.machine.handle(at, input.clone());
        self.compare(line, Some(input), outputs)
    }

    fn compare(&mut self, line: u64, input: Option<Input>, recorded: Vec<Output>) -> Option<Box<Difference>> {
        let mut replayed: Vec<Output> = std::iter::from_fn(|| self.machine.poll()).collect();
        for output in &replayed {
            (self.watch)(self.now, Moment::Output(output));
        }
        if self.summary.words == Words::Redacted {
            redact_outputs(&mut replayed);
        }
        self.summary.outputs += replayed.len() as u64;
        let same = recorded.iter().zip(&replayed).take_while(|(recorded, replayed)| recorded == replayed).count();
        let (recorded, replayed) = (recorded.into_iter().nth(same), replayed.into_iter().nth(same));
        if recorded.is_none() && replayed.is_none() {
            return None;
        }
        let version = self.summary.version.clone();
        Some(Box::new(Difference { line, at: self.now, input, version, recorded, replayed }))
    }
}
