//! Objects in a bucket of S3 or of any store that speaks its language: MinIO, Aliyun OSS, R2.

mod failure;
mod upload;

use std::{ops::Range, time::Duration};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
        StalledStreamProtectionConfig, timeout::TimeoutConfig,
    },
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, Object},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ports::{ObjectKey, ObjectStore, Pieces, StoreError, StoredObject, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use self::failure::{failure, refusal};

/// One attempt; the client makes three of them where a failure may pass.
const ATTEMPT: Duration = Duration::from_secs(10);
const OPERATION: Duration = Duration::from_secs(30);
/// A body of which nothing comes for so long has broken off. The limits above end where it begins.
const STALL: Duration = Duration::from_secs(10);

/// Where the bucket is and who we are there.
#[derive(Debug, Clone)]
pub struct S3Config {
    pub bucket: String,
    /// `None` is AWS itself.
    pub endpoint_url: Option<String>,
    /// `us-east-1` where a store does not care, `auto` on R2.
    pub region: String,
    pub access_key: String,
    pub secret_key: SecretString,
    /// `endpoint/bucket/key` as MinIO wants it; without it `bucket.endpoint/key`, as Aliyun OSS insists on.
    pub path_style: bool,
    /// The endpoint as the world sees it, for URLs we hand out; `None` where it is the same.
    pub public_base_url: Option<String>,
}

/// An object store in a bucket.
pub struct S3Store {
    client: Client,
    /// Signs for the public endpoint and never connects.
    signer: Client,
    bucket: String,
    /// The world reaches it.
    is_public: bool,
    /// Of the parts of an upload. Other stores than AWS may refuse them.
    checksums: Option<ChecksumAlgorithm>,
}

impl S3Store {
    /// Connects when it is first used.
    pub fn new(config: &S3Config) -> Self {
        let public = config.public_base_url.as_ref();
        Self {
            client: client(config, config.endpoint_url.as_ref()),
            signer: client(config, public.or(config.endpoint_url.as_ref())),
            bucket: config.bucket.clone(),
            is_public: public.is_some(),
            checksums: config.endpoint_url.is_none().then_some(ChecksumAlgorithm::Crc32),
        }
    }

    /// A URL from which anybody can read this object until it expires, after seven days at most.
    pub async fn presigned_url(&self, key: &ObjectKey, expires_in: Duration) -> Result<String, StoreError> {
        let refused = |error| StoreError::Refused(format!("cannot sign for {key}: {error}"));
        let presigning = PresigningConfig::expires_in(expires_in).map_err(refused)?;
        let request = self.signer.get_object().bucket(&self.bucket);
        let signed = request.key(key.as_str()).presigned(presigning).await;
        Ok(signed.map_err(|error| failure(&error))?.uri().to_owned())
    }
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn put(&self, key: &ObjectKey, body: Bytes, media_type: &str) -> Result<(), StoreError> {
        let request = self.client.put_object().bucket(&self.bucket);
        request
            .key(key.as_str())
            .content_type(media_type)
            .body(ByteStream::from(body))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failure(&error))
    }

    async fn put_pieces(&self, key: &ObjectKey, pieces: Pieces<'_>, media_type: &str) -> Result<(), StoreError> {
        upload::put_pieces(self, key, pieces, media_type).await
    }

    async fn discard_unfinished(&self, prefix: &str, before: Timestamp) -> Result<u64, StoreError> {
        upload::discard_unfinished(self, prefix, before).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Bytes, StoreError> {
        let request = self.client.get_object().bucket(&self.bucket);
        let object = request.key(key.as_str()).send().await.map_err(|error| failure(&error))?;
        read(key, object.body).await
    }

    async fn size(&self, key: &ObjectKey) -> Result<u64, StoreError> {
        let request = self.client.head_object().bucket(&self.bucket).key(key.as_str());
        let head = request.send().await.map_err(|error| failure(&error))?;
        let unsaid = || StoreError::Refused(format!("the store does not say how long {key} is"));
        head.content_length().and_then(|length| u64::try_from(length).ok()).ok_or_else(unsaid)
    }

    async fn get_part(&self, key: &ObjectKey, part: Range<u64>) -> Result<Bytes, StoreError> {
        let range = format!("bytes={}-{}", part.start, part.end.saturating_sub(1));
        let request = self.client.get_object().bucket(&self.bucket).key(key.as_str()).range(range);
        let object = request.send().await.map_err(|error| failure(&error))?;
        read(key, object.body).await
    }

    async fn address(&self, key: &ObjectKey, expires_in: Duration) -> Result<Option<String>, StoreError> {
        match self.is_public {
            true => self.presigned_url(key, expires_in).await.map(Some),
            false => Ok(None),
        }
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        let request = self.client.delete_object().bucket(&self.bucket);
        match request.key(key.as_str()).send().await {
            Ok(_) => Ok(()),
            Err(error) => match failure(&error) {
                StoreError::NotFound(_) => Ok(()),
                other => Err(other),
            },
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<StoredObject>, StoreError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket);
        let mut pages = request.prefix(prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure(&error))?;
            found.extend(page.contents.unwrap_or_default().iter().filter_map(stored));
        }
        found.sort_by(|a: &StoredObject, b| a.key.cmp(&b.key));
        Ok(found)
    }

    async fn check(&self) -> Result<(), StoreError> {
        let head = self.client.head_bucket().bucket(&self.bucket).send().await;
        // The answer has no body and so no code: a missing bucket is a bare 404.
        head.map(|_| ()).map_err(|error| match failure(&error) {
            StoreError::NotFound(_) => refusal("NoSuchBucket", &self.bucket),
            other => other,
        })
    }
}

async fn read(key: &ObjectKey, body: ByteStream) -> Result<Bytes, StoreError> {
    let broken_off = |error| StoreError::Unavailable(format!("reading {key}: {error}"));
    let pieces = stream::unfold(body, async |mut body| Some((body.next().await?, body)));
    join(key, pieces.map_err(broken_off).boxed()).await
}

async fn join(key: &ObjectKey, mut pieces: Pieces<'_>) -> Result<Bytes, StoreError> {
    let stalled = |_| StoreError::Unavailable(format!("reading {key}: nothing came for {} s", STALL.as_secs()));
    let mut whole = BytesMut::new();
    while let Some(piece) = timeout(STALL, pieces.try_next()).await.map_err(stalled)?? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn client(config: &S3Config, endpoint_url: Option<&String>) -> Client {
    let secret_key = config.secret_key.expose_secret();
    let credentials = Credentials::new(&config.access_key, secret_key, None, None, "configuration");
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
    let mut builder = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(config.path_style)
        .timeout_config(timeouts)
        // Every attempt and every pause of a body has a time limit; a store that is slow is not yet a dead one.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(url) = endpoint_url {
        // Other stores than AWS refuse the checksums that the client adds by default.
        builder = builder
            .endpoint_url(url)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    }
    Client::from_conf(builder.build())
}

/// `None` for what somebody else put into the bucket under a name that is no key of ours.
fn stored(object: &Object) -> Option<StoredObject> {
    let modified_at = object.last_modified()?.to_millis().ok()?;
    Some(StoredObject {
        key: ObjectKey::parse(object.key()?).ok()?,
        bytes: u64::try_from(object.size()?).ok()?,
        modified_at: Timestamp(modified_at),
    })
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    fn key() -> ObjectKey {
        ObjectKey::parse("a/b.ogg").expect("it is a key")
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let half = stream::iter([Ok(Bytes::from_static(b"half"))]);
        let read = join(&key(), half.chain(stream::pending()).boxed()).await;
        assert_eq!(read, Err(StoreError::Unavailable("reading a/b.ogg: nothing came for 10 s".to_owned())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_slowly_is_read_to_its_end() {
        let slowly = stream::iter(["so", "s", "low"]).then(async |piece| {
            sleep(STALL - Duration::from_millis(1)).await;
            Ok(Bytes::from(piece))
        });
        assert_eq!(join(&key(), slowly.boxed()).await, Ok(Bytes::from_static(b"soslow")));
    }
}
