//! Another process goes on where one was killed.

use session::{Command, Event, TurnDetection};

use crate::world::{Condition, World, config, let_pass, samples};

#[tokio::test(start_paused = true)]
async fn what_was_not_acknowledged_is_sent_again_and_stored_once() {
    let mut world = World::new();
    let recording = samples(9_000);
    let chunk = |seq: u64| &recording[seq as usize * 500..][..500];
    let client = world.arrive().await;
    for seq in 0..10 {
        client.chunk(seq, chunk(seq)).await.unwrap();
    }
    client.person.hears_stored(7).await;

    world.kill();
    let client = world.arrive().await;
    let through = client.person.joined().await.through_seq.expect("two segments are stored");
    assert_eq!(through, 7);
    for seq in 5..18 {
        client.chunk(seq, chunk(seq)).await.unwrap();
    }
    client.person.hears_stored(17).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_segment_that_was_stored_but_not_written_down_is_stored_again_in_its_place() {
    let mut world = World::new();
    let recording = samples(3_000);
    let client = world.arrive().await;
    world.database().turns(Condition::Hanging);
    client.chunk(0, &recording[..2_000]).await.unwrap();
    let_pass(1_000).await;
    assert_eq!(world.store().calls(), 1);

    world.kill();
    let client = world.arrive().await;
    assert_eq!(client.person.joined().await.through_seq, None);
    client.chunk(0, &recording[..2_000]).await.unwrap();
    client.chunk(1, &recording[2_000..]).await.unwrap();
    client.person.hears_stored(1).await;
    assert_eq!(world.stored_samples(), recording);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_killed_before_it_recorded_anything_goes_on_counting() {
    let mut world = World::new();
    let client = world.arrive().await;
    assert_eq!(client.person.joined().await.event_seq, Some(1));
    client.person.hears(|event| matches!(event, Event::State { .. })).await;
    world.kill();
    let client = world.arrive().await;
    assert!(client.person.joined().await.resumed);
    client.say("Hello").await;
    client.person.hears_replies(1).await;
}

#[tokio::test(start_paused = true)]
async fn turns_and_answers_count_on_and_the_conversation_is_remembered() {
    let mut world = World::new();
    for number in 1..=4_u32 {
        let client = world.arrive().await;
        client.say(&format!("question {number}")).await;
        let counted =
            |event: &Event| matches!(event, Event::Reply { turn, count, .. } if (turn.0, *count) == (number, number));
        client.person.hears(counted).await;
        let history = client.person.joined().await.history;
        assert_eq!(history.len(), 1 + 2 * (number as usize - 1));
        world.kill();
    }
    let heard: Vec<_> = world.book.turns().into_iter().map(|turn| turn.heard.text).collect();
    assert_eq!(heard, ["question 1", "question 2", "question 3", "question 4"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_stored_but_not_transcribed_is_answered_by_the_next_process() {
    let mut world = World::new();
    let client = world.arrive().await;
    world.recogniser().waits(true);
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_stored(0).await;

    world.kill();
    let client = world.arrive().await;
    client.person.hears_replies(1).await;
    assert_eq!(client.person.transcripts(), ["turn 1 lasts 62 ms"]);
    let [turn] = &world.book.turns()[..] else { panic!("{:?}", world.book.turns()) };
    assert_eq!(turn.heard.segments, Some((1, 1)));
}

#[tokio::test(start_paused = true)]
async fn what_was_heard_but_not_answered_is_answered_by_the_next_process_and_once() {
    let mut world = World::new();
    let client = world.arrive().await;
    world.persona().waits(true);
    client.say("Good morning").await;
    client.person.hears(|event| matches!(event, Event::Transcript { .. })).await;

    for _ in 0..2 {
        world.kill();
        let client = world.arrive().await;
        client.person.hears(|event| matches!(event, Event::State { .. })).await;
        let_pass(1_000).await;
        assert_eq!(world.book.turns().len(), 1);
        assert!(world.book.turns()[0].answered.is_some());
        assert!(client.person.replies().len() <= 1);
    }
}

fn where_clients_end_turns() -> World {
    let mut config = config();
    config.manner.detection = TurnDetection::Manual;
    World::with(config)
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_ended_after_its_last_segment_was_stored_is_answered_by_the_next_process() {
    let mut world = where_clients_end_turns();
    let client = world.arrive().await;
    world.recogniser().waits(true);
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_stored(0).await;
    client.command(Command::EndTurn).await;
    let_pass(1_000).await;

    world.kill();
    let client = world.arrive().await;
    client.person.hears_replies(1).await;
    assert_eq!(world.book.turns()[0].heard.segments, Some((1, 1)));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_begun_goes_on_in_the_next_process_until_it_is_ended() {
    let mut world = where_clients_end_turns();
    let client = world.arrive().await;
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears_stored(0).await;

    world.kill();
    let client = world.arrive().await;
    client.chunk(1, &samples(2_000)).await.unwrap();
    client.person.hears_stored(1).await;
    assert_eq!(world.book.turns(), []);
    client.command(Command::EndTurn).await;
    client.person.hears_replies(1).await;
    assert_eq!(world.book.turns()[0].heard.segments, Some((1, 2)));
}

#[tokio::test(start_paused = true)]
async fn what_was_found_to_be_silence_is_not_listened_to_again() {
    let mut world = World::new();
    let client = world.arrive().await;
    world.recogniser().goes_deaf();
    client.chunk(0, &samples(2_000)).await.unwrap();
    client.person.hears(|event| matches!(event, Event::Silence { .. })).await;
    let_pass(1_000).await;

    world.kill();
    world.arrive().await;
    let_pass(60_000).await;
    assert_eq!(world.book.turns(), []);
}
