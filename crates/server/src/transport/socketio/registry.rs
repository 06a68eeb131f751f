use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use runtime::{Gate, MemberId};
use socketioxide::socket::Sid;

/// What was emitted last may take so long to leave.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The gate of every open connection, by its Engine.IO id.
#[derive(Default)]
pub struct Registry {
    open: Mutex<HashMap<Sid, Arc<Gate>>>,
    last: AtomicU64,
    closing: AtomicBool,
}

impl Registry {
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From now on nobody new is let in.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Closes every connection. A client that loses its connection comes back by itself; one that is told to leave
    /// does not.
    pub(super) async fn hang_up(&self) {
        tokio::time::sleep(LAST_WORDS).await;
        for (_, gate) in self.lock().drain() {
            gate.shut();
        }
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    pub(super) fn next_id(&self) -> MemberId {
        MemberId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(super) fn add(&self, id: Sid, gate: Arc<Gate>) {
        self.lock().insert(id, gate);
    }

    pub(super) fn remove(&self, id: Sid) {
        self.lock().remove(&id);
    }

    pub(super) fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        self.lock().get(&id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sid, Arc<Gate>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
