//! An object that is stored part by part while it is still being made, and seen once it is complete.

use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart, MultipartUpload},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::Fuse};
use ports::{ObjectKey, ObjectStore as _, Pieces, StoreError, Timestamp};

use super::{S3Store, failure::failure};

/// The least that a store takes; R2 wants all parts but the last to be of one size.
const PART: usize = 5 * 1024 * 1024;

/// Holds one part at a time. What is smaller than that is put at once.
pub(super) async fn put_pieces(
    store: &S3Store,
    key: &ObjectKey,
    pieces: Pieces<'_>,
    media_type: &str,
) -> Result<(), StoreError> {
    let mut parts = Parts { pieces: pieces.fuse(), waiting: BytesMut::new() };
    let first = parts.next().await?;
    if first.len() < PART {
        return store.put(key, first, media_type).await;
    }
    let mut upload = Upload::begin(store, key, media_type).await?;
    let stored = upload.store(first, parts).await;
    if stored.is_err() {
        upload.abort().await;
    }
    stored.map_err(|error| match error {
        StoreError::NotFound(text) => StoreError::Unavailable(format!("the upload was thrown away meanwhile: {text}")),
        other => other,
    })
}

pub(super) async fn discard_unfinished(store: &S3Store, prefix: &str, before: Timestamp) -> Result<u64, StoreError> {
    let mut discarded = 0;
    let (mut after_key, mut after_id) = (None, None);
    loop {
        let request = store.client.list_multipart_uploads().bucket(&store.bucket).prefix(prefix);
        let request = request.set_key_marker(after_key).set_upload_id_marker(after_id);
        let page = request.send().await.map_err(|error| failure(&error))?;
        for upload in page.uploads().iter().filter(|upload| begun_before(upload, before)) {
            let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
            abort(&store.client, &store.bucket, key, id).await?;
            discarded += 1;
        }
        if page.is_truncated() != Some(true) {
            return Ok(discarded);
        }
        (after_key, after_id) = (page.next_key_marker, page.next_upload_id_marker);
    }
}

fn begun_before(upload: &MultipartUpload, before: Timestamp) -> bool {
    let begun = upload.initiated().and_then(|begun| begun.to_millis().ok());
    begun.is_some_and(|begun| begun < before.0)
}

struct Parts<'a> {
    pieces: Fuse<Pieces<'a>>,
    waiting: BytesMut,
}

impl Parts<'_> {
    /// Smaller than [`PART`] only at the end, and then empty.
    async fn next(&mut self) -> Result<Bytes, StoreError> {
        while self.waiting.len() < PART {
            let Some(piece) = self.pieces.try_next().await? else { break };
            self.waiting.extend_from_slice(&piece);
        }
        Ok(self.waiting.split_to(self.waiting.len().min(PART)).freeze())
    }
}

/// Parts that become one object. Nobody sees them before, and they are thrown away when nobody waits any longer.
struct Upload<'a> {
    store: &'a S3Store,
    key: &'a ObjectKey,
    /// `None` once it is complete or thrown away.
    id: Option<String>,
    parts: Vec<CompletedPart>,
}

impl<'a> Upload<'a> {
    async fn begin(store: &'a S3Store, key: &'a ObjectKey, media_type: &str) -> Result<Self, StoreError> {
        let request = store.client.create_multipart_upload().bucket(&store.bucket).key(key.as_str());
        let request = request.content_type(media_type).set_checksum_algorithm(store.checksums.clone());
        let begun = request.send().await.map_err(|error| failure(&error))?;
        let nameless = || StoreError::Refused("the store began an upload and did not name it".to_owned());
        let id = begun.upload_id.ok_or_else(nameless)?;
        Ok(Self { store, key, id: Some(id), parts: Vec::new() })
    }

    async fn store(&mut self, first: Bytes, mut others: Parts<'_>) -> Result<(), StoreError> {
        let mut part = first;
        while !part.is_empty() {
            self.add(part).await?;
            part = others.next().await?;
        }
        self.complete().await
    }

    async fn add(&mut self, body: Bytes) -> Result<(), StoreError> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let request = self.store.client.upload_part().bucket(&self.store.bucket).key(self.key.as_str());
        let request = request.set_upload_id(self.id.clone()).part_number(number).body(ByteStream::from(body));
        let stored = request.send().await.map_err(|error| failure(&error))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(stored.e_tag);
        self.parts.push(part.set_checksum_crc32(stored.checksum_crc32).build());
        Ok(())
    }

    async fn complete(&mut self) -> Result<(), StoreError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let request = self.store.client.complete_multipart_upload().bucket(&self.store.bucket).key(self.key.as_str());
        let request = request.set_upload_id(self.id.clone()).multipart_upload(parts);
        request.send().await.map_err(|error| failure(&error))?;
        self.id = None;
        Ok(())
    }

    async fn abort(mut self) {
        let Some(id) = self.id.take() else { return };
        if let Err(error) = abort(&self.store.client, &self.store.bucket, self.key.as_str(), &id).await {
            tracing::warn!(object = %self.key, %error, "An unfinished upload could not be thrown away yet");
        }
    }
}

impl Drop for Upload<'_> {
    /// Without a runtime the process is ending; its leftovers are discarded later.
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (client, bucket, key) = (self.store.client.clone(), self.store.bucket.clone(), self.key.clone());
        runtime.spawn(async move { abort(&client, &bucket, key.as_str(), &id).await });
    }
}

/// Not an error when it is gone already.
async fn abort(client: &Client, bucket: &str, key: &str, id: &str) -> Result<(), StoreError> {
    match client.abort_multipart_upload().bucket(bucket).key(key).upload_id(id).send().await {
        Ok(_) => Ok(()),
        Err(error) => match failure(&error) {
            StoreError::NotFound(_) => Ok(()),
            other => Err(other),
        },
    }
}
