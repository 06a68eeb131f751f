//! The S3 store keeps the contract of an object store, against a real S3 server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    task::Poll,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use ports::{ObjectKey, ObjectStore, StoreError, Timestamp, contract::object_store};
use storage::{S3Config, S3Store};
use tokio::sync::Notify;

fn config(endpoint_url: String, bucket: String) -> S3Config {
    S3Config {
        bucket,
        endpoint_url: Some(endpoint_url),
        region: "us-east-1".to_owned(),
        access_key: "test".to_owned(),
        secret_key: "test-secret".into(),
        path_style: true,
        public_base_url: None,
    }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_an_object_store() {
    let Some(server) = testkit::s3() else { return };
    object_store::suite(async || S3Store::new(&config(server.endpoint_url(), server.new_bucket()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_objects_than_one_page_holds_are_all_listed() {
    let Some(server) = testkit::s3() else { return };
    let store = S3Store::new(&config(server.endpoint_url(), server.new_bucket()));
    let store = &store;
    let stored: Vec<_> = stream::iter(0..1_001)
        .map(|number| async move {
            let name = key(&format!("many/{number:04}"));
            store.put(&name, Bytes::from_static(b"x"), "audio/ogg").await
        })
        .buffer_unordered(16)
        .collect()
        .await;
    assert!(stored.iter().all(Result::is_ok));
    let found = store.list("many/").await.unwrap();
    assert_eq!(found.len(), 1_001);
    assert_eq!(found[1_000].key, key("many/1000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_url_reads_the_object_at_the_public_address() {
    let Some(server) = testkit::s3() else { return };
    let mut config = config(server.endpoint_url(), server.new_bucket());
    config.public_base_url = Some("https://media.example.com".to_owned());
    let store = S3Store::new(&config);
    let stored = store.put(&key("a/b.ogg"), Bytes::from_static(b"hello"), "audio/ogg").await;
    assert_eq!(stored, Ok(()));
    let url = store.address(&key("a/b.ogg"), Duration::from_secs(60)).await.unwrap().unwrap();
    let path = url.strip_prefix("https://media.example.com").unwrap();
    assert!(path.contains("X-Amz-Expires=60") && path.contains("X-Amz-Signature="), "{path}");
    let answer = server.send("GET", path);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: audio/ogg"), "{answer}");

    let too_long = store.address(&key("a"), Duration::from_secs(8 * 24 * 3600)).await;
    assert!(matches!(too_long, Err(StoreError::Refused(_))), "{too_long:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_is_refused_with_its_remedy() {
    let Some(server) = testkit::s3() else { return };
    let store = S3Store::new(&config(server.endpoint_url(), "no-such-bucket".to_owned()));
    let put = store.put(&key("a"), Bytes::from_static(b"x"), "audio/ogg").await;
    for failed in [store.check().await, put] {
        let says_what_to_do = |text: &String| text.contains("create the bucket");
        assert!(matches!(&failed, Err(StoreError::Refused(text)) if says_what_to_do(text)), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_unavailable() {
    let nobody = format!("http://127.0.0.1:{}", testkit::free_port());
    let store = S3Store::new(&config(nobody, "bucket".to_owned()));
    let put = store.put(&key("a"), Bytes::from_static(b"x"), "audio/ogg").await;
    for failed in [store.check().await, put] {
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_no_parts_behind() {
    let Some(server) = testkit::s3() else { return };
    let bucket = server.new_bucket();
    let store = S3Store::new(&config(server.endpoint_url(), bucket.clone()));
    let uploads = || server.send("GET", &format!("/{bucket}?uploads"));
    let part = || Ok(Bytes::from(vec![7; 6 * 1024 * 1024]));
    let lost = StoreError::Unavailable("the source went away".to_owned());
    let pieces = stream::iter([part(), part(), Err(lost.clone())]).boxed();
    assert_eq!(store.put_pieces(&key("a"), pieces, "audio/ogg").await, Err(lost));
    assert!(!uploads().contains("<UploadId>"), "{}", uploads());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_waits_for_is_thrown_away() {
    let Some(server) = testkit::s3() else { return };
    let bucket = server.new_bucket();
    let store = S3Store::new(&config(server.endpoint_url(), bucket.clone()));
    let begun = || server.send("GET", &format!("/{bucket}?uploads")).contains("<UploadId>");
    let asked = Notify::new();
    let endless = stream::poll_fn(|_| {
        assert!(begun());
        asked.notify_one();
        Poll::Pending
    });
    let pieces = stream::iter([Ok(Bytes::from(vec![7; 6 * 1024 * 1024]))]).chain(endless).boxed();
    let name = key("a");
    tokio::select! {
        stored = store.put_pieces(&name, pieces, "audio/ogg") => panic!("it never ends: {stored:?}"),
        () = asked.notified() => {}
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    while begun() {
        assert!(Instant::now() < deadline, "the upload is still there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_that_died_was_uploading_is_discarded_and_nothing_else() {
    let Some(server) = testkit::s3() else { return };
    let bucket = server.new_bucket();
    let store = S3Store::new(&config(server.endpoint_url(), bucket.clone()));
    for name in ["sessions/a/recording.ogg", "sessions/b/recording.ogg", "of-somebody-else"] {
        let begun = server.send("POST", &format!("/{bucket}/{name}?uploads"));
        assert!(begun.contains("<UploadId>"), "{begun}");
    }
    let uploads = || server.send("GET", &format!("/{bucket}?uploads")).matches("<UploadId>").count();
    assert_eq!(store.list("").await, Ok(Vec::new()));
    assert_eq!(store.discard_unfinished("sessions/", Timestamp(1)).await, Ok(0));
    assert_eq!(store.discard_unfinished("sessions/a/", Timestamp(i64::MAX)).await, Ok(1));
    assert_eq!(uploads(), 2);
    assert_eq!(store.discard_unfinished("sessions/", Timestamp(i64::MAX)).await, Ok(1));
    assert_eq!(uploads(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_has_its_media_type_too() {
    let Some(server) = testkit::s3() else { return };
    let bucket = server.new_bucket();
    let store = S3Store::new(&config(server.endpoint_url(), bucket.clone()));
    let pieces = stream::iter([Ok(Bytes::from(vec![7; 11 * 1024 * 1024]))]).boxed();
    assert_eq!(store.put_pieces(&key("a.ogg"), pieces, "audio/ogg").await, Ok(()));
    let answer = server.send("HEAD", &format!("/{bucket}/a.ogg")).to_lowercase();
    assert!(answer.contains("content-type: audio/ogg"), "{answer}");
    assert!(answer.contains(&format!("content-length: {}", 11 * 1024 * 1024)), "{answer}");
}

/// What a store that is not AWS refuses must not be sent: checksums of our own and chunked signatures.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_signed_plainly_and_carries_its_length() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let store = S3Store::new(&config(endpoint, "bucket".to_owned()));
    let answer_one = async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"five!") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(request).unwrap().to_lowercase()
    };
    let name = key("a");
    let put = store.put(&name, Bytes::from_static(b"five!"), "audio/ogg");
    let (stored, request) = tokio::join!(put, answer_one);
    assert_eq!(stored, Ok(()));
    assert!(request.starts_with("put /bucket/a"), "{request}");
    assert!(request.contains("content-length: 5\r\n"), "{request}");
    for refused in ["aws-chunked", "x-amz-checksum", "x-amz-trailer", "streaming-", "x-amz-sdk-checksum"] {
        assert!(!request.contains(refused), "{refused} in {request}");
    }
}
