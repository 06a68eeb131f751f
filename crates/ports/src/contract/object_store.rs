//! What every object store does.

use bytes::Bytes;

use crate::{ObjectKey, ObjectStore, StoreError};

/// Runs every check on a fresh store.
pub async fn suite<S: ObjectStore>(fresh: impl AsyncFn() -> S) {
    what_is_put_is_got_again(&fresh().await).await;
    an_empty_object_is_an_object(&fresh().await).await;
    putting_again_replaces(&fresh().await).await;
    an_object_that_is_not_there_is_not_found(&fresh().await).await;
    a_deleted_object_is_gone(&fresh().await).await;
    deleting_nothing_is_no_error(&fresh().await).await;
    a_prefix_finds_its_objects_in_order(&fresh().await).await;
    a_prefix_may_end_within_a_name(&fresh().await).await;
    a_prefix_that_is_no_key_finds_nothing(&fresh().await).await;
    a_listed_object_tells_its_size_and_its_time(&fresh().await).await;
    a_reader_never_sees_a_part(&fresh().await).await;
    objects_put_at_once_are_all_there(&fresh().await).await;
    a_store_that_works_says_so(&fresh().await).await;
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).expect("the suite's keys are good")
}

async fn put(store: &impl ObjectStore, name: &str, body: &'static [u8]) {
    let stored = store.put(&key(name), Bytes::from_static(body), "audio/ogg").await;
    assert_eq!(stored, Ok(()), "{name}");
}

async fn names(store: &impl ObjectStore, prefix: &str) -> Vec<String> {
    let found = store.list(prefix).await.expect("the store lists");
    found.into_iter().map(|object| object.key.into()).collect()
}

async fn what_is_put_is_got_again(store: &impl ObjectStore) {
    let every_byte: Bytes = (0..=255).cycle().take(70_000).collect::<Vec<u8>>().into();
    let name = key("sessions/s/audio/000001.ogg");
    assert_eq!(store.put(&name, every_byte.clone(), "audio/ogg").await, Ok(()));
    assert_eq!(store.get(&name).await, Ok(every_byte));
}

async fn an_empty_object_is_an_object(store: &impl ObjectStore) {
    put(store, "empty", b"").await;
    assert_eq!(store.get(&key("empty")).await, Ok(Bytes::new()));
    assert_eq!(names(store, "").await, ["empty"]);
}

async fn putting_again_replaces(store: &impl ObjectStore) {
    put(store, "a", b"first and longer").await;
    put(store, "a", b"second").await;
    assert_eq!(store.get(&key("a")).await, Ok(Bytes::from_static(b"second")));
    assert_eq!(names(store, "").await, ["a"]);
}

async fn an_object_that_is_not_there_is_not_found(store: &impl ObjectStore) {
    put(store, "folder/a", b"a").await;
    for absent in ["b", "folder", "folder/b", "folder/a/b"] {
        let got = store.get(&key(absent)).await;
        assert!(matches!(got, Err(StoreError::NotFound(_))), "{absent}: {got:?}");
    }
}

async fn a_deleted_object_is_gone(store: &impl ObjectStore) {
    put(store, "folder/a", b"a").await;
    put(store, "folder/b", b"b").await;
    assert_eq!(store.delete(&key("folder/a")).await, Ok(()));
    let got = store.get(&key("folder/a")).await;
    assert!(matches!(got, Err(StoreError::NotFound(_))), "{got:?}");
    assert_eq!(names(store, "").await, ["folder/b"]);
}

async fn deleting_nothing_is_no_error(store: &impl ObjectStore) {
    assert_eq!(store.delete(&key("never/there")).await, Ok(()));
}

async fn a_prefix_finds_its_objects_in_order(store: &impl ObjectStore) {
    for name in ["sessions/s/b/2", "sessions/t/1", "sessions/s/a", "sessions/s/b/1"] {
        put(store, name, b"x").await;
    }
    let of_s = ["sessions/s/a", "sessions/s/b/1", "sessions/s/b/2"];
    assert_eq!(names(store, "sessions/s/").await, of_s);
    assert_eq!(names(store, "").await.len(), 4);
    assert_eq!(names(store, "sessions/u/").await, [""; 0]);
}

async fn a_prefix_may_end_within_a_name(store: &impl ObjectStore) {
    for name in ["sessions/ab/1", "sessions/abc/1", "sessions/b/1", "sessions/ab.x"] {
        put(store, name, b"x").await;
    }
    let of_ab = ["sessions/ab.x", "sessions/ab/1", "sessions/abc/1"];
    assert_eq!(names(store, "sessions/ab").await, of_ab);
}

async fn a_prefix_that_is_no_key_finds_nothing(store: &impl ObjectStore) {
    put(store, "a", b"x").await;
    for prefix in ["../", "/", ".incoming/", "a/../"] {
        assert_eq!(names(store, prefix).await, [""; 0], "{prefix}");
    }
}

async fn a_listed_object_tells_its_size_and_its_time(store: &impl ObjectStore) {
    put(store, "a", b"12345").await;
    let found = store.list("a").await.expect("the store lists");
    assert_eq!(found[0].bytes, 5);
    let year_2020 = 1_577_836_800_000;
    assert!(found[0].modified_at.0 > year_2020, "{:?}", found[0].modified_at);
}

async fn a_reader_never_sees_a_part(store: &impl ObjectStore) {
    const SIZE: usize = 200_000;
    let name = key("a");
    let body = |letter| Bytes::from(vec![letter; SIZE]);
    let stored = store.put(&name, body(b'a'), "audio/ogg").await;
    assert_eq!(stored, Ok(()));
    let write = async {
        for letter in b'b'..=b'k' {
            let stored = store.put(&name, body(letter), "audio/ogg").await;
            assert_eq!(stored, Ok(()));
        }
    };
    let read = async {
        for _ in 0..20 {
            let got = store.get(&name).await.expect("the object is always there");
            let whole = got.len() == SIZE && got.iter().all(|byte| *byte == got[0]);
            assert!(whole, "{} bytes of more than one object", got.len());
        }
    };
    tokio::join!(write, read);
}

async fn objects_put_at_once_are_all_there(store: &impl ObjectStore) {
    let puts = (0..64).map(|number| async move {
        let name = key(&format!("sessions/{}/{number}", number % 8));
        store.put(&name, Bytes::from(number.to_string()), "audio/ogg").await
    });
    let stored = futures_util::future::join_all(puts).await;
    assert!(stored.iter().all(Result::is_ok), "{stored:?}");
    assert_eq!(names(store, "sessions/").await.len(), 64);
    let got = store.get(&key("sessions/7/63")).await;
    assert_eq!(got, Ok(Bytes::from_static(b"63")));
}

async fn a_store_that_works_says_so(store: &impl ObjectStore) {
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(names(store, "").await, [""; 0], "a check leaves nothing behind");
}
