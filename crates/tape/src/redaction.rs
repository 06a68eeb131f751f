//! What is left of what people said, before it is written down.

mod inputs;
mod outputs;

use std::collections::{BTreeMap, VecDeque};

use session::{Input, OpEvent, OpId, Output, SoFar, Work, outline, redact};

pub(crate) use outputs::redact_outputs;

use crate::{Line, Step, Words};

/// So many lines wait for the end of a text at most; then what there is of it is taken for the whole.
const MOST_WAITING: usize = 4_096;

/// Redacts line by line. A text that comes in parts is redacted as a whole, so its lines, and all after them, wait for
/// its end.
#[derive(Debug, Default)]
pub struct Redaction {
    waiting: VecDeque<Waiting>,
    /// Work whose text comes in parts.
    running: BTreeMap<OpId, SoFar>,
}

#[derive(Debug)]
struct Waiting {
    step: Step,
    part: Option<(OpId, Part)>,
}

/// As it was said.
#[derive(Debug)]
enum Part {
    Token(String),
    /// All that was understood so far, with what the session had promised not to change.
    Partial {
        text: String,
        stable_chars: u32,
    },
}

impl Redaction {
    /// Answers the lines that wait no longer.
    pub fn push(&mut self, line: Line) -> Vec<Line> {
        match line {
            Line::Opened(mut opened) => {
                opened.words = Words::Redacted;
                inputs::redact_briefing(&mut opened.briefing);
                redact_outputs(&mut opened.outputs);
                vec![Line::Opened(opened)]
            }
            Line::Happened(step) => {
                self.take(step);
                self.release()
            }
            Line::GivenUp(why) => {
                let mut lines = self.finish();
                lines.push(Line::GivenUp(why));
                lines
            }
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self) -> Vec<Line> {
        for op in std::mem::take(&mut self.running).into_keys() {
            self.settle(op, true);
        }
        self.release()
    }

    fn take(&mut self, mut step: Step) {
        let part = self.part(&step);
        let over = ended(&step);
        let started = step.outputs.iter().filter_map(started).collect::<Vec<_>>();
        inputs::redact_input(&mut step.input);
        redact_outputs(&mut step.outputs);
        self.waiting.push_back(Waiting { step, part });
        for op in over {
            if self.running.remove(&op).is_some() {
                self.settle(op, true);
            }
        }
        self.running.extend(started.into_iter().map(|op| (op, SoFar::default())));
        if self.waiting.len() > MOST_WAITING
            && let Some((op, _)) = self.waiting.front().and_then(|waiting| waiting.part.as_ref())
        {
            self.settle(*op, false);
        }
    }

    fn part(&mut self, step: &Step) -> Option<(OpId, Part)> {
        let Input::Op(op, event) = &step.input else {
            return None;
        };
        let so_far = self.running.get_mut(op)?;
        let part = match event {
            OpEvent::Token(text) => Part::Token(text.clone()),
            OpEvent::Partial { text, stable_chars } => {
                let (text, stable_chars) = so_far.hear(text, *stable_chars);
                Part::Partial { text, stable_chars }
            }
            _ => return None,
        };
        Some((*op, part))
    }

    /// The parts of this text are redacted: it is complete, or taken for complete.
    fn settle(&mut self, op: OpId, is_over: bool) {
        let (mut tokens, mut partials) = (Vec::new(), Vec::new());
        for Waiting { step, part } in &mut self.waiting {
            match part.take_if(|(of, _)| *of == op) {
                Some((_, Part::Token(text))) => tokens.push((&mut step.input, text)),
                Some((_, Part::Partial { text, stable_chars })) => {
                    partials.push((&mut step.input, text, stable_chars as usize));
                }
                None => (),
            }
        }
        let whole: String = tokens.iter().map(|(_, text)| text.as_str()).collect();
        let redacted = if is_over { redact(&whole) } else { redact_closed(&whole) };
        let mut redacted = redacted.chars();
        for (input, token) in tokens {
            let token = redacted.by_ref().take(token.chars().count()).collect();
            *input = Input::Op(op, OpEvent::Token(token));
        }
        let mut later = Vec::new();
        for (input, said, promised) in partials.into_iter().rev() {
            later = redact_partial(&said, promised, &later);
            if let Input::Op(_, OpEvent::Partial { text, .. }) = input {
                *text = later.iter().collect();
            }
        }
    }

    fn release(&mut self) -> Vec<Line> {
        let ready = self.waiting.iter().take_while(|waiting| waiting.part.is_none()).count();
        self.waiting.drain(..ready).map(|waiting| Line::Happened(waiting.step)).collect()
    }
}

/// The session keeps what was promised as it was told then, so what a policy will know of it `later` stays already now.
fn redact_partial(said: &str, promised: usize, later: &[char]) -> Vec<char> {
    let (redacted, outline) = (redact(said), outline(said));
    let chars = redacted.chars().zip(outline.chars()).enumerate();
    let char = |(at, (now, shape)): (usize, (char, char))| match later.get(at) {
        Some(later) if now == shape && at < promised => *later,
        _ => now,
    };
    chars.map(char).collect()
}

/// The last word may go on.
fn redact_closed(text: &str) -> String {
    let closed = text.trim_end_matches(|c: char| !c.is_whitespace());
    redact(closed) + &outline(&text[closed.len()..])
}

fn started(output: &Output) -> Option<OpId> {
    match output {
        Output::Start(op, Work::Answer { .. } | Work::Listen { .. }) => Some(*op),
        _ => None,
    }
}

fn ended(step: &Step) -> Vec<OpId> {
    let reported = match &step.input {
        Input::Op(op, OpEvent::Heard { .. } | OpEvent::Answered { .. } | OpEvent::Failed(_)) => Some(*op),
        _ => None,
    };
    let cancelled = step.outputs.iter().filter_map(|output| match output {
        Output::Cancel(op) => Some(*op),
        _ => None,
    });
    reported.into_iter().chain(cancelled).collect()
}

#[cfg(test)]
mod tests;
