//! What another process had begun is gone on with.

use session::{Command, Heard, TurnDetection};
use sim::{Scenario, assert_timeline};

/// Segments that another process stored.
fn stored(first_segment: u64, last_segment: u64) -> Option<Heard> {
    let duration_ms = 1_000 * (last_segment + 1 - first_segment);
    Some(Heard { first_segment, last_segment, duration_ms, first_seq: None, last_seq: None })
}

#[test]
fn a_sentence_that_another_process_began_to_hear_is_one_turn_with_its_rest() {
    let timeline = Scenario::conversation()
        .briefed(|briefing| briefing.left_over.begun = stored(1, 2))
        .user_talks(200, 1_500, "What does it cost?")
        .play(2_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.100  user begins to speak
        0.100  user falls silent
        0.100    is Hearing
        0.300  user begins to speak
        1.700  user falls silent
        2.300  user has spoken
        2.310      is transcribed from the store, 4300 ms
        2.310    is Transcribing in turn 1
        2.410  user (turn 1): What does it cost?
        2.410      mouth: begins turn 1
        2.410    is Thinking in turn 1
        ",
    );
}

#[test]
fn a_sentence_that_another_process_began_to_hear_is_answered_when_nobody_speaks_on() {
    let timeline = Scenario::conversation().briefed(|briefing| briefing.left_over.begun = stored(1, 2)).play(1_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.100  user begins to speak
        0.100  user falls silent
        0.100    is Hearing
        0.800  user has spoken
        0.810      is transcribed from the store, 2800 ms
        0.810    is Transcribing in turn 1
        0.910  user (turn 1): hello there
        0.910      mouth: begins turn 1
        0.910    is Thinking in turn 1
        ",
    );
}

#[test]
fn a_sentence_that_another_process_heard_to_its_end_is_answered() {
    let timeline = Scenario::conversation().briefed(|briefing| briefing.left_over.said = stored(1, 2)).play(500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.100      is transcribed from the store, 2000 ms
        0.100    is Transcribing in turn 1
        0.200  user (turn 1): hello there
        0.200      mouth: begins turn 1
        0.200    is Thinking in turn 1
        ",
    );
}

#[test]
fn a_turn_that_the_client_ends_goes_on_where_another_process_left_it() {
    let timeline = Scenario::conversation()
        .with(|config| config.manner.detection = TurnDetection::Manual)
        .briefed(|briefing| briefing.left_over.begun = stored(1, 2))
        .user_talks(0, 400, "What does it cost?")
        .client(1_000, Command::EndTurn)
        .play(1_100);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.100    is Hearing
        1.010      is transcribed from the store, 2900 ms
        1.010    is Transcribing in turn 1
        ",
    );
}

#[test]
fn a_server_that_stops_in_the_midst_of_a_sentence_leaves_it_to_the_next() {
    let timeline =
        Scenario::conversation().user_talks(500, 5_000, "What does it cost?").server_stops(2_000).play(9_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.000    is Ending
        2.010  ended: Suspended after 0
        ",
    );
}
