//! Facts are written down before anybody is told what follows from them.

use session::{Event, FailureKind, Problem, Stage};

use crate::world::{Condition, World, let_pass, samples};

#[tokio::test(start_paused = true)]
async fn a_spoken_turn_is_stored_written_down_and_told_in_this_order() {
    let world = World::new();
    let client = world.arrive().await;
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_replies(1).await;
    let told: Vec<_> = client.person.events().iter().filter_map(name).collect();
    assert_eq!(told, ["stored", "transcript", "reply"]);
    assert_eq!(world.stored_samples(), samples(2_000));
    assert_eq!(client.person.transcripts(), ["turn 1 lasts 62 ms"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_a_transcription_or_a_reply_before_the_journal_has_it() {
    let world = World::new();
    let client = world.arrive().await;
    client.person.hears(|event| matches!(event, Event::State { .. })).await;
    world.database().turns(Condition::Hanging);
    client.say("How much is it?").await;
    let_pass(60_000).await;
    assert!(client.person.transcripts().is_empty() && client.person.replies().is_empty());
    assert!(world.book.turns().is_empty());

    world.database().turns(Condition::Fine);
    client.person.hears_replies(1).await;
    assert_eq!(client.person.transcripts(), ["How much is it?"]);
    assert!(world.book.turns()[0].answered.is_some());
}

#[tokio::test(start_paused = true)]
async fn audio_counts_as_received_only_after_the_store_took_it() {
    let world = World::new();
    let client = world.arrive().await;
    world.store().turns(Condition::Hanging);
    client.chunk(0, &samples(2_000)).await.unwrap();
    let_pass(20_000).await;
    assert_eq!(client.person.through_seq(), None);
    assert!(world.book.segments().is_empty());
    let answered = client.chunk(1, &samples(10)).await.unwrap();
    assert_eq!(answered, None, "an acknowledged chunk says what is stored, which is nothing yet");

    world.store().turns(Condition::Fine);
    client.person.hears(|event| matches!(event, Event::AudioStored(_))).await;
    assert_eq!(client.person.through_seq(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn audio_counts_as_received_only_after_the_journal_knows_where_it_is() {
    let world = World::new();
    let client = world.arrive().await;
    world.database().turns(Condition::Hanging);
    client.chunk(0, &samples(2_000)).await.unwrap();
    let_pass(20_000).await;
    assert_eq!(client.person.through_seq(), None);
    world.database().turns(Condition::Fine);
    client.person.hears_replies(1).await;
    assert_eq!(client.person.through_seq(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_understood_and_answered_at_once_is_written_down_at_once() {
    let world = World::new();
    let client = world.arrive().await;
    let before = world.database().calls();
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_replies(1).await;
    let_pass(1_000).await;
    assert_eq!(world.database().calls(), before + 1, "its audio, its words and its answer");
    assert!(world.book.turns()[0].answered.is_some());
}

#[tokio::test(start_paused = true)]
async fn audio_counts_as_received_while_it_is_still_being_understood() {
    let world = World::new();
    let client = world.arrive().await;
    world.recogniser().waits(true);
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears(|event| matches!(event, Event::AudioStored(_))).await;
    assert!(client.person.transcripts().is_empty());
    assert_eq!(world.book.segments().len(), 1);
}

/// What a streamed answer, a store's problem and typing take counts too, and none of it is written down.
#[tokio::test(start_paused = true)]
async fn event_numbers_are_reserved_before_they_are_used_however_many_events_go_unrecorded() {
    let mut world = World::new();
    let client = world.arrive().await;
    for typed in 0..2_500 {
        client.command(session::Command::Saying { text: format!("I would like {typed}") }).await;
    }
    client.person.hears(|event| matches!(event, Event::Partial { text, .. } if text.ends_with(" 2499"))).await;
    let numbers = client.person.event_numbers();
    assert!(numbers.iter().copied().eq(2..2 + numbers.len() as u64), "the session's start was event 1");

    world.kill();
    let later = world.arrive().await;
    let welcome = later.person.joined().await;
    assert!(welcome.resumed && welcome.event_seq.is_none());
    assert!(welcome.last_event_seq >= *numbers.last().unwrap());
    later.say("Hello?").await;
    later.person.hears_replies(1).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_event_is_not_told_before_its_number_is_reserved() {
    let world = World::new();
    world.database().turns(Condition::Failing);
    let client = world.connect();
    let joining = client.join(None);
    tokio::pin!(joining);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(30), &mut joining).await.is_err());
    world.database().turns(Condition::Fine);
    joining.await;
    assert_eq!(client.person.joined().await.event_seq, Some(1));
}

fn name(event: &Event) -> Option<&'static str> {
    match event {
        Event::AudioStored(_) => Some("stored"),
        Event::Transcript { .. } => Some("transcript"),
        Event::Reply { .. } => Some("reply"),
        Event::Problem(Problem { stage: Stage::Store, failure, .. }) => {
            assert_eq!(failure.kind, FailureKind::Unavailable);
            Some("store problem")
        }
        _ => None,
    }
}
