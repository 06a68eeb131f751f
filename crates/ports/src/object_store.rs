use async_trait::async_trait;
use bytes::Bytes;

use crate::{ObjectKey, StoreError, Timestamp};

/// Keeps audio. What `put` acknowledged survives a crash of this process.
#[async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Stores the whole object or nothing; no reader ever sees a part of it. Replaces what was there.
    async fn put(&self, key: &ObjectKey, body: Bytes, media_type: &str) -> Result<(), StoreError>;

    /// [`StoreError::NotFound`] when there is no such object.
    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError>;

    /// Not an error when there is nothing to delete.
    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError>;

    /// Everything whose key begins with `prefix`, sorted by key.
    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError>;

    /// Cheap; says why when the store cannot be used.
    async fn check(&self) -> Result<(), StoreError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    pub key: ObjectKey,
    pub bytes: u64,
    pub modified_at: Timestamp,
}
