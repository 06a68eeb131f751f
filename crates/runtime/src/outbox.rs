//! Facts are written down before anybody is told what follows from them.

use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};

use ports::{HintRecord, Journal, Record, SessionId, StoreError};
use session::TurnId;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use crate::{Meter, Reply, RoomEvent, Step, spans};

/// While this much waits, the session takes nothing new.
const FULL: usize = 256;
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

pub(crate) struct Outbox {
    session: SessionId,
    journal: Arc<dyn Journal>,
    meter: Arc<Meter>,
    /// The turn that the records are mostly of.
    turn: Option<(TurnId, Span)>,
    entries: VecDeque<Entry>,
    committing: Option<Committing>,
    failures: u32,
}

enum Entry {
    Record(Record),
    Due(Due),
}

/// What may be done once everything that stands before it is written down.
pub(crate) enum Due {
    Event(RoomEvent),
    /// The trainee is to hear it.
    Hint(HintRecord),
    /// Somebody wants to know that it is.
    Answer(Box<dyn Reply>),
}

/// The records among the first `entries` entries are being written.
struct Committing {
    entries: usize,
    records: Vec<Record>,
    done: Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>,
}

impl Outbox {
    pub(crate) fn new(session: SessionId, journal: Arc<dyn Journal>, meter: Arc<Meter>) -> Self {
        Self { session, journal, meter, turn: None, entries: VecDeque::new(), committing: None, failures: 0 }
    }

    pub(crate) fn follow(&mut self, turn: Option<(TurnId, Span)>) {
        self.turn = turn;
    }

    pub(crate) fn record(&mut self, record: Record) {
        self.entries.push_back(Entry::Record(record));
    }

    pub(crate) fn tell(&mut self, event: RoomEvent) {
        self.entries.push_back(Entry::Due(Due::Event(event)));
    }

    pub(crate) fn whisper(&mut self, hint: HintRecord) {
        self.entries.push_back(Entry::Due(Due::Hint(hint)));
    }

    pub(crate) fn answer(&mut self, reply: Box<dyn Reply>) {
        self.entries.push_back(Entry::Due(Due::Answer(reply)));
    }

    /// Nothing is written down any more. Whoever waited for it is to be told so.
    pub(crate) fn give_up(&mut self) -> impl Iterator<Item = Box<dyn Reply>> {
        self.entries.drain(..).filter_map(|entry| match entry {
            Entry::Due(Due::Answer(reply)) => Some(reply),
            Entry::Due(Due::Event(_) | Due::Hint(_)) | Entry::Record(_) => None,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.entries.len() < FULL
    }

    pub(crate) fn waiting_events(&self) -> u64 {
        self.entries.iter().filter(|entry| matches!(entry, Entry::Due(Due::Event(_)))).count() as u64
    }

    /// Something waits to be written down.
    pub(crate) fn has_records(&self) -> bool {
        self.committing.is_none() && self.entries.iter().any(|entry| matches!(entry, Entry::Record(_)))
    }

    pub(crate) fn is_committing(&self) -> bool {
        self.committing.is_some()
    }

    /// What may be done next; begins to write the records that stand before others.
    pub(crate) fn next_due(&mut self) -> Option<Due> {
        if self.committing.is_some() {
            return None;
        }
        match self.entries.pop_front()? {
            Entry::Due(due) => Some(due),
            record @ Entry::Record(_) => {
                self.entries.push_front(record);
                self.commit();
                None
            }
        }
    }

    /// Waits for the records that are being written. Pends for ever when there are none.
    pub(crate) async fn committed(&mut self) -> Result<(), StoreError> {
        match &mut self.committing {
            Some(committing) => committing.done.as_mut().await,
            None => std::future::pending().await,
        }
    }

    /// With the answer of [`Self::committed`]. A failed write is tried again, for as long as it takes, unless the session is
    /// not to be written down here any more.
    pub(crate) fn on_committed(&mut self, result: &Result<(), StoreError>) {
        let Some(Committing { entries, records, .. }) = self.committing.take() else {
            return;
        };
        if matches!(result, Err(StoreError::Conflict(_) | StoreError::NotFound(_))) {
            return;
        }
        if result.is_err() {
            self.failures = self.failures.saturating_add(1);
            let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(10)).min(LONGEST_RETRY);
            return self.write(entries, records, wait);
        }
        self.failures = 0;
        let rest = self.entries.split_off(entries);
        self.entries.retain(|entry| matches!(entry, Entry::Due(_)));
        self.entries.extend(rest);
    }

    /// How often in a row writing has failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Begins to write every record that waits.
    pub(crate) fn commit(&mut self) {
        let records = self.entries.iter().filter_map(|entry| match entry {
            Entry::Record(record) => Some(record.clone()),
            Entry::Due(_) => None,
        });
        let records = records.collect();
        self.write(self.entries.len(), records, Duration::ZERO);
    }

    fn write(&mut self, entries: usize, records: Vec<Record>, wait: Duration) {
        let (journal, session, batch) = (Arc::clone(&self.journal), self.session.clone(), records.clone());
        let (meter, span) = (Arc::clone(&self.meter), spans::commit(&session, self.turn.as_ref(), batch.len()));
        let written = async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            let began = Instant::now();
            journal.record(&session, batch).await?;
            meter.durations(Step::Commit).observe(began.elapsed());
            Ok(())
        };
        let done = Box::pin(written.instrument(span));
        self.committing = Some(Committing { entries, records, done });
    }
}
