//! Objects as files below one folder. An object appears by a rename, so it is there whole or not at all.
//!
//! Media types are not kept: a file's name carries what a player needs.

mod files;
mod writer;

use std::{io, ops::Range, path::Path, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use ports::{ObjectKey, ObjectStore, Pieces, StoreError, StoredObject};
use tokio::sync::oneshot::error::RecvError;

use self::{files::Files, writer::Writer};

/// An object store on a local disk.
pub struct FolderStore {
    files: Arc<Files>,
    /// Unless every put waits for the disk: then many had better wait at the same time.
    writer: Option<Writer>,
}

impl FolderStore {
    /// Creates the folder when it is missing, and throws away what a process that died long ago was still writing.
    ///
    /// With `fsync` an acknowledged object survives a power cut and not only a crash of this process;
    /// every put then waits for the disk.
    pub async fn open(root: &Path, fsync: bool) -> Result<Self, StoreError> {
        let root = root.to_owned();
        let files = Arc::new(off_the_runtime(move || Files::open(root, fsync)).await?);
        let writer = (!fsync).then(|| Writer::start(Arc::clone(&files))).transpose();
        Ok(Self { files, writer: writer.map_err(|error| failure(&error))? })
    }

    async fn with_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let files = Arc::clone(&self.files);
        off_the_runtime(move || work(&files)).await
    }
}

#[async_trait]
impl ObjectStore for FolderStore {
    async fn put(&self, key: &ObjectKey, body: Bytes, media_type: &str) -> Result<(), StoreError> {
        self.put_parts(key, Arc::new([body]), media_type).await
    }

    async fn put_parts(&self, key: &ObjectKey, parts: Arc<[Bytes]>, _media_type: &str) -> Result<(), StoreError> {
        if let Some(written) = self.writer.as_ref().and_then(|writer| writer.hand_over(key, &parts)) {
            let stopped = |error: RecvError| StoreError::Unavailable(error.to_string());
            return written.await.map_err(stopped)?.map_err(|error| failure(&error));
        }
        let key = key.clone();
        self.with_files(move |files| files.put(&key, &parts)).await
    }

    async fn put_pieces(&self, key: &ObjectKey, mut pieces: Pieces<'_>, _media_type: &str) -> Result<(), StoreError> {
        let mut incoming = self.with_files(Files::begin).await?;
        while let Some(piece) = pieces.try_next().await? {
            incoming = off_the_runtime(move || incoming.write(&piece).map(|()| incoming)).await?;
        }
        let key = key.clone();
        self.with_files(move |files| files.publish(incoming, &key)).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError> {
        let name = key.clone();
        let body = self.with_files(move |files| files.get(&name)).await?;
        body.map(Bytes::from).ok_or_else(|| StoreError::NotFound(key.to_string()))
    }

    async fn size(&self, key: &ObjectKey) -> Result<u64, StoreError> {
        let name = key.clone();
        let size = self.with_files(move |files| files.size(&name)).await?;
        size.ok_or_else(|| StoreError::NotFound(key.to_string()))
    }

    async fn get_part(&self, key: &ObjectKey, part: Range<u64>) -> Result<Bytes, StoreError> {
        let name = key.clone();
        let part = self.with_files(move |files| files.get_part(&name, part)).await?;
        part.map(Bytes::from).ok_or_else(|| StoreError::NotFound(key.to_string()))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.with_files(move |files| files.delete(&key)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError> {
        let prefix = prefix.to_owned();
        self.with_files(move |files| files.list(&prefix)).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.with_files(Files::check).await
    }
}

async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| failure(&error)),
        Err(stopped) => Err(StoreError::Unavailable(stopped.to_string())),
    }
}

fn failure(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StoreError::Unavailable(format!("{error}; make room on the disk or point OBJECT_STORE_URL at a larger one"))
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::Refused(format!("{error}; let the user that runs the server write to this folder"))
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::InvalidFilename => {
            StoreError::Refused(error.to_string())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_worth_another_try_and_says_what_to_do() {
        let full = failure(&io::Error::from(io::ErrorKind::StorageFull));
        assert!(matches!(&full, StoreError::Unavailable(text) if text.contains("make room")));
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_not_worth_another_try() {
        let denied = failure(&io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(matches!(&denied, StoreError::Refused(text) if text.contains("the user")));
    }
}
