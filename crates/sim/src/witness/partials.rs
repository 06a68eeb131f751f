//! What was promised not to change in an unfinished text does not, and nothing unfinished follows the final text.

use session::{Event, TurnId};

use super::{Fault, ensure};

#[derive(Debug, Default)]
pub(super) struct Partials {
    turn: Option<TurnId>,
    promised: String,
    last_final: Option<TurnId>,
}

impl Partials {
    pub(super) fn on_event(&mut self, event: &Event) -> Result<(), Fault> {
        match event {
            Event::Partial { turn, text, stable_chars } => self.on_partial(*turn, text, *stable_chars),
            Event::Transcript { turn, .. } | Event::Silence { turn } => {
                self.last_final = Some(*turn);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_partial(&mut self, turn: TurnId, text: &str, stable_chars: u32) -> Result<(), Fault> {
        ensure(Some(turn) > self.last_final, || format!("an unfinished text follows the final one of {turn:?}"))?;
        if self.turn != Some(turn) {
            self.turn = Some(turn);
            self.promised.clear();
        }
        ensure(text.starts_with(&self.promised), || {
            format!("{:?} was promised to stay in {turn:?}, and now it is {text:?}", self.promised)
        })?;
        let stable = usize::try_from(stable_chars).unwrap_or(usize::MAX);
        let promised = text.chars().take(stable).collect::<String>();
        ensure(promised.len() >= self.promised.len(), || format!("less is promised of {turn:?} than before"))?;
        self.promised = promised;
        Ok(())
    }
}
