use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt as _, stream::BoxStream};

use crate::{ObjectKey, StoreError, Timestamp};

/// An object's body, piece by piece. An error breaks it off.
pub type Pieces<'a> = BoxStream<'a, Result<Bytes, StoreError>>;

/// Keeps audio. What `put` acknowledged survives a crash of this process.
#[async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Stores the whole object or nothing; no reader ever sees a part of it. Replaces what was there.
    async fn put(&self, key: &ObjectKey, body: Bytes, media_type: &str) -> Result<(), StoreError>;

    /// As [`Self::put`], for a body in parts, which a store that can take them so need not put together.
    async fn put_parts(&self, key: &ObjectKey, parts: Arc<[Bytes]>, media_type: &str) -> Result<(), StoreError> {
        let body = match &*parts {
            [whole] => whole.clone(),
            parts => parts.concat().into(),
        };
        self.put(key, body, media_type).await
    }

    /// As [`Self::put`], for a body that is still being made: the pieces are taken as fast as they are stored. If they
    /// break off, their error is the answer and nothing is stored, and so it is when the caller stops waiting.
    ///
    /// Unless a store has its own way, it holds the whole body first: good enough for a shelf in memory.
    async fn put_pieces(&self, key: &ObjectKey, mut pieces: Pieces<'_>, media_type: &str) -> Result<(), StoreError> {
        let mut body = BytesMut::new();
        while let Some(piece) = pieces.try_next().await? {
            body.extend_from_slice(&piece);
        }
        self.put(key, body.freeze(), media_type).await
    }

    /// Throws away what was begun below `prefix` before `before` and never finished, as a process that dies leaves it,
    /// and answers how much that was. Nobody sees such leftovers, but they are kept, and paid for.
    async fn discard_unfinished(&self, _prefix: &str, _before: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// [`StoreError::NotFound`] when there is no such object.
    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError>;

    /// In bytes. [`StoreError::NotFound`] when there is no such object.
    async fn size(&self, key: &ObjectKey) -> Result<u64, StoreError> {
        Ok(self.get(key).await?.len() as u64)
    }

    /// A part that begins within the object; where the object ends, the part does too.
    async fn get_part(&self, key: &ObjectKey, part: Range<u64>) -> Result<Bytes, StoreError> {
        let whole = self.get(key).await?;
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(whole.len());
        Ok(whole.slice(place(part.start)..place(part.end)))
    }

    /// Where anybody can read this object until it expires, if the world reaches the store.
    async fn address(&self, _key: &ObjectKey, _expires_in: Duration) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    /// Not an error when there is nothing to delete.
    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError>;

    /// Everything whose key begins with `prefix`, sorted by key.
    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError>;

    /// Deletes everything whose key begins with `prefix`.
    async fn delete_all(&self, prefix: &str) -> Result<(), StoreError> {
        for object in self.list(prefix).await? {
            self.delete(&object.key).await?;
        }
        Ok(())
    }

    /// Cheap; says why when the store cannot be used.
    async fn check(&self) -> Result<(), StoreError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    pub key: ObjectKey,
    pub bytes: u64,
    pub modified_at: Timestamp,
}
