//! Everything that is begun ends, by itself or because it is cancelled, and once.

use std::collections::BTreeMap;

use session::{Event, OpEvent, OpId, TurnId, Work};

use super::{Fault, ensure};

const RECENT: usize = 6;

#[derive(Debug, Default)]
pub(super) struct Works {
    running: BTreeMap<OpId, Running>,
    recent: Vec<OpId>,
    last: u32,
    /// The user's turn is over, and whoever listens must be told so.
    has_closed: bool,
}

#[derive(Debug)]
struct Running {
    work: Work,
    is_finished: bool,
}

impl Works {
    pub(super) fn running(&self) -> impl DoubleEndedIterator<Item = (OpId, &Work)> {
        self.running.iter().map(|(op, running)| (*op, &running.work))
    }

    pub(super) fn recent(&self) -> &[OpId] {
        &self.recent
    }

    pub(super) fn is_running(&self, op: OpId) -> bool {
        self.running.contains_key(&op)
    }

    pub(super) fn work(&self, op: OpId) -> Option<&Work> {
        self.running.get(&op).map(|running| &running.work)
    }

    /// Somebody does, to what is being said.
    pub(super) fn listens(&self) -> bool {
        self.running.values().any(|running| matches!(running.work, Work::Listen { .. }) && !running.is_finished)
    }

    pub(super) fn any(&self, wanted: impl Fn(&Work) -> bool) -> bool {
        self.running.values().any(|running| wanted(&running.work))
    }

    /// The work that is over with this report.
    pub(super) fn on_report(&mut self, op: OpId, event: &OpEvent) -> Option<Work> {
        let running = self.running.get(&op)?;
        if ends(&running.work, event) { self.running.remove(&op).map(|running| running.work) } else { None }
    }

    pub(super) fn on_start(&mut self, op: OpId, work: &Work) -> Result<(), Fault> {
        ensure(op.0 > self.last, || format!("{op:?} begins twice"))?;
        self.last = op.0;
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(op);
        self.running.insert(op, Running { work: work.clone(), is_finished: false });
        Ok(())
    }

    pub(super) fn on_finish(&mut self, op: OpId) -> Result<(), Fault> {
        let running = self.running.get_mut(&op).filter(|running| matches!(running.work, Work::Listen { .. }));
        let was_finished = running.map(|running| std::mem::replace(&mut running.is_finished, true));
        ensure(was_finished == Some(false), || format!("{op:?} does not listen, and is told to finish"))
    }

    pub(super) fn on_cancel(&mut self, op: OpId) -> Result<(), Fault> {
        ensure(self.running.remove(&op).is_some(), || format!("{op:?} is cancelled and does not run"))
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        match event {
            Event::SpeechStopped { end_of_turn: true, .. } => self.has_closed = true,
            // Of the next turn, which somebody listens to again.
            Event::SpeechStarted { .. } => self.has_closed = false,
            _ => (),
        }
    }

    pub(super) fn settle(&mut self, open: Option<TurnId>) -> Result<(), Fault> {
        let mut listening = 0;
        for Running { work, is_finished } in self.running.values() {
            match work {
                Work::Store { .. } | Work::Keep { .. } => (),
                Work::Listen { .. } => listening += usize::from(!is_finished),
                Work::Transcribe { .. } | Work::Answer { .. } | Work::Speak { .. } | Work::Animate { .. } => {
                    let is_open = work.turn() == open;
                    ensure(is_open, || format!("{work:?} goes on for a turn that is over; open is {open:?}"))?;
                }
            }
        }
        ensure(listening <= 1, || "two recognisers listen to one user".to_owned())?;
        let closed = std::mem::take(&mut self.has_closed);
        ensure(!closed || listening == 0, || "a recogniser is not told that the turn is over".to_owned())
    }

    pub(super) fn all_over(&self) -> Result<(), Fault> {
        ensure(self.running.is_empty(), || format!("work outlives the session: {:?}", self.running))
    }
}

fn ends(work: &Work, event: &OpEvent) -> bool {
    matches!(
        (work, event),
        (_, OpEvent::Failed(_))
            | (Work::Store { .. }, OpEvent::Stored(_))
            | (Work::Transcribe { .. } | Work::Listen { .. }, OpEvent::Heard { .. })
            | (Work::Answer { .. }, OpEvent::Answered { .. })
            | (Work::Speak { .. }, OpEvent::Spoken { .. })
            | (Work::Keep { .. }, OpEvent::Kept { .. })
            | (Work::Animate { .. }, OpEvent::Animated { .. })
    )
}
