//! A life that was pinned: the first line says how it opened, each of the others what happened and when.

use serde::{Deserialize, Serialize};
use session::{Briefing, Config, Input, SessionTime};

use crate::{
    machine::Machine,
    record::Line,
    witness::{Fault, Witness, ensure},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opening {
    pub config: Config,
    pub briefing: Briefing,
}

/// Lives it again under the eyes of the witness, until it is over.
pub fn live_again(text: &str) -> Result<(), Fault> {
    let mut lines = text.lines();
    let opening: Opening = parse(lines.next().unwrap_or_default())?;
    let witness = Witness::new(&opening.config, &opening.briefing);
    let mut life = Life { machine: Machine::new(opening.config, opening.briefing, None), witness };
    life.watch(SessionTime(0))?;
    for line in lines {
        let Line { at, input } = parse(line)?;
        life.wait(at)?;
        life.handle(at, input)?;
    }
    ensure(life.witness.has_ended(), || "the session never ends".to_owned())
}

fn parse<T: serde::de::DeserializeOwned>(line: &str) -> Result<T, Fault> {
    serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))
}

struct Life {
    machine: Machine,
    witness: Witness,
}

impl Life {
    /// The session is woken when it wants to be, whoever recorded it.
    fn wait(&mut self, until: SessionTime) -> Result<(), Fault> {
        while let Some((due, _)) = self.machine.deadline().filter(|(due, _)| *due < until) {
            self.handle(due, Input::Tick)?;
        }
        Ok(())
    }

    fn handle(&mut self, at: SessionTime, input: Input) -> Result<(), Fault> {
        self.witness.on_input(at, &input, self.machine.deadline());
        self.machine.handle(at, input);
        self.watch(at)
    }

    fn watch(&mut self, at: SessionTime) -> Result<(), Fault> {
        while let Some(output) = self.machine.poll() {
            self.witness.on_output(&output)?;
        }
        self.witness.settle(at, self.machine.deadline())
    }
}
