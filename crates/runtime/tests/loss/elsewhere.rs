//! The user goes on in another process, or deletes the session there.

use ports::Role;
use runtime::{Ask, Rejection, Seat, Wish};

use crate::world::{Condition, World, let_pass, samples};

#[tokio::test(start_paused = true)]
async fn a_session_that_went_on_in_another_process_is_left_alone_there_and_nothing_unwritten_was_acknowledged() {
    let world = World::new();
    let client = world.arrive().await;
    client.say("Hello").await;
    client.person.hears_replies(1).await;
    world.book.is_taken_by("another process");
    client.chunk(0, &samples(1_000)).await.unwrap();
    assert_eq!(client.person.is_rejected().await, Rejection::TakenOver);
    let_pass(200).await;
    assert!(world.hub().is_empty());
    assert_eq!(client.person.through_seq(), None);
    assert_eq!((world.book.ended(), client.person.ending()), (None, None));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_from_another_process_finds_what_was_said_there() {
    let world = World::new();
    let client = world.arrive().await;
    let session = client.handle.session().clone();
    assert!(world.hub().find_held(&session).await.is_some());
    world.book.is_taken_by("another process");
    assert!(world.hub().find_held(&session).await.is_none());
    assert!(world.hub().is_empty());
    assert_eq!(client.person.is_rejected().await, Rejection::TakenOver);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_just_being_taken_up_is_not_taken_for_one_that_has_moved() {
    let mut world = World::new();
    let session = world.arrive().await.handle.session().clone();
    world.kill();
    let client = world.connect();
    let (found, ()) = tokio::join!(world.hub().find_held(&session), client.join(None));
    assert!(found.is_some());
    client.say("Still here?").await;
    client.person.hears_replies(1).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_a_session_that_went_on_elsewhere_is_told_where_to_look() {
    let world = World::new();
    let client = world.arrive().await;
    let coach = world.connect();
    coach
        .ask(Ask::Join {
            seat: Seat::Observer { role: Role::Coach },
            resume_from: None,
            declared: None,
            wish: Wish::default(),
        })
        .await;
    world.book.is_taken_by("another process");
    client.say("Hello").await;
    assert_eq!(client.person.is_rejected().await, Rejection::TakenOver);
    assert_eq!(coach.person.is_rejected().await, Rejection::Elsewhere);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_deleted_elsewhere_ends_here_and_leaves_no_object() {
    let world = World::new();
    let client = world.arrive().await;
    client.chunk(0, &samples(20_000)).await.unwrap();
    client.person.hears_replies(1).await;
    world.book.is_deleted();
    client.chunk(1, &samples(20_000)).await.unwrap();
    assert_eq!(client.person.is_rejected().await, Rejection::Ended);
    let_pass(1_000).await;
    assert!(world.hub().is_empty());
    assert_eq!(world.objects.keys(), Vec::new());
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_to_the_store_when_its_session_was_deleted_goes_too_also_where_the_store_was_away() {
    let world = World::new();
    let client = world.arrive().await;
    world.store().turns(Condition::Hanging);
    client.chunk(0, &samples(20_000)).await.unwrap();
    world.book.is_deleted();
    client.say("Hello").await;
    assert_eq!(client.person.is_rejected().await, Rejection::Ended);
    world.store().turns(Condition::Fine);
    let_pass(100).await;
    assert_eq!(world.objects.keys().len(), 1, "it has arrived");
    world.store().turns(Condition::Failing);
    let_pass(10_000).await;
    world.store().turns(Condition::Fine);
    let_pass(60_000).await;
    assert_eq!(world.objects.keys(), Vec::new());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_begun_anew_under_the_name_of_a_deleted_one_keeps_its_audio() {
    let world = World::new();
    let client = world.arrive().await;
    world.book.is_deleted();
    client.say("Hello").await;
    assert_eq!(client.person.is_rejected().await, Rejection::Ended);
    let_pass(100).await;
    world.book.is_begun_anew();
    let again = world.arrive().await;
    again.chunk(0, &samples(20_000)).await.unwrap();
    again.person.hears_replies(1).await;
    let_pass(60_000).await;
    assert_eq!(world.objects.keys().len(), world.book.segments().len());
    assert!(!world.objects.keys().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_another_process_is_to_write_down_is_refused_and_told_to_nobody() {
    let world = World::new();
    let client = world.arrive().await;
    let coach = world.connect();
    let seat = Seat::Observer { role: Role::Coach };
    coach.ask(Ask::Join { seat, resume_from: None, declared: None, wish: Wish::default() }).await;
    world.book.is_taken_by("another process");
    assert_eq!(coach.hint("Slowly.").await, Err(Rejection::TakenOver));
    assert!(client.person.notes().hints.is_empty() && world.book.hints().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_gone_when_it_is_taken_up_is_over_and_says_so() {
    let world = World::new();
    let client = world.connect();
    world.book.is_deleted();
    client.ask(Ask::Join { seat: Seat::Trainee, resume_from: None, declared: None, wish: Wish::default() }).await;
    assert_eq!(client.person.is_rejected().await, Rejection::Ended);
    let_pass(1_000).await;
    assert!(world.hub().is_empty());
}
