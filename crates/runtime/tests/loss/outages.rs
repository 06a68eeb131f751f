//! Stores that go away and come back.

use runtime::Rejection;
use session::{Event, Problem, Stage};

use crate::world::{Condition, World, let_pass, samples};

fn store_problems(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Problem(Problem { stage: Stage::Store, .. }))).count()
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_down_for_half_a_minute_loses_nothing_and_is_complained_of_once() {
    let world = World::new();
    let client = world.arrive().await;
    let recording = samples(40_000);
    let mut chunks = (0..).zip(recording.chunks(500)).peekable();
    world.store().turns(Condition::Failing);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..60 {
        let_pass(500).await;
        let (seq, audio) = *chunks.peek().unwrap();
        match client.chunk(seq, audio).await {
            Ok(_) => {
                chunks.next();
                taken += audio.len();
            }
            Err(Rejection::Refused(session::Refusal::BufferFull { store_is_down: true, .. })) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(taken as u64, world.config.max_buffered_bytes, "what waits stays within the limit");
    assert_eq!(refused, 20, "and the client hears of every chunk beyond it");
    assert!(world.store().calls() < 20, "a store that is down is not pestered: {} calls", world.store().calls());
    assert!(world.book.segments().is_empty());

    world.store().turns(Condition::Fine);
    client.person.hears_replies(1).await;
    for (seq, audio) in chunks {
        let_pass(20).await;
        client.chunk(seq, audio).await.unwrap();
    }
    client.person.hears_stored(79).await;
    assert_eq!(world.stored_samples(), recording);
    assert_eq!(store_problems(&client.person.events()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_while_the_store_stays_away_says_how_much_is_lost() {
    let world = World::new();
    let client = world.arrive().await;
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_replies(1).await;
    world.store().turns(Condition::Failing);
    client.chunk(1, &samples(500)).await.unwrap();
    client.command(session::Command::End).await;
    client.person.hears(|event| matches!(event, Event::Ended { .. })).await;
    let lost = |event: &Event| matches!(event, Event::AudioLost { bytes: 500 });
    let events = client.person.events();
    assert_eq!(events.iter().filter(|event| lost(event)).count(), 1, "{events:?}");
    assert_eq!(world.stored_samples(), samples(2_000), "what came before is safe");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_goes_away_twice_is_complained_of_twice() {
    let world = World::new();
    let client = world.arrive().await;
    for outage in 0..2 {
        world.store().turns(Condition::Failing);
        client.chunk(outage, &samples(2_000)).await.unwrap();
        let_pass(10_000).await;
        world.store().turns(Condition::Fine);
        client.person.hears_replies(outage as usize + 1).await;
    }
    assert_eq!(store_problems(&client.person.events()), 2);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_is_down_holds_the_events_back_and_the_trainee_is_told_once() {
    let world = World::new();
    let client = world.arrive().await;
    client.person.hears(|event| matches!(event, Event::State { .. })).await;
    world.database().turns(Condition::Failing);
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.say("Hello").await;
    assert_eq!(client.person.is_rejected().await, Rejection::DatabaseDown);
    let before = client.person.event_numbers();
    let_pass(30_000).await;
    assert_eq!(client.person.event_numbers(), before, "nothing is told that is not written down");
    assert_eq!(client.person.notes().rejected.len(), 1);

    world.database().turns(Condition::Fine);
    client.person.hears_replies(2).await;
    assert_eq!(client.person.notes().rejected.len(), 1);
    let numbers = client.person.event_numbers();
    assert!(numbers.iter().copied().eq(2..2 + numbers.len() as u64), "{numbers:?}");
    assert_eq!(world.stored_samples(), samples(2_000));
}

#[tokio::test(start_paused = true)]
async fn while_the_journal_is_down_a_session_takes_only_so_much_and_goes_on_where_it_stopped() {
    let world = World::new();
    let client = world.arrive().await;
    client.person.hears(|event| matches!(event, Event::State { .. })).await;
    world.database().turns(Condition::Failing);
    // A fact that cannot be written down holds back all that follows.
    client.chunk(0, &samples(2_000)).await.unwrap();
    let_pass(1_000).await;
    let typing = async {
        for typed in 0..1_000 {
            client.command(session::Command::Saying { text: format!("word {typed}") }).await;
        }
    };
    tokio::pin!(typing);
    let typed = tokio::time::timeout(std::time::Duration::from_secs(60), &mut typing).await;
    assert!(typed.is_err(), "the sender waits, so that memory does not grow");
    world.database().turns(Condition::Fine);
    typing.await;
    client.person.hears(|event| matches!(event, Event::Partial { text, .. } if text == "word 999")).await;
}
