//! What the user said and nobody has answered yet: audio on its way into the store, stored audio, typed text.

use std::collections::VecDeque;

use crate::{Cut, Heard, OpId, Stored};

#[derive(Debug, Default)]
pub(crate) struct Listening {
    next_chunk: u64,
    uncut: Option<Uncut>,
    /// In the order in which they were cut; only the front one is being stored.
    cuts: VecDeque<WaitingCut>,
    /// Stored audio of a turn that is not closed yet.
    open: Option<Heard>,
    ready: VecDeque<Utterance>,
    store_failures: u32,
}

#[derive(Debug)]
struct Uncut {
    first_chunk: u64,
    bytes: u64,
}

#[derive(Debug)]
struct WaitingCut {
    cut: Cut,
    bytes: u64,
    closes_turn: bool,
    op: Option<OpId>,
}

/// A whole user turn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Utterance {
    Audio(Heard),
    Text { text: String, confidence: Option<f32> },
}

impl Listening {
    pub(crate) fn on_audio(&mut self, bytes: u64) {
        let chunk = self.next_chunk;
        self.next_chunk += 1;
        let uncut = self.uncut.get_or_insert(Uncut { first_chunk: chunk, bytes: 0 });
        uncut.bytes += bytes;
    }

    pub(crate) fn on_text(&mut self, text: String, confidence: Option<f32>) {
        self.ready.push_back(Utterance::Text { text, confidence });
    }

    pub(crate) fn uncut_bytes(&self) -> u64 {
        self.uncut.as_ref().map_or(0, |uncut| uncut.bytes)
    }

    /// Everything the store does not have.
    pub(crate) fn unstored_bytes(&self) -> u64 {
        self.uncut_bytes() + self.cuts.iter().map(|waiting| waiting.bytes).sum::<u64>()
    }

    pub(crate) fn waiting_texts(&self) -> usize {
        self.ready.iter().filter(|utterance| matches!(utterance, Utterance::Text { .. })).count()
    }

    pub(crate) fn waiting_turns(&self) -> usize {
        self.ready.len()
    }

    /// Nothing is left that a turn could still come from.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_stored() && self.ready.is_empty()
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.uncut.is_none() && self.cuts.is_empty()
    }

    pub(crate) fn is_store_down(&self) -> bool {
        self.store_failures > 0
    }

    /// Cuts what is there. With `closes_turn` the user's turn ends with it, even if nothing new is there.
    pub(crate) fn cut(&mut self, closes_turn: bool) -> Option<Cut> {
        if let Some(Uncut { first_chunk, bytes }) = self.uncut.take() {
            let cut = Cut { first: first_chunk, last: self.next_chunk - 1 };
            self.cuts.push_back(WaitingCut { cut, bytes, closes_turn, op: None });
            return Some(cut);
        }
        if closes_turn {
            match self.cuts.back_mut() {
                Some(waiting) => waiting.closes_turn = true,
                None => self.close_turn(),
            }
        }
        None
    }

    /// The cut that is to be stored now, if none is on its way.
    pub(crate) fn next_to_store(&mut self, op: OpId) -> Option<Cut> {
        let front = self.cuts.front_mut().filter(|waiting| waiting.op.is_none())?;
        front.op = Some(op);
        Some(front.cut)
    }

    pub(crate) fn has_cut_to_store(&self) -> bool {
        self.cuts.front().is_some_and(|waiting| waiting.op.is_none())
    }

    pub(crate) fn is_storing(&self, op: OpId) -> bool {
        self.cuts.front().is_some_and(|waiting| waiting.op == Some(op))
    }

    /// The front cut is in the store.
    pub(crate) fn on_stored(&mut self, stored: Option<Stored>) {
        self.store_failures = 0;
        let Some(WaitingCut { closes_turn, .. }) = self.cuts.pop_front() else {
            return;
        };
        if let Some(stored) = stored {
            self.open = Some(join(self.open, stored));
        }
        if closes_turn {
            self.close_turn();
        }
    }

    /// The front cut could not be stored; answers how often in a row.
    pub(crate) fn on_store_failed(&mut self) -> u32 {
        if let Some(front) = self.cuts.front_mut() {
            front.op = None;
        }
        self.store_failures = self.store_failures.saturating_add(1);
        self.store_failures
    }

    pub(crate) fn take_turn(&mut self) -> Option<Utterance> {
        self.ready.pop_front()
    }

    /// Gives up what the store never took; answers the work to cancel.
    pub(crate) fn give_up_audio(&mut self) -> Option<OpId> {
        self.uncut = None;
        let running = self.cuts.front().and_then(|waiting| waiting.op);
        self.cuts.clear();
        running
    }

    /// What was said while another turn was being answered becomes one turn, not many.
    fn close_turn(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if let Some(Utterance::Audio(waiting)) = self.ready.back_mut() {
            waiting.last_segment = open.last_segment;
            waiting.last_seq = open.last_seq;
            waiting.duration_ms += open.duration_ms;
        } else {
            self.ready.push_back(Utterance::Audio(open));
        }
    }
}

fn join(open: Option<Heard>, stored: Stored) -> Heard {
    let Stored { bytes: _, first_segment, last_segment, duration_ms, first_seq, last_seq } = stored;
    match open {
        Some(open) => Heard { last_segment, last_seq, duration_ms: open.duration_ms + duration_ms, ..open },
        None => Heard { first_segment, last_segment, duration_ms, first_seq, last_seq },
    }
}
