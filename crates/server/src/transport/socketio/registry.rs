use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use runtime::{Gate, MemberId};
use socketioxide::{extract::SocketRef, socket::Sid};

/// Every open connection, by its Engine.IO id.
#[derive(Default)]
pub struct Registry {
    open: Mutex<HashMap<Sid, Open>>,
    last: AtomicU64,
    closing: AtomicBool,
}

#[derive(Clone)]
pub(super) struct Open {
    pub(super) socket: SocketRef,
    pub(super) gate: Arc<Gate>,
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

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    pub(super) fn next_id(&self) -> MemberId {
        MemberId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(super) fn add(&self, socket: SocketRef, gate: Arc<Gate>) {
        self.lock().insert(socket.id, Open { socket, gate });
    }

    pub(super) fn remove(&self, id: Sid) {
        self.lock().remove(&id);
    }

    pub(super) fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        self.lock().get(&id).map(|open| Arc::clone(&open.gate))
    }

    pub(super) fn all(&self) -> Vec<Open> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sid, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
