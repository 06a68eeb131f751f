//! Numbered chunks: each counts once, and none may be missing.

use runtime::Rejection;

use crate::world::{World, samples};

#[tokio::test(start_paused = true)]
async fn a_chunk_that_comes_twice_counts_once() {
    let world = World::new();
    let client = world.arrive().await;
    let recording = samples(6_000);
    for (seq, audio) in (0..).zip(recording.chunks(1_000)) {
        client.chunk(seq, audio).await.unwrap();
        client.chunk(seq, audio).await.unwrap();
        client.chunk(0, &recording[..1_000]).await.unwrap();
    }
    client.person.hears_stored(5).await;
    assert_eq!(world.stored_samples(), recording);
    assert_eq!(client.person.through_seq(), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_rejected_and_sending_again_from_it_heals_it() {
    let world = World::new();
    let client = world.arrive().await;
    let recording = samples(6_000);
    let chunk = |seq: u64| &recording[seq as usize * 1_000..][..1_000];
    client.chunk(0, chunk(0)).await.unwrap();
    for lost_before in [2, 3, 5] {
        let rejected = client.chunk(lost_before, chunk(lost_before)).await;
        assert_eq!(rejected, Err(Rejection::Gap { expected: 1, got: lost_before }));
    }
    for seq in 1..6 {
        client.chunk(seq, chunk(seq)).await.unwrap();
    }
    client.person.hears_stored(5).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_nothing_to_send_again_counts_on_from_what_was_received() {
    let world = World::new();
    let client = world.arrive().await;
    let recording = samples(6_000);
    let (before, after) = recording.split_at(1_000);
    client.chunk(0, before).await.unwrap();
    let page = world.arrive().await;
    let welcome = page.person.joined().await;
    assert_eq!((welcome.through_seq, welcome.next_seq), (None, 1), "received, and not stored");
    for (seq, audio) in (welcome.next_seq..).zip(after.chunks(1_000)) {
        page.chunk(seq, audio).await.unwrap();
    }
    page.person.hears_stored(5).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_does_not_begin_with_its_first_chunk_is_a_gap() {
    let world = World::new();
    let client = world.arrive().await;
    let rejected = client.chunk(3, &samples(1_000)).await;
    assert_eq!(rejected, Err(Rejection::Gap { expected: 0, got: 3 }));
}

#[tokio::test(start_paused = true)]
async fn a_chunk_that_was_refused_for_want_of_room_may_be_sent_again() {
    let world = World::new();
    let client = world.arrive().await;
    world.store().turns(crate::world::Condition::Hanging);
    let recording = samples(26_000);
    let chunk = |seq: u64| &recording[seq as usize * 2_000..][..2_000];
    for seq in 0..10 {
        client.chunk(seq, chunk(seq)).await.unwrap();
    }
    let full = client.chunk(10, chunk(10)).await;
    assert!(matches!(full, Err(Rejection::Refused(session::Refusal::BufferFull { limit: 20_000, .. }))), "{full:?}");
    let after = client.chunk(11, chunk(11)).await;
    assert_eq!(after, Err(Rejection::Gap { expected: 10, got: 11 }), "a later one does not slip in before it");
    world.store().turns(crate::world::Condition::Fine);
    client.person.hears_stored(2).await;
    for seq in 10..13 {
        client.chunk(seq, chunk(seq)).await.unwrap();
    }
    client.person.hears_stored(12).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_chunk_without_a_whole_sample_counts_with_what_completes_it() {
    let world = World::new();
    let client = world.arrive().await;
    let recording = samples(2_000);
    client.chunk(0, &recording[..1]).await.unwrap();
    client.command(session::Command::EndTurn).await;
    client.chunk(1, &recording[1..]).await.unwrap();
    client.command(session::Command::EndTurn).await;
    client.person.hears_stored(1).await;
    assert_eq!(world.stored_samples(), recording);
    assert_eq!(world.book.segments()[0].received_bytes, 2_000);
}
