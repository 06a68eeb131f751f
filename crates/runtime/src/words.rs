//! Turns in words. Each counts once, however often it is said, and is acknowledged once it is written down: until then whoever said
//! it keeps it, and says it again to whoever goes on.

use std::collections::VecDeque;

use ports::RESUMED;

use crate::Reply;

pub(crate) struct Words {
    /// Not turns yet, in their order.
    waiting: VecDeque<Waiting>,
    /// The ids of the newest, waiting or not.
    known: VecDeque<String>,
}

pub(crate) struct Waiting {
    pub(crate) id: Option<String>,
    pub(crate) reply: Option<Box<dyn Reply>>,
}

impl Words {
    /// Those with these ids are turns already, of another process perhaps.
    pub(crate) fn after(known: &[String]) -> Self {
        let older = known.len().saturating_sub(RESUMED);
        Self { waiting: VecDeque::new(), known: known[older..].iter().cloned().collect() }
    }

    pub(crate) fn are_known(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.known.iter().any(|known| known == id))
    }

    pub(crate) fn say(&mut self, id: Option<String>, reply: Option<Box<dyn Reply>>) {
        if let Some(id) = &id {
            if self.known.len() == RESUMED {
                self.known.pop_front();
            }
            self.known.push_back(id.clone());
        }
        self.waiting.push_back(Waiting { id, reply });
    }

    /// Who says it now is the one to be told. Gives the reply back where the words are a turn already.
    pub(crate) fn say_again(&mut self, id: Option<&str>, reply: Option<Box<dyn Reply>>) -> Option<Box<dyn Reply>> {
        match self.waiting.iter_mut().find(|waiting| waiting.id.as_deref() == id) {
            Some(waiting) => {
                waiting.reply = reply;
                None
            }
            None => reply,
        }
    }

    /// The first of those that wait is a turn now.
    pub(crate) fn become_a_turn(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    /// None of them becomes a turn any more.
    pub(crate) fn give_up(&mut self) -> impl Iterator<Item = Box<dyn Reply>> {
        self.waiting.drain(..).filter_map(|waiting| waiting.reply)
    }
}
