use std::{cmp::Reverse, collections::BinaryHeap};

/// What is going to happen, in the order of its time, and at one time in the order in which it was planned.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    /// Time, order, and where it stands: what happens is large, and does not move.
    entries: BinaryHeap<Reverse<(u64, u64, usize)>>,
    places: Vec<Option<T>>,
    free: Vec<usize>,
    planned: u64,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { entries: BinaryHeap::new(), places: Vec::new(), free: Vec::new(), planned: 0 }
    }

    pub(crate) fn plan(&mut self, at: u64, what: T) {
        self.planned += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[place] = Some(what);
        self.entries.push(Reverse((at, self.planned, place)));
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.entries.peek().map(|Reverse((at, ..))| *at)
    }

    pub(crate) fn take_next(&mut self) -> Option<T> {
        let Reverse((_, _, place)) = self.entries.pop()?;
        self.free.push(place);
        self.places[place].take()
    }
}
