//! The persona remembers what was said and heard, and nothing else: the same that a process would know which goes on
//! from the facts.

use session::{Event, Fact, Line, Speaker, TurnId, Work};

use super::{Fault, ensure};

#[derive(Debug)]
pub(super) struct Memory {
    lines: Vec<Line>,
    limit: usize,
    /// The newest reply, where its line stands, and whether something is still to be told of it.
    reply: Option<Reply>,
}

#[derive(Debug)]
struct Reply {
    turn: TurnId,
    text: String,
    cut_short: Option<String>,
}

impl Memory {
    pub(super) fn new(lines: &[Line], limit: usize) -> Self {
        Self { lines: lines.to_vec(), limit, reply: None }
    }

    pub(super) fn on_fact(&mut self, fact: &Fact) -> Result<(), Fault> {
        match fact {
            Fact::Heard { text, .. } => self.settle_then(Speaker::User, text.clone()),
            Fact::Answered { turn, text, .. } => {
                self.settle();
                self.reply = Some(Reply { turn: *turn, text: text.clone(), cut_short: None });
            }
            Fact::CutShort { turn, heard_text, .. } => {
                let reply = self.reply.as_mut().filter(|reply| reply.turn == *turn);
                let Some(reply) = reply else {
                    return Err(format!("{turn:?} was cut short and never answered"));
                };
                let is_part = reply.text.starts_with(heard_text.as_str());
                ensure(is_part, || format!("{heard_text:?} was heard of {:?}", reply.text))?;
                reply.cut_short = Some(heard_text.clone());
            }
            Fact::Stored { .. } | Fact::Part { .. } | Fact::Spoken { .. } | Fact::Ended { .. } => (),
        }
        Ok(())
    }

    pub(super) fn on_event(&self, event: &Event) -> Result<(), Fault> {
        let Event::Interrupted { turn, heard_text, .. } = event else {
            return Ok(());
        };
        let remembered = match self.reply.as_ref().filter(|reply| reply.turn == *turn) {
            Some(Reply { text, cut_short, .. }) => cut_short.as_ref().unwrap_or(text),
            None => "",
        };
        ensure(remembered == heard_text, || format!("{heard_text:?} was heard and {remembered:?} written down"))
    }

    pub(super) fn on_start(&mut self, work: &Work) -> Result<(), Fault> {
        let Work::Answer { turn, history, .. } = work else {
            return Ok(());
        };
        self.settle();
        let expected = &self.lines[self.lines.len().saturating_sub(self.limit)..];
        ensure(history == expected, || {
            format!("in {turn:?} the persona remembers {history:#?} and what was said and heard is {expected:#?}")
        })
    }

    fn settle_then(&mut self, speaker: Speaker, text: String) {
        self.settle();
        self.lines.push(Line { speaker, text: text.into() });
        let surplus = self.lines.len().saturating_sub(self.limit);
        self.lines.drain(..surplus);
    }

    fn settle(&mut self) {
        let Some(Reply { text, cut_short, .. }) = self.reply.take() else {
            return;
        };
        let text = cut_short.unwrap_or(text);
        if !text.is_empty() {
            self.settle_then(Speaker::Persona, text);
        }
    }
}
