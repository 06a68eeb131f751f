//! Whose session it is when several connections want it, and what they missed.

use ports::Role;
use runtime::{Ask, Happening, Rejection, RoomEvent, Seat, Wish};
use session::{Event, State};

use crate::world::{World, let_pass, samples};

#[tokio::test(start_paused = true)]
async fn a_newer_connection_takes_the_session_over_and_the_older_one_is_told() {
    let world = World::new();
    let older = world.arrive().await;
    let newer = world.arrive().await;
    assert_eq!(older.person.is_rejected().await, Rejection::TakenOver);
    newer.say("Here I am").await;
    newer.person.hears_replies(1).await;
    assert!(older.person.transcripts().is_empty(), "it is out of the room");
}

#[tokio::test(start_paused = true)]
async fn a_newer_connection_that_just_speaks_has_the_session_without_starting_it() {
    let world = World::new();
    let older = world.arrive().await;
    let newer = world.connect();
    newer.chunk(0, &samples(2_000)).await.unwrap();
    newer.person.hears_replies(1).await;
    assert_eq!(older.person.is_rejected().await, Rejection::TakenOver);
}

#[tokio::test(start_paused = true)]
async fn an_older_connection_is_refused_until_the_newer_one_is_gone() {
    let world = World::new();
    let older = world.arrive().await;
    older.chunk(0, &samples(100)).await.unwrap();
    let newer = world.arrive().await;
    assert_eq!(older.chunk(1, &samples(100)).await, Err(Rejection::TakenOver));
    newer.chunk(1, &samples(100)).await.unwrap();
    newer.leave().await;
    older.chunk(2, &samples(100)).await.unwrap();
    older.say("Mine again").await;
    older.person.hears_replies(1).await;
}

#[tokio::test(start_paused = true)]
async fn an_older_connection_that_leaves_late_does_not_end_the_newer_ones_session() {
    let world = World::new();
    let older = world.arrive().await;
    let newer = world.arrive().await;
    older.leave().await;
    let_pass(2 * world.config.grace_ms).await;
    newer.say("Still here").await;
    newer.person.hears_replies(1).await;
    assert!(newer.person.ending().is_none());
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_is_told_which_language_the_session_speaks_by_then() {
    let world = World::new();
    let first = world.connect();
    let wish = Wish { language: Some("zh-CN".to_owned()), ..Wish::default() };
    first.ask(Ask::Join { seat: Seat::Trainee, resume_from: None, declared: None, wish }).await;
    assert_eq!(first.person.joined().await.language, "zh-CN");
    let second = world.arrive().await;
    assert_eq!(second.person.joined().await.language, "zh-CN");
}

#[tokio::test(start_paused = true)]
async fn coming_back_within_the_grace_period_keeps_everything() {
    let world = World::new();
    let first = world.arrive().await;
    first.chunk(0, &samples(1_000)).await.unwrap();
    first.say("What is the price?").await;
    first.person.hears_replies(1).await;
    let missed_from = *first.person.event_numbers().last().unwrap();
    first.leave().await;
    // The rest of the segment is cut while nobody is there.
    let_pass(world.config.grace_ms - 1_000).await;
    assert_eq!(world.hub().len(), 1);

    let second = world.connect();
    second.join(Some(missed_from)).await;
    let welcome = second.person.joined().await;
    assert!(welcome.resumed);
    assert_eq!(welcome.through_seq, Some(0));
    let texts: Vec<_> = welcome.history.iter().map(|line| line.text.clone()).collect();
    assert_eq!(texts[1..3], ["What is the price?".to_owned(), first.person.replies()[0].clone()]);
    assert_eq!(texts.len(), 5, "the opening, the typed turn, and the spoken one that was answered in absence");

    let_pass(2 * world.config.grace_ms).await;
    second.say("And the delivery?").await;
    second.person.hears(|event| matches!(event, Event::Reply { count: 3, .. })).await;
    let told: Vec<_> = [first.person.event_numbers(), second.person.event_numbers()].concat();
    assert!(told.iter().copied().eq(2..2 + told.len() as u64), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_trainee_does_not_come_back_ends_after_the_grace_period() {
    let world = World::new();
    let client = world.arrive().await;
    client.leave().await;
    let_pass(world.config.grace_ms - 1_000).await;
    assert_eq!(world.hub().len(), 1);
    let_pass(2_000).await;
    assert_eq!(world.hub().len(), 0);
    assert_eq!(world.book.ended().unwrap().reason, "client_disconnect");
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_what_was_missed_is_told_exactly_that_and_in_order() {
    let world = World::new();
    let there = world.arrive().await;
    for turn in 0..3 {
        there.say(&format!("question {turn}")).await;
        there.person.hears_replies(turn + 1).await;
    }
    there.person.hears(|event| matches!(event, Event::State { state: State::Listening, turn: None })).await;
    let_pass(1_000).await;
    let all = there.person.notes().happened;
    for seen in [0, 1, 5, all.last().unwrap().seq] {
        let back = world.connect();
        let seat = Seat::Observer { role: Role::Coach };
        back.ask(Ask::Join { seat, resume_from: Some(seen), declared: None, wish: Wish::default() }).await;
        back.person.joined().await;
        let_pass(10).await;
        let missed: Vec<_> = all.iter().filter(|happening| happening.seq > seen).cloned().collect();
        assert_eq!(back.person.notes().happened[..missed.len()], missed, "after {seen}");
        back.leave().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_only_watches() {
    let world = World::new();
    let trainee = world.arrive().await;
    let coach = world.connect();
    coach
        .ask(Ask::Join {
            seat: Seat::Observer { role: Role::Coach },
            resume_from: None,
            declared: None,
            wish: Wish::default(),
        })
        .await;
    assert_eq!(coach.chunk(0, &samples(100)).await, Err(Rejection::ReadOnly));
    trainee.say("Hello").await;
    coach.person.hears_replies(1).await;
    coach.leave().await;
    trainee.say("Are you gone?").await;
    trainee.person.hears_replies(2).await;
    assert_eq!(coach.person.replies().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_speaks_does_not_lose_the_seat_by_asking_to_watch_or_to_stop_it_and_whoever_watched_may_speak() {
    let world = World::new();
    let join = |seat: Seat| Ask::Join { seat, resume_from: None, declared: None, wish: Wish::default() };
    let coach = world.arrive().await;
    coach.ask(join(Seat::Observer { role: Role::Coach })).await;
    assert_eq!(coach.person.is_rejected().await, Rejection::Speaking);
    coach.say("Still mine").await;
    coach.person.hears_replies(1).await;
    assert_eq!(coach.try_ask(Ask::StopObserving).await, Err(Rejection::Speaking));
    // Nobody's line is broken, so nobody's grace runs out.
    let_pass(600_000).await;
    coach.say("Mine as before").await;
    coach.person.hears_replies(2).await;
    let other = world.connect();
    other.ask(join(Seat::Observer { role: Role::Coach })).await;
    other.ask(join(Seat::Trainee)).await;
    other.say("Now mine").await;
    other.person.hears_replies(1).await;
    let left = |happening: &Happening| matches!(happening.event, RoomEvent::ObserverLeft { .. });
    assert_eq!(other.person.notes().happened.iter().filter(|happening| left(happening)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn words_that_are_said_again_are_one_turn() {
    let world = World::new();
    let client = world.arrive().await;
    client.say_as("a", "What does it cost?").await.unwrap();
    client.person.hears_replies(1).await;
    let again = world.arrive().await;
    again.say_as("a", "What does it cost?").await.unwrap();
    again.say_as("b", "And who pays?").await.unwrap();
    again.person.hears_replies(1).await;
    assert_eq!(world.book.turns().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_trainee_who_comes_back_is_told_who_watches() {
    let world = World::new();
    let before = world.arrive().await;
    let (coach, gone) = (world.connect(), world.connect());
    for observer in [&coach, &gone] {
        observer
            .ask(Ask::Join {
                seat: Seat::Observer { role: Role::Coach },
                resume_from: None,
                declared: None,
                wish: Wish::default(),
            })
            .await;
    }
    before.leave().await;
    gone.leave().await;
    let back = world.arrive().await;
    let_pass(10).await;
    let watching = |happening: &Happening| matches!(happening.event, RoomEvent::ObserverJoined { .. });
    assert_eq!(back.person.notes().happened.iter().filter(|happening| watching(happening)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_whisper_to_a_trainee_who_is_away_is_told_when_they_are_back() {
    let world = World::new();
    let before = world.arrive().await;
    let coach = world.connect();
    let seat = Seat::Observer { role: Role::Coach };
    coach.ask(Ask::Join { seat, resume_from: None, declared: None, wish: Wish::default() }).await;
    coach.ask(Ask::Hint { text: "Heard at once.".to_owned() }).await;
    let_pass(10).await;
    before.leave().await;
    for number in 0..20 {
        coach.ask(Ask::Hint { text: format!("hint {number}") }).await;
    }
    let_pass(10).await;
    let back = world.arrive().await;
    let_pass(10).await;
    let newest: Vec<String> = (4..20).map(|number| format!("hint {number}")).collect();
    assert_eq!(back.person.notes().hints, newest);
    assert_eq!(before.person.notes().hints, ["Heard at once."]);
    assert_eq!(world.book.hints().len(), 21);
    let again = world.arrive().await;
    let_pass(10).await;
    assert_eq!(again.person.notes().hints, newest, "nobody knows whether they arrived");
}

#[tokio::test(start_paused = true)]
async fn what_was_whispered_in_one_process_is_told_in_the_next_one_too() {
    let mut world = World::new();
    world.arrive().await;
    let coach = world.connect();
    let seat = Seat::Observer { role: Role::Coach };
    coach.ask(Ask::Join { seat, resume_from: None, declared: None, wish: Wish::default() }).await;
    coach.hint("Slowly.").await.unwrap();
    world.kill();
    let back = world.arrive().await;
    let_pass(10).await;
    assert_eq!(back.person.notes().hints, ["Slowly."]);
}

#[tokio::test(start_paused = true)]
async fn a_coachs_hint_reaches_the_trainee_alone_and_is_kept() {
    let world = World::new();
    let trainee = world.arrive().await;
    let seat = Seat::Observer { role: Role::Coach };
    let (coach, other) = (world.connect(), world.connect());
    for observer in [&coach, &other] {
        observer.ask(Ask::Join { seat, resume_from: None, declared: None, wish: Wish::default() }).await;
    }
    coach.ask(Ask::Hint { text: "Ask about the budget.".to_owned() }).await;
    let_pass(10).await;
    assert_eq!(trainee.person.notes().hints, ["Ask about the budget."]);
    assert!(coach.person.notes().hints.is_empty() && other.person.notes().hints.is_empty());
    assert_eq!(world.book.hints().len(), 1);

    trainee.ask(Ask::Hint { text: "To myself".to_owned() }).await;
    assert_eq!(trainee.person.is_rejected().await, Rejection::NotObserving);
}
