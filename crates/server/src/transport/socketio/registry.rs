use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use ports::UserId;
use runtime::{Gate, MemberId};
use socketioxide::socket::Sid;

use super::pace::Pace;
use crate::transport::Traffic;

/// What was emitted last may take so long to leave.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Every open connection, by its Engine.IO id.
#[derive(Default)]
pub struct Registry {
    connections: Mutex<Connections>,
    traffic: Arc<Traffic>,
    last: AtomicU64,
    closing: AtomicBool,
}

#[derive(Default)]
struct Connections {
    open: HashMap<Sid, Open>,
    /// Those that were sent away and count no longer, until they are really gone: who polls must find the gate shut.
    shut: HashMap<Sid, Arc<Gate>>,
    /// The gates that the connections obey which became websockets. One may do so before its client says who it is, and
    /// obeys no other gate afterwards.
    upgraded: HashMap<Sid, Weak<Gate>>,
}

impl Connections {
    fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        let known = self.open.get(&id).map(|open| &open.gate).or_else(|| self.shut.get(&id));
        known.cloned().or_else(|| self.upgraded.get(&id)?.upgrade())
    }
}

struct Open {
    gate: Arc<Gate>,
    address: IpAddr,
    /// Once it is known, with the pace that all connections of the user share.
    user: Option<(UserId, Arc<Mutex<Pace>>)>,
}

impl Open {
    fn is_of(&self, user: &UserId) -> bool {
        self.user.as_ref().is_some_and(|(of, _)| of == user)
    }
}

impl Registry {
    pub fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }

    /// Received of all connections and not handled yet.
    pub fn waiting_bytes(&self) -> usize {
        self.lock().open.values().map(|open| open.gate.waiting()).sum()
    }

    pub fn len(&self) -> usize {
        self.lock().open.len()
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
        for (_, open) in self.lock().open.drain() {
            open.gate.shut();
        }
    }

    /// Closes every connection of this user.
    pub fn hang_up_on(&self, user: &UserId) {
        for open in self.lock().open.values().filter(|open| open.is_of(user)) {
            open.gate.shut();
        }
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    pub(super) fn next_id(&self) -> MemberId {
        MemberId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Answers its gate, which is `new` where it did not become a websocket before, and how many connections its address
    /// has with it.
    pub(super) fn add(&self, id: Sid, address: IpAddr, new: impl FnOnce() -> Arc<Gate>) -> (Arc<Gate>, usize) {
        self.traffic.connections_opened.add(1);
        let mut connections = self.lock();
        let gate = connections.upgraded.get(&id).and_then(Weak::upgrade).unwrap_or_else(new);
        let open = &mut connections.open;
        open.insert(id, Open { gate: Arc::clone(&gate), address, user: None });
        (gate, open.values().filter(|open| open.address == address).count())
    }

    /// The gate for a connection that becomes a websocket, which is `new` where its client did not say who it is so far.
    pub(super) fn upgrade(&self, id: Sid, new: impl FnOnce() -> Arc<Gate>) -> Arc<Gate> {
        let mut connections = self.lock();
        let gate = connections.gate(id).unwrap_or_else(new);
        connections.upgraded.retain(|_, gate| gate.strong_count() > 0);
        connections.upgraded.insert(id, Arc::downgrade(&gate));
        gate
    }

    /// Answers the pace of the user, which is `new` where this is the first of their connections.
    pub(super) fn belongs_to(&self, id: Sid, user: &UserId, new: Mutex<Pace>) -> Arc<Mutex<Pace>> {
        let mut connections = self.lock();
        let of_user = connections.open.values().find(|open| open.is_of(user)).and_then(|open| open.user.as_ref());
        let pace = of_user.map_or_else(|| Arc::new(new), |(_, pace)| Arc::clone(pace));
        if let Some(open) = connections.open.get_mut(&id) {
            open.user = Some((user.clone(), Arc::clone(&pace)));
        }
        pace
    }

    /// It is gone.
    pub(super) fn remove(&self, id: Sid) {
        let mut connections = self.lock();
        connections.open.remove(&id);
        connections.shut.remove(&id);
    }

    /// Nobody here waits for it any longer.
    pub(super) fn let_go(&self, id: Sid) {
        let mut connections = self.lock();
        if let Some(open) = connections.open.remove(&id) {
            connections.shut.insert(id, open.gate);
        }
    }

    pub(super) fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        self.lock().gate(id)
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
