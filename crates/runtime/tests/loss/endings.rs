//! How a session stops: told to, suspended, or by breaking.

use runtime::{NotOpened, Rejection};
use session::{Command, EndReason, Event, Refusal};

use crate::world::{Condition, World, let_pass, samples};

#[tokio::test(start_paused = true)]
async fn an_ended_session_has_stored_and_answered_what_was_said_and_leaves_the_hub() {
    let world = World::new();
    let client = world.arrive().await;
    client.chunk(0, &samples(500)).await.unwrap();
    client.command(Command::End).await;
    client.person.hears(|event| matches!(event, Event::Ended { .. })).await;
    assert_eq!(world.stored_samples(), samples(500));
    assert_eq!(client.person.replies().len(), 1);
    let_pass(1).await;
    assert!(world.hub().is_empty());
    assert_eq!(world.book.ended().unwrap().turns, 1);
}

#[tokio::test(start_paused = true)]
async fn suspending_finishes_the_open_turn_and_another_process_goes_on() {
    let mut world = World::new();
    let client = world.arrive().await;
    let recording = samples(1_500);
    client.chunk(0, &recording[..500]).await.unwrap();
    world.hub().suspend().await;
    assert_eq!(client.person.ending(), Some(EndReason::Suspended));
    assert_eq!(client.person.replies().len(), 1);
    assert!(world.hub().is_empty());
    assert!(world.book.ended().is_none(), "it is not over");

    world.kill();
    let client = world.arrive().await;
    let welcome = client.person.joined().await;
    assert!(welcome.resumed);
    assert_eq!((welcome.through_seq, welcome.history.len()), (Some(0), 3));
    client.chunk(1, &recording[500..]).await.unwrap();
    client.person.hears_replies(1).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_stops_opens_no_session_again() {
    let world = World::new();
    world.arrive().await;
    world.hub().suspend().await;
    assert_eq!(world.hub().open(world.opening()).err(), Some(NotOpened::Stopping));
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_session_is_suspended_is_sent_again_to_the_next_process() {
    let mut world = World::new();
    let client = world.arrive().await;
    world.persona().waits(true);
    client.say("Good morning").await;
    client.person.hears(|event| matches!(event, Event::Transcript { .. })).await;
    let suspended = world.begins_to_stop();
    let_pass(10).await;
    let refused = client.chunk(0, &samples(500)).await;
    assert!(matches!(refused, Err(Rejection::Refused(Refusal::Suspended))), "{refused:?}");
    let refused = client.try_command(Command::EndTurn).await;
    assert!(matches!(refused, Err(Rejection::Refused(Refusal::Suspended))), "{refused:?}");
    suspended.await.unwrap();

    world.kill();
    let client = world.arrive().await;
    assert!(client.chunk(0, &samples(500)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn suspending_waits_for_a_store_that_is_down() {
    let world = World::new();
    let client = world.arrive().await;
    client.chunk(0, &samples(500)).await.unwrap();
    world.store().turns(Condition::Failing);
    let suspended = world.begins_to_stop();
    let_pass(30_000).await;
    assert!(!suspended.is_finished());
    world.store().turns(Condition::Fine);
    suspended.await.unwrap();
    assert_eq!(world.stored_samples(), samples(500));
}

#[tokio::test(start_paused = true)]
async fn an_end_that_takes_too_long_aborts_the_work() {
    let world = World::new();
    let client = world.arrive().await;
    world.recogniser().waits(true);
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears(|event| matches!(event, Event::AudioStored(_))).await;
    let_pass(100).await;
    assert_eq!(world.recogniser().running(), 1);
    client.command(Command::End).await;
    client.person.hears(|event| matches!(event, Event::Ended { .. })).await;
    let_pass(1).await;
    assert_eq!(world.recogniser().running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_panics_leaves_the_hub_and_its_work_is_aborted() {
    let world = World::new();
    let client = world.arrive().await;
    world.recogniser().waits(true);
    client.chunk(0, &samples(2_000)).await.unwrap();
    let_pass(1_000).await;
    assert_eq!(world.recogniser().running(), 1);
    client.person.panics();
    client.chunk(1, &samples(2_000)).await.unwrap();
    let_pass(1_000).await;
    assert_eq!(world.recogniser().running(), 0);
    assert!(world.hub().is_empty());

    world.recogniser().waits(false);
    let again = world.arrive().await;
    assert!(again.person.joined().await.resumed);
    again.chunk(2, &samples(2_000)).await.unwrap();
    again.person.hears_replies(1).await;
}

#[tokio::test(start_paused = true)]
async fn what_still_waits_in_the_mailbox_of_a_session_that_ends_is_answered() {
    let world = World::new();
    let client = world.arrive().await;
    client.command(Command::End).await;
    let audio = samples(10);
    let (first, second) = tokio::join!(client.chunk(0, &audio), client.chunk(1, &audio));
    assert!(first.is_err() && second.is_err());
}
