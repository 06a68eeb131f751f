//! The whole recording of a session: streamed while it is still going on, and made once when it is over.
//!
//! Segments and speeches never change, so making it again makes the same file: a crash in between costs only time.

mod both_voices;
mod layout;
mod postponed;
mod timeline;
mod track;
mod trainee;
mod voice;

use std::{
    future::ready,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use audio::Format;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ports::{
    Catalog, Journal, ObjectKey, ObjectStore, Pieces, SegmentRecord, SessionId, StoreError, Timestamp, TurnRecord,
};

pub use layout::{Layout, Span};
pub use timeline::{Timeline, TurnTimes};
pub use trainee::Trainee;
pub use voice::Voice;

use self::{both_voices::Composing, postponed::Postponed};
use crate::clock;

/// What recordings are made from and kept in.
pub struct Archive {
    catalog: Arc<dyn Catalog>,
    journal: Arc<dyn Journal>,
    objects: Arc<dyn ObjectStore>,
    postponed: Mutex<Postponed>,
    pending: AtomicU64,
}

const PAUSE: Duration = Duration::from_secs(5);
const AT_ONCE: u32 = 20;
/// What is closed over REST may still be live on another server. It ends there within this time, also where a store is down.
const SETTLING: Duration = Duration::from_secs(900);

impl Archive {
    pub fn new(catalog: Arc<dyn Catalog>, journal: Arc<dyn Journal>, objects: Arc<dyn ObjectStore>) -> Self {
        Self { catalog, journal, objects, postponed: Mutex::default(), pending: AtomicU64::new(0) }
    }

    /// How many sessions that ended wait for their recording, wherever they were live.
    pub fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Makes the recording of every session that is over. Several servers may do so at once.
    pub async fn record_what_ends(&self) {
        let mut pause = tokio::time::interval(PAUSE);
        loop {
            pause.tick().await;
            if let Err(error) = self.record_pending(clock::now).await {
                tracing::warn!(%error, "Nobody can say which sessions have no recording yet; trying again");
            }
        }
    }

    /// Tries every session that is due. One that cannot be recorded is put off, and keeps no other from it.
    pub async fn record_pending(&self, clock: impl Fn() -> Timestamp) -> Result<(), StoreError> {
        loop {
            let now = clock();
            let due = self.due(now).await?;
            if due.is_empty() {
                return Ok(());
            }
            for session in due {
                match self.record(&session).await {
                    Ok(()) => drop(self.pending.fetch_sub(1, Ordering::Relaxed)),
                    Err(error) => self.put_off(&session, &error, now),
                }
            }
        }
    }

    /// As many are looked at beyond those that are put off, so that these never fill the list.
    async fn due(&self, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let postponed = u32::try_from(self.postponed().len()).unwrap_or(u32::MAX);
        let settled = clock::before(now, SETTLING);
        let mut waiting = self.catalog.unrecorded_sessions(settled, AT_ONCE.saturating_add(postponed)).await?;
        self.pending.store(waiting.total, Ordering::Relaxed);
        let mut postponed = self.postponed();
        postponed.keep_only(&waiting.items);
        waiting.items.retain(|session| postponed.is_due(session, now));
        Ok(waiting.items)
    }

    fn put_off(&self, session: &SessionId, error: &StoreError, now: Timestamp) {
        let seconds = self.postponed().put_off(session, now).as_secs();
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(session.id = %session, %error, seconds, "A session could not be recorded yet; trying again");
            }
            _ => {
                tracing::error!(session.id = %session, %error, seconds, "A session could not be recorded; trying again")
            }
        }
    }

    fn postponed(&self) -> MutexGuard<'_, Postponed> {
        self.postponed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn record(&self, session: &SessionId) -> Result<(), StoreError> {
        let segments = self.journal.segments(session).await?;
        let turns = self.journal.turns(session).await?;
        let until = self.end_of(session).await?.unwrap_or_else(clock::now);
        let layout = Layout::new(&segments, &turns, until);
        let object = object(session, "recording.ogg");
        let is_copied = turns.iter().all(|turn| turn.spoken.is_none()) && trainee::is_copied(&segments);
        let voice = match is_copied {
            true => self.copy(&object, segments, &layout).await?,
            false => self.compose(&object, &segments, &turns, &layout).await?,
        };
        if let Some(voice) = &voice {
            voice.keep(&*self.objects, session).await?;
        }
        match self.catalog.keep_recording(session, voice.is_some().then_some(&object), clock::now()).await {
            Ok(()) => tracing::info!(session.id = %session, is_empty = voice.is_none(), "A session was recorded"),
            Err(StoreError::NotFound(_)) => {
                self.objects.delete(&object).await?;
                Voice::forget(&*self.objects, session).await?;
                tracing::info!(session.id = %session, "A session was deleted while it was recorded");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// `None` where it was abandoned.
    async fn end_of(&self, session: &SessionId) -> Result<Option<Timestamp>, StoreError> {
        let ended = self.journal.resume(session).await?.and_then(|resumption| resumption.ended);
        if let Some(ended) = ended {
            return Ok(Some(ended.at));
        }
        Ok(self.catalog.session(session).await?.and_then(|row| row.completed_at))
    }

    /// `None` where there is nothing to record.
    async fn copy(
        &self,
        object: &ObjectKey,
        segments: Vec<SegmentRecord>,
        layout: &Layout,
    ) -> Result<Option<Voice>, StoreError> {
        let voice = both_voices::listen(&*self.objects, &segments, layout).await?;
        let pieces = Trainee::new(segments).stream(Arc::clone(&self.objects)).map_ok(Bytes::from).boxed();
        Ok(self.store(object, pieces).await?.then_some(voice))
    }

    /// The same for both voices.
    async fn compose(
        &self,
        object: &ObjectKey,
        segments: &[SegmentRecord],
        turns: &[TurnRecord],
        layout: &Layout,
    ) -> Result<Option<Voice>, StoreError> {
        let mut composing = Composing::new(&*self.objects, segments, turns, layout);
        let is_stored = self.store(object, composing.pieces()).await?;
        Ok(is_stored.then(|| composing.voice()))
    }

    /// Answers whether there was anything to store.
    async fn store(&self, object: &ObjectKey, pieces: Pieces<'_>) -> Result<bool, StoreError> {
        let mut pieces = pieces.try_filter(|piece| ready(!piece.is_empty())).boxed();
        let Some(first) = pieces.try_next().await? else { return Ok(false) };
        let file = stream::iter([Ok(first)]).chain(pieces).boxed();
        self.objects.put_pieces(object, file, Format::OggOpus.media_type()).await?;
        Ok(true)
    }
}

/// Of a session, as a whole.
fn object(session: &SessionId, name: &str) -> ObjectKey {
    let name = format!("{}/{name}", ObjectKey::session_prefix(session));
    ObjectKey::parse(&name).expect("a name below a session's folder is a key")
}

/// `None` for what was deleted in the meantime.
async fn kept(objects: &dyn ObjectStore, key: &ObjectKey) -> Result<Option<Bytes>, StoreError> {
    match objects.get(key).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::NotFound(_)) => {
            tracing::warn!(object = %key, "A piece of a recording is no longer kept");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
