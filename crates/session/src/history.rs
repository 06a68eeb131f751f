use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub speaker: Speaker,
    /// Shared: every answer is asked for with all of them.
    pub text: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speaker {
    User,
    Persona,
}

/// The last lines of the conversation: what the persona remembers.
#[derive(Debug)]
pub(crate) struct History {
    lines: VecDeque<Line>,
    limit: usize,
}

impl History {
    pub(crate) fn new(lines: Vec<Line>, limit: usize) -> Self {
        let mut history = Self { lines: VecDeque::new(), limit };
        for line in lines {
            history.keep(line);
        }
        history
    }

    pub(crate) fn add(&mut self, speaker: Speaker, text: &str) {
        self.keep(Line { speaker, text: text.into() });
    }

    fn keep(&mut self, line: Line) {
        self.lines.push_back(line);
        if self.lines.len() > self.limit {
            self.lines.pop_front();
        }
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.iter().cloned().collect()
    }
}
