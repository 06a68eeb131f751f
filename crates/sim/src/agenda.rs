use std::{cmp::Ordering, collections::BinaryHeap};

/// What is going to happen, in the order of its time, and at one time in the order in which it was planned.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    entries: BinaryHeap<Entry<T>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at: u64,
    order: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { entries: BinaryHeap::new(), planned: 0 }
    }

    pub(crate) fn plan(&mut self, at: u64, what: T) {
        self.planned += 1;
        self.entries.push(Entry { at, order: self.planned, what });
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.entries.peek().map(|entry| entry.at)
    }

    pub(crate) fn take_next(&mut self) -> Option<T> {
        self.entries.pop().map(|entry| entry.what)
    }
}

impl<T> Entry<T> {
    fn key(&self) -> (u64, u64) {
        (self.at, self.order)
    }
}

impl<T> Ord for Entry<T> {
    /// The heap gives the greatest first, which is the one that comes next.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Entry<T> {}
