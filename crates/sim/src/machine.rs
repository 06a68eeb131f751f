use std::collections::VecDeque;

use session::{Briefing, Config, Input, Output, Refusal, Session, SessionTime, Timer};

use crate::bug::{Bug, Illness};

/// The session, perhaps with a bug in it.
#[derive(Debug)]
pub struct Machine {
    session: Session,
    illness: Option<Illness>,
    outputs: VecDeque<Output>,
}

impl Machine {
    pub fn new(config: Config, briefing: Briefing, bug: Option<Bug>) -> Self {
        let illness = bug.map(|bug| Illness::new(bug, &briefing));
        let session = Session::new(config, briefing, SessionTime(0));
        let mut machine = Self { session, illness, outputs: VecDeque::new() };
        machine.gather();
        machine
    }

    pub fn handle(&mut self, at: SessionTime, input: Input) {
        let Some(illness) = &mut self.illness else {
            return self.session.handle(at, input);
        };
        let was_over = self.session.is_over();
        let (inputs, deadline) = (illness.inputs(input), self.session.deadline());
        for input in inputs {
            if let Some(illness) = &self.illness
                && illness.sleeps_through(at, &input, deadline)
            {
                continue;
            }
            self.session.handle(at, input);
            self.gather();
        }
        if let Some(illness) = self.illness.as_mut().filter(|_| was_over) {
            self.outputs.extend(illness.last_words());
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        if self.illness.is_some() { self.outputs.pop_front() } else { self.session.poll() }
    }

    pub fn deadline(&self) -> Option<(SessionTime, Timer)> {
        let deadline = self.session.deadline();
        match &self.illness {
            Some(illness) => deadline.filter(|(_, timer)| !illness.ignores(*timer)),
            None => deadline,
        }
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn admit_audio(&self, bytes: u64) -> Result<(), Refusal> {
        self.session.admit_audio(bytes)
    }

    pub fn admit_text(&self) -> Result<(), Refusal> {
        self.session.admit_text()
    }

    /// What a sick session says instead of what it would say.
    fn gather(&mut self) {
        let Some(illness) = &mut self.illness else {
            return;
        };
        let mut healthy = VecDeque::new();
        while let Some(output) = self.session.poll() {
            healthy.push_back(output);
        }
        while let Some(output) = healthy.pop_front() {
            illness.outputs(output, &mut healthy, &mut self.outputs);
        }
    }
}
