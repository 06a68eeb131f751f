use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use ports::{ObjectKey, ObjectStore, Pieces, StoreError, StoredObject, Timestamp};

use super::{
    house::House,
    recordings::{end, segments, session_of_kim, soon, speak, store},
};
use crate::{clock, recording::Archive};

/// A store that weighs what a recording is made of and what it is given as a file.
struct Scales {
    objects: Arc<dyn ObjectStore>,
    held: Arc<Held>,
    largest_piece: AtomicUsize,
    file: AtomicUsize,
}

/// Bytes that were read and not dropped yet.
#[derive(Default)]
struct Held {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// A body that is weighed as long as it is held.
struct Load {
    body: Bytes,
    held: Arc<Held>,
}

impl Load {
    fn lift(body: Bytes, held: &Arc<Held>) -> Self {
        let now = held.now.fetch_add(body.len(), Ordering::Relaxed) + body.len();
        held.most.fetch_max(now, Ordering::Relaxed);
        Self { body, held: Arc::clone(held) }
    }
}

impl AsRef<[u8]> for Load {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.held.now.fetch_sub(self.body.len(), Ordering::Relaxed);
    }
}

#[async_trait]
impl ObjectStore for Scales {
    async fn put(&self, key: &ObjectKey, body: Bytes, media_type: &str) -> Result<(), StoreError> {
        assert!(!media_type.starts_with("audio/"), "{key} is held whole before it is stored");
        self.objects.put(key, body, media_type).await
    }

    async fn put_pieces(&self, _: &ObjectKey, mut pieces: Pieces<'_>, _: &str) -> Result<(), StoreError> {
        while let Some(piece) = pieces.try_next().await? {
            self.largest_piece.fetch_max(piece.len(), Ordering::Relaxed);
            self.file.fetch_add(piece.len(), Ordering::Relaxed);
        }
        Ok(())
    }

    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError> {
        let body = self.objects.get(key).await?;
        Ok(Bytes::from_owner(Load::lift(body, &self.held)))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        self.objects.delete(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError> {
        self.objects.list(prefix).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.objects.check().await
    }
}

/// Records a session of so many segments: how long the file is, its largest piece, and how much was held at once.
async fn weigh(count: usize, spoken: bool) -> (usize, [usize; 2]) {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    let segments: Vec<_> = segments().into_iter().cycle().take(count).collect();
    store(&house, session.as_str(), &segments).await;
    if spoken {
        speak(&house, &session, clock::now()).await;
    }
    end(&house, &session, Timestamp(soon().0 + 3_600_000)).await;
    let scales = Arc::new(Scales {
        objects: Arc::clone(&house.app.objects),
        held: Arc::default(),
        largest_piece: AtomicUsize::new(0),
        file: AtomicUsize::new(0),
    });
    let (catalog, journal) = (Arc::clone(&house.app.catalog), Arc::clone(&house.app.journal));
    Archive::new(catalog, journal, scales.clone()).record_pending(clock::now).await.unwrap();
    let most_held = scales.held.most.load(Ordering::Relaxed);
    (scales.file.load(Ordering::Relaxed), [scales.largest_piece.load(Ordering::Relaxed), most_held])
}

#[tokio::test]
async fn a_long_session_is_recorded_with_no_more_in_hand_than_a_short_one() {
    for spoken in [false, true] {
        let (short_file, short) = weigh(8, spoken).await;
        let (long_file, long) = weigh(120, spoken).await;
        assert!(long_file > 10 * short_file, "{short_file} and {long_file} bytes");
        let no_more = |(long, short): (&usize, &usize)| (1..short * 11 / 10).contains(long);
        assert!(long.iter().zip(&short).all(no_more), "{short:?} and {long:?}");
    }
}
