use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use ports::UserId;
use runtime::{Gate, MemberId};
use socketioxide::socket::Sid;
use tokio::time::Instant;

use super::{
    layer::{PING_INTERVAL, PING_TIMEOUT},
    pace::Pace,
};
use crate::transport::{Lifeline, Link, Traffic};

/// What was emitted last may take so long to leave.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// A client that was told to go, or that left, has this long to close by itself.
pub(super) const FAREWELL: Duration = Duration::from_secs(3);
/// After so long the library has given up whoever is behind a gate that was shut: no answer to a ping passes it.
const SURELY_GONE: Duration = PING_INTERVAL.saturating_add(PING_TIMEOUT).saturating_add(Duration::from_secs(5));

/// Every open connection, by its Engine.IO id.
#[derive(Default)]
pub struct Registry {
    connections: Mutex<Connections>,
    traffic: Arc<Traffic>,
    last: AtomicU64,
    closing: AtomicBool,
    closed: AtomicBool,
}

#[derive(Default)]
struct Connections {
    open: HashMap<Sid, Open>,
    /// Those that were hung up on and count no longer, until they are surely gone: who polls must find the gate shut.
    shut: HashMap<Sid, Arc<Gate>>,
    shut_since: VecDeque<(Instant, Sid)>,
    /// Those that became websockets. One may do so before its client says who it is.
    upgraded: HashMap<Sid, Upgraded>,
    /// With so many it is time to forget those that are gone.
    most_upgraded: usize,
}

struct Open {
    gate: Arc<Gate>,
    address: IpAddr,
    /// It was let in and did not leave.
    counts: bool,
    /// Once it is known, with the pace that all connections of the user share.
    user: Option<(UserId, Arc<Mutex<Pace>>)>,
}

struct Upgraded {
    gate: Arc<Gate>,
    lifeline: Lifeline,
}

/// A connection that was not there before.
pub(super) struct Admitted {
    pub(super) gate: Arc<Gate>,
    /// Its address has as many as one may have.
    pub(super) is_crowded: bool,
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
        self.lock().open.values().filter(|open| open.counts).count()
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
        self.closed.store(true, Ordering::Release);
        let mut connections = self.lock();
        let everybody: Vec<Sid> = connections.open.keys().copied().collect();
        everybody.into_iter().for_each(|id| connections.shut(id));
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

    /// Everybody was hung up on.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn next_id(&self) -> MemberId {
        MemberId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// `None` where it was there before: a connection comes once, and whoever left it opens another one. So what is still
    /// under way for the one that left meets nobody else. Its gate is `new` where it did not become a websocket before.
    pub(super) fn add(
        &self,
        id: Sid,
        address: IpAddr,
        most_per_address: Option<usize>,
        new: impl FnOnce() -> Arc<Gate>,
    ) -> Option<Admitted> {
        let mut connections = self.lock();
        if connections.open.contains_key(&id) || connections.shut.contains_key(&id) {
            return None;
        }
        self.traffic.connections_opened.add(1);
        let gate = connections.gate(id).unwrap_or_else(new);
        let from_there = connections.open.values().filter(|open| open.address == address && open.counts).count();
        let is_crowded = most_per_address.is_some_and(|most| from_there >= most);
        connections.open.insert(id, Open { gate: Arc::clone(&gate), address, counts: !is_crowded, user: None });
        Some(Admitted { gate, is_crowded })
    }

    /// Its gate, for a connection that asks to become a websocket; `new` where its client did not say who it is so far.
    /// `None` while it is one already: a gate is obeyed by one connection.
    pub(super) fn upgrade(&self, id: Sid, link: &Link, new: impl FnOnce() -> Arc<Gate>) -> Option<Arc<Gate>> {
        let mut connections = self.lock();
        if connections.upgraded.get(&id).is_some_and(|upgraded| !upgraded.lifeline.is_broken()) {
            return None;
        }
        let gate = connections.gate(id).unwrap_or_else(new);
        if connections.upgraded.len() >= connections.most_upgraded {
            connections.upgraded.retain(|_, upgraded| !upgraded.lifeline.is_broken());
            connections.most_upgraded = 64 + 2 * connections.upgraded.len();
        }
        connections.upgraded.insert(id, Upgraded { gate: Arc::clone(&gate), lifeline: link.lifeline() });
        Some(gate)
    }

    /// It did not become a websocket.
    pub(super) fn not_upgraded(&self, id: Sid) {
        self.lock().upgraded.remove(&id);
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

    /// Hangs up on it.
    pub(super) fn shut(&self, id: Sid) {
        self.lock().shut(id);
    }

    /// It left. Every client that leaves closes it too; the library does not tell.
    pub(super) fn shut_soon(self: &Arc<Self>, id: Sid) {
        if let Some(open) = self.lock().open.get_mut(&id) {
            open.counts = false;
        }
        let registry = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(FAREWELL).await;
            registry.shut(id);
        });
    }

    pub(super) fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        self.lock().gate(id)
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    fn gate(&self, id: Sid) -> Option<Arc<Gate>> {
        let known = self.open.get(&id).map(|open| &open.gate).or_else(|| self.shut.get(&id));
        known.or_else(|| self.upgraded.get(&id).map(|upgraded| &upgraded.gate)).cloned()
    }

    fn shut(&mut self, id: Sid) {
        let Some(open) = self.open.remove(&id) else {
            return;
        };
        open.gate.shut();
        let now = Instant::now();
        while let Some((_, gone)) = self.shut_since.pop_front_if(|(since, _)| now - *since > SURELY_GONE) {
            self.shut.remove(&gone);
        }
        self.shut.insert(id, open.gate);
        self.shut_since.push_back((now, id));
    }
}
