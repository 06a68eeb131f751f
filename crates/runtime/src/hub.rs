use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ports::{Scenario, SessionId, Timestamp, UserId};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Engine, Envelope, Meter, Opening, Recorder,
    live::{Letter, LiveSession},
};

/// Letters that wait for a session; more make the sender wait.
const MAILBOX: usize = 64;

/// Nobody who starts a session waits longer for a database that is away.
const PATIENCE: Duration = Duration::from_millis(500);

/// Knows which sessions live in this process.
pub struct Hub {
    engine: Arc<Engine>,
    live: Arc<Mutex<HashMap<SessionId, Handle>>>,
    tasks: TaskTracker,
    meter: Arc<Meter>,
    max_per_user: usize,
    max_sessions: Option<usize>,
    recorder: Option<Arc<Recorder>>,
}

/// The way to a live session.
#[derive(Clone)]
pub struct Handle {
    about: Arc<About>,
    mailbox: mpsc::Sender<Letter>,
}

struct About {
    session: SessionId,
    owner: UserId,
    private: bool,
    scenario: Arc<Scenario>,
    started_at: Timestamp,
    /// Another process has the session.
    has_moved: Arc<AtomicBool>,
    /// Nobody finds the session here any more.
    is_gone: CancellationToken,
}

/// Why a session is not opened here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("{limit} sessions of this user are open already")]
    OfUser { limit: usize },
    #[error("this server holds as many sessions as it can, {limit}")]
    InAll { limit: usize },
    #[error("this server is stopping")]
    Stopping,
}

impl Hub {
    pub fn new(engine: Arc<Engine>, max_per_user: usize) -> Self {
        Self {
            engine,
            live: Arc::default(),
            tasks: TaskTracker::new(),
            meter: Arc::default(),
            max_per_user,
            max_sessions: None,
            recorder: None,
        }
    }

    /// Holds at most so many sessions at once.
    pub fn limited_to(self, max_sessions: usize) -> Self {
        Self { max_sessions: Some(max_sessions), ..self }
    }

    /// Writes down what happens in every session.
    pub fn recorded_by(self, recorder: Arc<Recorder>) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    pub fn find(&self, session: &SessionId) -> Option<Handle> {
        self.lock().get(session).cloned()
    }

    /// Every session that lives here, in no order.
    pub fn all(&self) -> Vec<Handle> {
        self.lock().values().cloned().collect()
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this session could be opened. Whoever cannot open it should not take it from somebody who has it.
    pub fn has_room_for(&self, session: &SessionId, owner: &UserId) -> Result<(), NotOpened> {
        let live = self.lock();
        if live.contains_key(session) { Ok(()) } else { self.has_room(&live, owner) }
    }

    /// Opens a session that this process took, or finds the one that somebody else opened in the meantime.
    pub fn open(&self, opening: Opening) -> Result<Handle, NotOpened> {
        let mut live = self.lock();
        if let Some(handle) = live.get(&opening.session) {
            return Ok(handle.clone());
        }
        self.has_room(&live, &opening.owner)?;
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let about = About {
            session: opening.session.clone(),
            owner: opening.owner.clone(),
            private: opening.private,
            scenario: Arc::clone(&opening.scenario),
            started_at: opening.started_at,
            has_moved: Arc::default(),
            is_gone: CancellationToken::new(),
        };
        let (has_moved, is_gone) = (Arc::clone(&about.has_moved), about.is_gone.clone());
        let handle = Handle { about: Arc::new(about), mailbox: sender };
        live.insert(opening.session.clone(), handle.clone());
        drop(live);

        let (id, registry) = (opening.session.clone(), Arc::clone(&self.live));
        let (engine, meter) = (Arc::clone(&self.engine), Arc::clone(&self.meter));
        let session = Box::new(LiveSession::new(engine, meter, opening, has_moved, mailbox, self.recorder.as_deref()));
        self.tasks.spawn(async move {
            // Even a session that panics leaves its place.
            let _place = Place { id, registry, is_gone };
            session.run().await;
        });
        Ok(handle)
    }

    fn has_room(&self, live: &HashMap<SessionId, Handle>, owner: &UserId) -> Result<(), NotOpened> {
        if self.is_stopping() {
            return Err(NotOpened::Stopping);
        }
        let of_this_user = live.values().filter(|handle| handle.about.owner == *owner).count();
        if of_this_user >= self.max_per_user {
            return Err(NotOpened::OfUser { limit: self.max_per_user });
        }
        match self.max_sessions.filter(|limit| live.len() >= *limit) {
            Some(limit) => Err(NotOpened::InAll { limit }),
            None => Ok(()),
        }
    }

    /// Ends a session as its user would, and waits until it is gone. Nothing happens where it does not live here.
    pub async fn end(&self, session: &SessionId) {
        if let Some(handle) = self.find(session) {
            handle.post_last(Letter::End).await;
        }
    }

    /// The session as it lives here, unless its user went on with it in another process meanwhile: then it is forgotten here.
    pub async fn find_held(&self, session: &SessionId) -> Option<Handle> {
        let handle = self.find(session)?;
        // Where nobody knows, the session itself finds out when it writes something down.
        let Ok(Ok(false)) = timeout(PATIENCE, self.engine.journal.holds(session)).await else {
            return Some(handle);
        };
        handle.post_last(Letter::LetGo).await;
        None
    }

    /// Lets every session finish what it has begun, and waits for them. None is opened any more: another process goes on.
    pub async fn suspend(&self) {
        self.tasks.close();
        for handle in self.all() {
            let _ = handle.mailbox.send(Letter::Suspend).await;
        }
        self.tasks.wait().await;
    }

    pub fn is_stopping(&self) -> bool {
        self.tasks.is_closed()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Handle>> {
        lock(&self.live)
    }
}

impl Handle {
    pub fn session(&self) -> &SessionId {
        &self.about.session
    }

    pub fn owner(&self) -> &UserId {
        &self.about.owner
    }

    pub fn is_private(&self) -> bool {
        self.about.private
    }

    pub fn scenario(&self) -> &Scenario {
        &self.about.scenario
    }

    pub fn started_at(&self) -> Timestamp {
        self.about.started_at
    }

    /// Another process has the session now.
    pub fn has_moved(&self) -> bool {
        self.about.has_moved.load(Ordering::Relaxed)
    }

    /// Waits until nobody finds the session here any more, and may open it anew.
    async fn post_last(&self, letter: Letter) {
        let _ = self.mailbox.send(letter).await;
        self.about.is_gone.cancelled().await;
    }

    /// Waits for room in the mailbox; gives the envelope back when the session is gone.
    pub async fn send(&self, envelope: Envelope) -> Result<(), Envelope> {
        self.mailbox.send(Letter::From(Box::new(envelope))).await.map_err(|error| match error.0 {
            Letter::From(envelope) => *envelope,
            Letter::End | Letter::Suspend | Letter::LetGo => unreachable!("an envelope was sent"),
        })
    }
}

struct Place {
    id: SessionId,
    registry: Arc<Mutex<HashMap<SessionId, Handle>>>,
    is_gone: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.registry).remove(&self.id);
        self.is_gone.cancel();
    }
}

/// Nothing under this lock panics halfway, so a poisoned map is as good as any.
fn lock(live: &Mutex<HashMap<SessionId, Handle>>) -> MutexGuard<'_, HashMap<SessionId, Handle>> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}
