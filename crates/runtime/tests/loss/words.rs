//! Turns in words are acknowledged once they are written down.

use runtime::Rejection;
use session::Refusal;

use crate::world::{Condition, World, let_pass};

#[tokio::test(start_paused = true)]
async fn words_that_wait_for_their_turn_are_acknowledged_once_they_are_written_down() {
    let world = World::new();
    let client = world.arrive().await;
    world.persona().waits(true);
    client.say_as("a", "Good morning").await.unwrap();
    let mut waiting = client.begin_to_say("b", "And who pays?").await;
    let_pass(1_000).await;
    assert!(waiting.try_recv().is_err(), "nothing of it is written down yet");
    world.database().turns(Condition::Failing);
    world.persona().waits(false);
    let_pass(1_000).await;
    assert!(waiting.try_recv().is_err(), "it cannot be written down");
    world.database().turns(Condition::Fine);
    waiting.await.unwrap().unwrap();
    assert_eq!(world.book.turns()[1].heard.text, "And who pays?");
}

#[tokio::test(start_paused = true)]
async fn words_that_wait_when_the_server_stops_are_refused_and_said_again_to_the_next_one() {
    let mut world = World::new();
    let client = world.arrive().await;
    world.persona().waits(true);
    client.say_as("a", "Good morning").await.unwrap();
    let waiting = client.begin_to_say("b", "And who pays?").await;
    world.begins_to_stop().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Err(Rejection::Refused(Refusal::Suspended)));

    world.kill();
    let client = world.arrive().await;
    client.say_as("b", "And who pays?").await.unwrap();
    let said: Vec<String> = world.book.turns().into_iter().map(|turn| turn.heard.text).collect();
    assert_eq!(said, ["Good morning", "And who pays?"]);
}

#[tokio::test(start_paused = true)]
async fn words_of_whoever_came_just_as_the_server_stopped_are_refused_too() {
    let world = World::new();
    let client = world.connect();
    let ((), said) = tokio::join!(world.hub().suspend(), client.say_as("a", "Good morning"));
    assert_eq!(said, Err(Rejection::Refused(Refusal::Suspended)));
}

#[tokio::test(start_paused = true)]
async fn words_that_wait_and_are_said_again_over_a_new_connection_are_acknowledged_there_and_count_once() {
    let world = World::new();
    let client = world.arrive().await;
    world.persona().waits(true);
    client.say_as("a", "Good morning").await.unwrap();
    let lost = client.begin_to_say("b", "And who pays?").await;
    let again = world.arrive().await;
    let waiting = again.begin_to_say("b", "And who pays?").await;
    assert!(lost.await.is_err(), "nobody is there any more");
    world.persona().waits(false);
    waiting.await.unwrap().unwrap();
    let_pass(1_000).await;
    assert_eq!(world.book.turns().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn words_that_became_a_turn_of_an_earlier_process_are_acknowledged_by_the_next_one_and_count_once() {
    let mut world = World::new();
    let client = world.arrive().await;
    client.say_as("a", "Good morning").await.unwrap();
    world.kill();
    let client = world.arrive().await;
    client.say_as("a", "Good morning").await.unwrap();
    client.say_as("b", "And who pays?").await.unwrap();
    let said: Vec<String> = world.book.turns().into_iter().map(|turn| turn.heard.text).collect();
    assert_eq!(said, ["Good morning", "And who pays?"]);
}

#[tokio::test(start_paused = true)]
async fn words_in_which_nothing_is_said_are_acknowledged_and_keep_no_others_waiting() {
    let world = World::new();
    let client = world.arrive().await;
    client.say_as("a", " ").await.unwrap();
    client.say_as("b", "Good morning").await.unwrap();
    assert_eq!(world.book.turns().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn words_that_another_process_is_to_write_down_are_not_acknowledged_here() {
    let world = World::new();
    let client = world.arrive().await;
    world.book.is_taken_by("another process");
    assert_eq!(client.say_as("a", "Good morning").await, Err(Rejection::TakenOver));
    assert!(world.book.turns().is_empty());
}
