//! What every object store does.

use std::task::Poll;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;

use crate::{ObjectKey, ObjectStore, Pieces, StoreError, Timestamp};

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
    a_part_is_read_alone(&fresh().await).await;
    parts_become_one_object(&fresh().await).await;
    pieces_become_one_object(&fresh().await).await;
    no_pieces_are_an_empty_object(&fresh().await).await;
    pieces_replace_at_once(&fresh().await).await;
    pieces_that_break_off_leave_what_was_there(&fresh().await).await;
    pieces_that_nobody_waits_for_leave_nothing(&fresh().await).await;
    what_is_finished_is_never_discarded(&fresh().await).await;
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

async fn parts_become_one_object(store: &impl ObjectStore) {
    let name = key("sessions/s/audio/000001.wav");
    for parts in [vec![], vec!["one"], vec!["he", "", "llo"]] {
        let body = parts.concat();
        let parts = parts.into_iter().map(Bytes::from).collect();
        assert_eq!(store.put_parts(&name, parts, "audio/wav").await, Ok(()));
        assert_eq!(store.get(&name).await, Ok(Bytes::from(body)));
    }
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

/// Larger than any store takes in one request.
const LARGE: usize = 12 * 1024 * 1024 + 12_345;

/// No two stretches of it are alike.
fn large() -> Bytes {
    (0..LARGE / 4 + 1).flat_map(|number| (number as u32).to_le_bytes()).take(LARGE).collect::<Vec<u8>>().into()
}

/// Of this size, apart from the last one.
fn cut(body: &Bytes, size: usize) -> Pieces<'static> {
    let pieces: Vec<_> = body.chunks(size).map(|piece| Ok(body.slice_ref(piece))).collect();
    stream::iter(pieces).boxed()
}

async fn a_part_is_read_alone(store: &impl ObjectStore) {
    let body = large().slice(..70_000);
    let name = key("folder/a");
    assert_eq!(store.put(&name, body.clone(), "audio/ogg").await, Ok(()));
    assert_eq!(store.size(&name).await, Ok(70_000));
    for (begin, end) in [(0, 1), (0, 70_000), (1_000, 1_004), (69_999, 70_000), (69_990, 80_000)] {
        let part = store.get_part(&name, begin as u64..end as u64).await;
        assert_eq!(part, Ok(body.slice(begin..end.min(70_000))), "{begin} to {end}");
    }
    put(store, "empty", b"").await;
    assert_eq!(store.size(&key("empty")).await, Ok(0));
    for absent in ["b", "folder", "folder/a/b"] {
        let (size, part) = (store.size(&key(absent)).await, store.get_part(&key(absent), 0..1).await);
        assert!(matches!(size, Err(StoreError::NotFound(_))), "{absent}: {size:?}");
        assert!(matches!(part, Err(StoreError::NotFound(_))), "{absent}: {part:?}");
    }
}

async fn pieces_become_one_object(store: &impl ObjectStore) {
    let body = large();
    for (name, size) in [("even", 1024 * 1024), ("odd", 700_001), ("at-once", LARGE)] {
        assert_eq!(store.put_pieces(&key(name), cut(&body, size), "audio/ogg").await, Ok(()), "{name}");
        let got = store.get(&key(name)).await;
        assert!(got.as_ref() == Ok(&body), "{name}: {:?}", got.map(|got| got.len()));
    }
    let small = body.slice(..70_000);
    assert_eq!(store.put_pieces(&key("small"), cut(&small, 9_999), "audio/ogg").await, Ok(()));
    assert_eq!(store.get(&key("small")).await, Ok(small));
    assert_eq!(names(store, "").await, ["at-once", "even", "odd", "small"]);
}

async fn no_pieces_are_an_empty_object(store: &impl ObjectStore) {
    assert_eq!(store.put_pieces(&key("a"), stream::empty().boxed(), "audio/ogg").await, Ok(()));
    assert_eq!(store.get(&key("a")).await, Ok(Bytes::new()));
}

async fn pieces_replace_at_once(store: &impl ObjectStore) {
    put(store, "a", b"first").await;
    let body = large();
    let watched = cut(&body, 1024 * 1024).then(|piece| async {
        assert_eq!(store.get(&key("a")).await, Ok(Bytes::from_static(b"first")), "a part was seen");
        piece
    });
    assert_eq!(store.put_pieces(&key("a"), watched.boxed(), "audio/ogg").await, Ok(()));
    assert!(store.get(&key("a")).await == Ok(body));
    assert_eq!(names(store, "").await, ["a"]);
}

async fn pieces_that_break_off_leave_what_was_there(store: &impl ObjectStore) {
    put(store, "a", b"first").await;
    let broken = StoreError::Unavailable("the source went away".to_owned());
    for size in [10, LARGE] {
        for name in ["a", "b"] {
            let begun = cut(&large().slice(..size), 700_001);
            let pieces = begun.chain(stream::iter([Err(broken.clone())]));
            let stored = store.put_pieces(&key(name), pieces.boxed(), "audio/ogg").await;
            assert_eq!(stored, Err(broken.clone()));
        }
    }
    assert_eq!(store.get(&key("a")).await, Ok(Bytes::from_static(b"first")));
    assert_eq!(names(store, "").await, ["a"]);
}

async fn pieces_that_nobody_waits_for_leave_nothing(store: &impl ObjectStore) {
    for size in [10, LARGE] {
        let waits = Notify::new();
        let body = large().slice(..size);
        let endless = stream::poll_fn(|_| {
            waits.notify_one();
            Poll::Pending
        });
        let pieces = cut(&body, 700_001).chain(endless);
        let name = key("a");
        tokio::select! {
            stored = store.put_pieces(&name, pieces.boxed(), "audio/ogg") => panic!("it never ends: {stored:?}"),
            () = waits.notified() => {}
        }
    }
    assert_eq!(names(store, "").await, [""; 0]);
}

async fn what_is_finished_is_never_discarded(store: &impl ObjectStore) {
    put(store, "a", b"small").await;
    let body = large();
    assert_eq!(store.put_pieces(&key("b"), cut(&body, 700_001), "audio/ogg").await, Ok(()));
    assert_eq!(store.discard_unfinished("", Timestamp(i64::MAX)).await, Ok(0));
    assert_eq!(names(store, "").await, ["a", "b"]);
}

async fn a_store_that_works_says_so(store: &impl ObjectStore) {
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(names(store, "").await, [""; 0], "a check leaves nothing behind");
}
