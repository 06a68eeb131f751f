//! The session, told in scenarios.

use session::{Command, Link, TurnDetection};
use sim::{Does, Scenario, assert_timeline};

#[test]
fn a_full_segment_is_stored_recognised_answered_and_spoken() {
    let timeline = Scenario::new().user_speaks(0, 1_000).play(5_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760  stored segment 1: 32000 bytes
        0.760    is Transcribing in turn 1
        0.860  user (turn 1): hello there [1..1]
        0.860    is Thinking in turn 1
        1.210  persona (turn 1, 1/8): Why should I care?
        1.210    is Speaking in turn 1
        1.415  face (turn 1): voice.wav
        1.415    is Listening
        ",
    );
}

#[test]
fn two_seconds_without_audio_close_the_segment() {
    let timeline = Scenario::new().user_speaks(0, 500).play(2_300);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        2.260  stored segment 1: 16000 bytes
        2.260    is Transcribing in turn 1
        ",
    );
}

#[test]
fn what_is_said_during_a_turn_waits_and_becomes_one_turn() {
    let timeline = Scenario::new().user_speaks(0, 4_000).recogniser(Does::Says(4_000, "first")).play(5_400);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760  stored segment 1: 32000 bytes
        0.760    is Transcribing in turn 1
        1.760  stored segment 2: 32000 bytes
        2.760  stored segment 3: 32000 bytes
        3.760  stored segment 4: 32000 bytes
        4.760  user (turn 1): first [1..1]
        4.760    is Thinking in turn 1
        5.110  persona (turn 1, 1/8): Why should I care?
        5.110    is Speaking in turn 1
        5.315  face (turn 1): voice.wav
        5.315    is Transcribing in turn 2
        ",
    );
    let timeline = Scenario::new().user_speaks(0, 4_000).recogniser(Does::Says(4_000, "first")).play(5_500);
    assert!(timeline.contains("user (turn 2): hello there [2..4]"), "{timeline}");
}

#[test]
fn in_manual_mode_only_the_client_ends_a_turn() {
    let timeline = Scenario::new()
        .with(|config| config.manner.detection = TurnDetection::Manual)
        .user_speaks(0, 1_500)
        .client(5_000, Command::EndTurn)
        .play(5_200);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760  stored segment 1: 32000 bytes
        0.760    is Listening
        1.000    is Hearing
        3.260  stored segment 2: 16000 bytes
        3.260    is Listening
        5.000      segment 2 Closes its turn
        5.000    is Transcribing in turn 1
        5.100  user (turn 1): hello there [1..2]
        5.100    is Thinking in turn 1
        ",
    );
}

#[test]
fn a_turn_without_an_end_is_answered_after_five_minutes_and_goes_on_as_the_next_one() {
    let timeline = Scenario::new()
        .with(|config| config.manner.detection = TurnDetection::Manual)
        .user_speaks(0, 310_000)
        .client(312_000, Command::EndTurn)
        .play(315_000);
    assert!(timeline.contains("user (turn 1): hello there [1..301]"), "{timeline}");
    assert!(timeline.contains("user (turn 2): hello there [302..310]"), "{timeline}");
}

#[test]
fn what_is_said_during_a_turn_becomes_two_where_it_would_be_too_long_for_one() {
    let timeline = Scenario::new()
        .with(|config| config.limits.transcribe_ms = 1_000_000)
        .user_speaks(0, 310_000)
        .recogniser(Does::Says(320_000, "first"))
        .play(325_000);
    assert!(timeline.contains("user (turn 2): hello there [2..301]"), "{timeline}");
    assert!(timeline.contains("user (turn 3): hello there [302..310]"), "{timeline}");
}

#[test]
fn silence_that_was_joined_from_several_segments_is_left_as_a_whole() {
    let timeline = Scenario::new()
        .user_speaks(0, 3_000)
        .recogniser(Does::Says(3_500, "first"))
        .recogniser(Does::Says(100, ""))
        .play(5_500);
    for segment in [2, 3] {
        assert!(timeline.contains(&format!("segment {segment} Leaves its turn")), "{timeline}");
    }
}

#[test]
fn a_segment_that_takes_few_bytes_is_stored_after_a_minute() {
    let timeline =
        Scenario::new().with(|config| config.manner.cutting.bytes = 100_000_000).user_speaks(0, 61_000).play(61_000);
    assert!(timeline.contains("60.010  stored segment 1: 1928000 bytes"), "{timeline}");
}

#[test]
fn a_turn_that_ends_while_its_tail_is_being_stored_waits_for_the_tail() {
    let timeline = Scenario::new()
        .with(|config| config.manner.detection = TurnDetection::Manual)
        .user_speaks(0, 1_000)
        .store(Does::Well(500))
        .client(800, Command::EndTurn)
        .play(1_300);
    assert!(timeline.contains("1.250    is Transcribing in turn 1"), "{timeline}");
}

#[test]
fn typed_words_are_a_turn_without_audio() {
    let timeline = Scenario::new().user_types(100, " What does it cost? ").play(700);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.100  user (turn 1): What does it cost?
        0.100    is Thinking in turn 1
        0.450  persona (turn 1, 1/8): Why should I care?
        0.450    is Speaking in turn 1
        0.655  face (turn 1): voice.wav
        0.655    is Listening
        ",
    );
}

#[test]
fn silence_is_said_and_makes_no_answer() {
    let timeline = Scenario::new().user_speaks(0, 1_000).recogniser(Does::Says(100, "  ")).play(3_000);
    assert!(
        timeline.ends_with("silence (turn 1)\n  0.860      segment 1 Leaves its turn\n  0.860    is Listening\n"),
        "{timeline}"
    );
}

#[test]
fn a_recogniser_that_fails_ends_the_turn_and_the_next_one_works() {
    let timeline =
        Scenario::new().user_speaks(0, 1_000).recogniser(Does::Fails(50)).user_speaks(2_000, 3_000).play(2_900);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760  stored segment 1: 32000 bytes
        0.760    is Transcribing in turn 1
        0.810  problem: Transcribe Unavailable Some(1)
        0.810    is Listening
        2.000    is Hearing
        2.760  stored segment 2: 32000 bytes
        2.760    is Transcribing in turn 2
        2.860  user (turn 2): hello there [2..2]
        2.860    is Thinking in turn 2
        ",
    );
}

#[test]
fn a_persona_that_hangs_is_given_up() {
    let timeline = Scenario::new().user_types(0, "hello").persona(Does::Hangs).play(25_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): hello
        0.000    is Thinking in turn 1
        20.000  cancelled: work 1
        20.000  problem: Answer TimedOut Some(1)
        20.000    is Listening
        ",
    );
}

#[test]
fn without_a_voice_the_words_still_arrive() {
    let timeline = Scenario::new().user_types(0, "hello").voice(Does::Fails(100)).play(1_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): hello
        0.000    is Thinking in turn 1
        0.350  persona (turn 1, 1/8): Why should I care?
        0.350    is Speaking in turn 1
        0.450  problem: Speak Unavailable Some(1)
        0.450  face (turn 1): -
        0.450    is Listening
        ",
    );
}

#[test]
fn a_store_that_fails_is_tried_again_until_it_takes_the_audio() {
    let timeline = Scenario::new()
        .user_speaks(0, 1_000)
        .store(Does::Fails(10))
        .store(Does::Fails(10))
        .store(Does::Well(10))
        .play(1_600);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760  problem: Store Unavailable None
        1.530  stored segment 1: 32000 bytes
        1.530    is Transcribing in turn 1
        ",
    );
}

#[test]
fn audio_beyond_the_buffer_is_refused_and_taken_again_once_the_store_is_back() {
    let timeline = Scenario::new()
        .with(|config| config.max_buffered_bytes = 40_000)
        .user_speaks(0, 2_000)
        .store(Does::Fails(1_000))
        .play(2_100);
    let refused = timeline.matches("refused: BufferFull { limit: 40000").count();
    assert_eq!(refused, 3, "{timeline}");
    assert!(timeline.contains("2.010  stored segment 1: 32000 bytes"), "{timeline}");
}

#[test]
fn the_last_allowed_answer_is_announced_and_the_session_stays_open() {
    let timeline = Scenario::new()
        .briefed(|briefing| briefing.max_turns = 1)
        .user_types(0, "one")
        .user_types(2_000, "two")
        .play(3_000);
    assert!(timeline.contains("turns used up: 1"), "{timeline}");
    assert!(timeline.contains("turns used up: 2"), "{timeline}");
}

#[test]
fn ending_stores_recognises_and_answers_what_was_still_being_said() {
    let timeline = Scenario::new().user_speaks(0, 500).client(600, Command::End).play(20_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.600    is Ending
        0.610  stored segment 1: 16000 bytes
        0.610    is Ending in turn 1
        0.710  user (turn 1): hello there [1..1]
        1.060  persona (turn 1, 1/8): Why should I care?
        1.265  face (turn 1): voice.wav
        1.265  ended: UserEnded after 1
        ",
    );
}

#[test]
fn ending_does_not_wait_for_ever_for_an_answer() {
    let timeline = Scenario::new().user_types(0, "hello").persona(Does::Hangs).client(1_000, Command::End).play(60_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): hello
        0.000    is Thinking in turn 1
        1.000    is Ending in turn 1
        11.000  cancelled: work 1
        11.000  interrupted (turn 1): SessionEnd
        11.000  ended: UserEnded after 0
        ",
    );
}

#[test]
fn ending_waits_longer_for_a_store_that_is_down_than_for_an_answer() {
    let mut scenario = Scenario::new().user_speaks(0, 500).client(600, Command::End);
    for _ in 0..8 {
        scenario = scenario.store(Does::Fails(10));
    }
    let timeline = scenario.play(100_000);
    assert!(timeline.contains("stored segment 1: 16000 bytes"), "{timeline}");
    assert!(!timeline.contains("user (turn"), "{timeline}");
    assert!(timeline.trim_end().ends_with("ended: UserEnded after 0"), "{timeline}");
}

#[test]
fn a_session_that_nobody_uses_ends() {
    let timeline = Scenario::new().user_types(60_000, "hello").play(3 * 3_600_000);
    assert!(timeline.contains("1860.000  ended: Idle after 1"), "{timeline}");
}

#[test]
fn a_session_waits_for_its_client_to_come_back_but_not_for_ever() {
    let timeline = Scenario::new().link(1_000, Link::Down).link(60_000, Link::Up).play(200_000);
    assert!(timeline.contains("1.000    is Reconnecting"), "{timeline}");
    assert!(!timeline.contains("ended"), "{timeline}");

    let timeline = Scenario::new().link(1_000, Link::Down).play(200_000);
    assert!(timeline.contains("121.000  ended: Disconnected after 0"), "{timeline}");
}

#[test]
fn a_turn_goes_on_while_the_client_is_away() {
    let timeline = Scenario::new().user_speaks(0, 1_000).link(800, Link::Down).play(2_000);
    assert!(timeline.contains("persona (turn 1, 1/8)"), "{timeline}");
}

#[test]
fn audio_is_refused_politely_during_a_pause() {
    let timeline = Scenario::new()
        .user_speaks(0, 500)
        .client(600, Command::Pause)
        .user_speaks(700, 900)
        .client(1_000, Command::Resume)
        .user_speaks(2_000, 2_200)
        .play(2_100);
    assert!(timeline.contains("0.700  refused: Paused"), "{timeline}");
    assert!(timeline.contains("0.610  stored segment 1: 16000 bytes"), "{timeline}");
    assert!(!timeline.contains("2.000  refused"), "{timeline}");
}

#[test]
fn the_client_can_stop_the_persona() {
    let timeline = Scenario::new().user_types(0, "hello").client(100, Command::Interrupt { played: None }).play(2_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): hello
        0.000    is Thinking in turn 1
        0.100  cancelled: work 1
        0.100  interrupted (turn 1): Client
        0.100    is Listening
        ",
    );
}

#[test]
fn a_server_that_stops_finishes_the_turn_and_leaves_the_session_to_be_resumed() {
    let timeline = Scenario::new().user_types(0, "hello").server_stops(100).play(2_000);
    assert!(timeline.contains("persona (turn 1, 1/8)"), "{timeline}");
    assert!(timeline.trim_end().ends_with("ended: Suspended after 1"), "{timeline}");
}

#[test]
fn a_resumed_session_goes_on_counting() {
    let timeline = Scenario::new()
        .briefed(|briefing| {
            briefing.last_turn = 4;
            briefing.answered_turns = 3;
        })
        .user_types(0, "hello again")
        .play(1_000);
    assert!(timeline.contains("persona (turn 5, 4/8)"), "{timeline}");
}

#[test]
fn nothing_lasts_longer_than_a_session_may() {
    let timeline = Scenario::new().with(|config| config.max_session_ms = 5_000).user_speaks(0, 20_000).play(20_000);
    assert!(timeline.trim_end().ends_with("refused: Ending"), "{timeline}");
    assert!(timeline.contains("ended: MaxLength"), "{timeline}");
}
