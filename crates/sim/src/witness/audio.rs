//! Audio is cut once and without a gap, stored as it was cut, and acknowledged once it is stored.

use std::collections::BTreeSet;

use session::{Cut, Event, OpEvent, Work};

use super::{Fault, ensure};

#[derive(Debug, Default)]
pub(super) struct Audio {
    chunks: u64,
    next_cut: u64,
    /// Not stored yet.
    cuts: BTreeSet<(u64, u64)>,
    stored: u64,
    acknowledged: u64,
}

impl Audio {
    pub(super) fn on_chunk(&mut self) {
        self.chunks += 1;
    }

    pub(super) fn on_cut(&mut self, cut: Cut) -> Result<(), Fault> {
        ensure(cut.first == self.next_cut, || format!("audio was lost or cut twice: {cut:?}"))?;
        ensure(cut.last >= cut.first && cut.last < self.chunks, || format!("{cut:?} was never received"))?;
        self.next_cut = cut.last + 1;
        self.cuts.insert((cut.first, cut.last));
        Ok(())
    }

    pub(super) fn on_start(&self, work: &Work) -> Result<(), Fault> {
        let Work::Store { cut } = work else {
            return Ok(());
        };
        ensure(self.cuts.first() == Some(&(cut.first, cut.last)), || format!("{cut:?} is not the next to be stored"))
    }

    pub(super) fn on_report(&mut self, work: &Work, event: &OpEvent) {
        if let (Work::Store { cut }, OpEvent::Stored(stored)) = (work, event) {
            self.cuts.remove(&(cut.first, cut.last));
            self.stored += u64::from(stored.is_some());
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) -> Result<(), Fault> {
        self.acknowledged += u64::from(matches!(event, Event::AudioStored(_)));
        ensure(self.acknowledged <= self.stored, || "audio is acknowledged before it is stored".to_owned())
    }

    pub(super) fn all_told(&self) -> Result<(), Fault> {
        ensure(self.acknowledged == self.stored, || "stored audio was not acknowledged".to_owned())
    }
}
