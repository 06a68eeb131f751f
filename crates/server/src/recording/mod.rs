//! The whole recording of a session: streamed while it is still going on, and made once when it is over.
//!
//! Segments and speeches never change, so making it again makes the same file: a crash in between costs only time.

mod both_voices;
mod layout;
mod timeline;
mod track;
mod trainee;
mod voice;

use std::{sync::Arc, time::Duration};

use audio::Format;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use ports::{Catalog, Journal, ObjectKey, ObjectStore, SegmentRecord, SessionId, StoreError, Timestamp, TurnRecord};

pub use layout::{Layout, Span};
pub use timeline::{Timeline, TurnTimes};
pub use trainee::Trainee;
pub use voice::Voice;

use crate::clock;

/// What recordings are made from and kept in.
#[derive(Clone)]
pub struct Archive {
    pub catalog: Arc<dyn Catalog>,
    pub journal: Arc<dyn Journal>,
    pub objects: Arc<dyn ObjectStore>,
}

const PAUSE: Duration = Duration::from_secs(5);
const AT_ONCE: u32 = 20;

impl Archive {
    /// Makes the recording of every session that ends. Several servers may do so at once.
    pub async fn record_what_ends(self) {
        let mut pause = tokio::time::interval(PAUSE);
        loop {
            pause.tick().await;
            if let Err(error) = self.record_pending().await {
                tracing::warn!(%error, "Recordings could not be made; trying again");
            }
        }
    }

    /// One session that cannot be recorded does not keep the others from it.
    pub async fn record_pending(&self) -> Result<(), StoreError> {
        for session in self.catalog.unrecorded_sessions(AT_ONCE).await? {
            match self.record(&session).await {
                Ok(()) => {}
                Err(error @ StoreError::Unavailable(_)) => return Err(error),
                Err(error) => tracing::error!(session.id = %session, %error, "A session could not be recorded"),
            }
        }
        Ok(())
    }

    async fn record(&self, session: &SessionId) -> Result<(), StoreError> {
        let segments = self.journal.segments(session).await?;
        let turns = self.journal.turns(session).await?;
        let ended = self.journal.resume(session).await?.and_then(|resumption| resumption.ended);
        let until = ended.map_or_else(clock::now, |ended| ended.at);
        let (file, voice) = self.compose(segments, &turns, until).await?;
        if file.is_empty() {
            return self.catalog.keep_recording(session, None, clock::now()).await;
        }
        voice.keep(&*self.objects, session).await?;
        let object = object(session, "recording.ogg");
        let bytes = file.len();
        self.objects.put(&object, file, Format::OggOpus.media_type()).await?;
        if let Err(error) = self.catalog.keep_recording(session, Some(&object), clock::now()).await {
            if let StoreError::NotFound(_) = error {
                // It was deleted in the meantime, and so is this.
                self.objects.delete(&object).await?;
                Voice::forget(&*self.objects, session).await?;
            }
            return Err(error);
        }
        tracing::info!(session.id = %session, bytes, "A session was recorded");
        Ok(())
    }

    /// Some six kilobytes for each second of the session.
    async fn compose(
        &self,
        segments: Vec<SegmentRecord>,
        turns: &[TurnRecord],
        until: Timestamp,
    ) -> Result<(Bytes, Voice), StoreError> {
        let layout = Layout::new(&segments, turns, until);
        if turns.iter().all(|turn| turn.spoken.is_none()) && trainee::is_copied(&segments) {
            let voice = both_voices::listen(&*self.objects, &segments, &layout).await?;
            let trainee = Trainee::new(segments);
            let pieces: Vec<Vec<u8>> = trainee.stream(Arc::clone(&self.objects)).try_collect().await?;
            return Ok((pieces.concat().into(), voice));
        }
        both_voices::compose(&*self.objects, &segments, turns, &layout).await
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
