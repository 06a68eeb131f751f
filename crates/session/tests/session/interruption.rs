//! Speaking over the persona.

use session::{Command, TurnId};
use sim::{Does, Provider, Scenario, assert_timeline};

const STORY: &str = "Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.";

/// The persona tells a story from 3.0 on.
fn story() -> Scenario {
    Scenario::conversation()
        .user_talks(500, 2_000, "Tell me a story.")
        .persona(Does::Says(300, STORY))
        .shown_from(2_800)
}

#[test]
fn speaking_over_the_persona_cuts_it_short_and_it_remembers_what_was_heard() {
    let timeline = story().showing_memory().user_talks(4_000, 5_500, "Stop it please.").play(7_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.620      mouth: stops
        4.620      mouth: goes on
        4.620  interrupted (turn 1): BargeIn after 1040 ms: Once upon a time there
        4.620    is Hearing
        5.700  user falls silent
        5.850  user has spoken
        5.860    is Transcribing in turn 2
        6.000  user (turn 2): Stop it please.
        6.000      remembers: User: Tell me a story. | Persona: Once upon a time there | User: Stop it please.
        6.000      mouth: begins turn 2
        6.000    is Thinking in turn 2
        6.350  persona (turn 2, 2/8): Why should I care?
        6.350      says: Why should I care?
        6.350    is Speaking in turn 2
        6.550      mouth: has said all
        6.555  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn after_a_cough_the_persona_goes_on_where_it_stopped() {
    let timeline = story().user_coughs(4_000, 4_250).play(10_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.500  user falls silent
        4.850  user has spoken
        5.000      mouth: goes on
        5.000    is Speaking in turn 1
        6.060      says: The end.
        6.260      mouth: has said all
        6.265  face (turn 1): voice.wav
        9.360    is Listening
        ",
    );
}

#[test]
fn a_backchannel_leaves_the_floor_to_the_persona() {
    let timeline = story().showing_memory().user_talks(4_000, 4_300, "mm").play(10_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.500  user falls silent
        4.900  user has spoken
        5.050      mouth: goes on
        5.050      segment 6 Leaves its turn
        5.050    is Speaking in turn 1
        6.110      says: The end.
        6.310      mouth: has said all
        6.315  face (turn 1): voice.wav
        9.410    is Listening
        ",
    );
}

#[test]
fn right_into_the_last_word_is_an_answer() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "What does it cost?")
        .persona(Does::Says(300, "That is fine, right?"))
        .user_talks(4_000, 4_300, "right")
        .play(6_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.350  user has spoken
        2.360    is Transcribing in turn 1
        2.500  user (turn 1): What does it cost?
        2.500      mouth: begins turn 1
        2.500    is Thinking in turn 1
        2.850  persona (turn 1, 1/8): That is fine, right?
        2.850      says: That is fine, right?
        2.850    is Speaking in turn 1
        3.050      mouth: has said all
        3.055  face (turn 1): voice.wav
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.500  user falls silent
        4.650  user has spoken
        4.800      mouth: stops
        4.800      mouth: goes on
        4.800  interrupted (turn 1): BargeIn after 990 ms: That is fine, right
        4.800  user (turn 2): right
        4.800      mouth: begins turn 2
        4.800    is Thinking in turn 2
        5.150  persona (turn 2, 2/8): Why should I care?
        5.150      says: Why should I care?
        5.150    is Speaking in turn 2
        5.350      mouth: has said all
        5.355  face (turn 2): voice.wav
        6.490    is Listening
        ",
    );
}

#[test]
fn a_persona_that_still_thinks_is_interrupted_too() {
    let timeline = Scenario::conversation()
        .showing_memory()
        .user_talks(500, 2_000, "What does it cost?")
        .persona(Does::Says(3_000, "It is not cheap."))
        .user_talks(3_000, 4_500, "I mean the big one.")
        .play(6_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.350  user has spoken
        2.360    is Transcribing in turn 1
        2.500  user (turn 1): What does it cost?
        2.500      remembers: User: What does it cost?
        2.500      mouth: begins turn 1
        2.500    is Thinking in turn 1
        3.100  user begins to speak
        3.100      mouth: is held
        3.100    is Hearing in turn 1
        3.320      mouth: stops
        3.320      mouth: goes on
        3.320  interrupted (turn 1): BargeIn
        3.320    is Hearing
        4.700  user falls silent
        4.850  user has spoken
        4.860    is Transcribing in turn 2
        5.000  user (turn 2): I mean the big one.
        5.000      remembers: User: What does it cost? | User: I mean the big one.
        5.000      mouth: begins turn 2
        5.000    is Thinking in turn 2
        5.350  persona (turn 2, 1/8): Why should I care?
        5.350      says: Why should I care?
        5.350    is Speaking in turn 2
        5.550      mouth: has said all
        5.555  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn where_nobody_may_interrupt_what_is_said_waits_for_its_turn() {
    let timeline = story()
        .with(|config| config.manner.barge_in = false)
        .user_talks(4_000, 5_500, "Who was his queen?")
        .play(9_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        5.160      says: The end.
        5.360      mouth: has said all
        5.365  face (turn 1): voice.wav
        5.700  user falls silent
        5.850  user has spoken
        8.460  user (turn 2): Who was his queen?
        8.460      mouth: begins turn 2
        8.460    is Thinking in turn 2
        8.810  persona (turn 2, 2/8): Why should I care?
        8.810      says: Why should I care?
        8.810    is Speaking in turn 2
        9.010      mouth: has said all
        9.015  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn what_nobody_understands_at_once_lets_the_persona_go_on_and_is_a_turn_afterwards() {
    let timeline =
        story().user_talks(4_000, 4_350, "Stop.").listener(Does::Well(150)).listener(Does::Fails(200)).play(10_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.600  user falls silent
        4.950  user has spoken
        5.250      mouth: goes on
        5.250    is Speaking in turn 1
        6.310      says: The end.
        6.510      mouth: has said all
        6.515  face (turn 1): voice.wav
        9.610      is transcribed from the store, 1600 ms
        9.610    is Transcribing in turn 2
        9.710  user (turn 2): Stop.
        9.710      mouth: begins turn 2
        9.710    is Thinking in turn 2
        ",
    );
}

#[test]
fn what_is_understood_late_still_interrupts() {
    let timeline = story()
        .user_talks(4_000, 4_350, "Stop.")
        .listener(Does::Well(150))
        .listener(Does::Says(1_200, "Stop."))
        .play(7_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.600  user falls silent
        4.950  user has spoken
        5.250      mouth: goes on
        5.250    is Speaking in turn 1
        6.150      mouth: stops
        6.150  interrupted (turn 1): BargeIn after 1940 ms: Once upon a time there was a king
        6.150  user (turn 2): Stop.
        6.150      mouth: begins turn 2
        6.150    is Thinking in turn 2
        6.500  persona (turn 2, 2/8): Why should I care?
        6.500      says: Why should I care?
        6.500    is Speaking in turn 2
        6.700      mouth: has said all
        6.705  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn whoever_speaks_on_without_being_understood_interrupts_by_that_alone() {
    let timeline =
        story().listener(Does::Well(150)).listener(Does::Says(150, "Hold on.")).user_coughs(4_000, 5_500).play(7_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.700      mouth: stops
        4.700      mouth: goes on
        4.700  interrupted (turn 1): BargeIn after 1040 ms: Once upon a time there
        4.700    is Hearing
        5.700  user falls silent
        6.300  user has spoken
        6.310    is Transcribing in turn 2
        6.450  user (turn 2): Hold on.
        6.450      mouth: begins turn 2
        6.450    is Thinking in turn 2
        6.800  persona (turn 2, 2/8): Why should I care?
        6.800      says: Why should I care?
        6.800    is Speaking in turn 2
        7.000      mouth: has said all
        ",
    );
}

#[test]
fn the_client_says_how_much_was_heard_when_it_stops_the_persona() {
    let played = Some((TurnId(1), 950));
    let timeline = story().client(4_300, Command::Interrupt { played }).play(5_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.300      mouth: stops
        4.300  interrupted (turn 1): Client after 950 ms: Once upon a time
        4.300    is Listening
        ",
    );
}

#[test]
fn a_reply_of_which_not_even_a_word_was_heard_was_never_said_and_no_speech_of_it_is_kept() {
    let played = Some((TurnId(1), 40));
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "Tell me a story.")
        .persona(Does::Stalls(300, " Well, once upon a time there was a king. He had"))
        .client(3_100, Command::Interrupt { played })
        .play(4_000);
    assert!(timeline.contains("interrupted (turn 1): Client\n"), "{timeline}");
}

#[test]
fn no_sentence_of_an_interrupted_reply_is_spoken_in_the_next_turn() {
    let timeline = story()
        .user_talks(3_500, 5_000, "Another one please.")
        .persona(Does::Says(300, "No."))
        .user_talks(8_000, 9_000, "Why not?")
        .persona(Does::Says(300, "Because I am tired. Good night."))
        .play(14_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        3.600  user begins to speak
        3.600      mouth: is held
        3.600    is Hearing in turn 1
        4.200      mouth: stops
        4.200      mouth: goes on
        4.200  interrupted (turn 1): BargeIn after 540 ms: Once upon
        4.200    is Hearing
        5.200  user falls silent
        5.350  user has spoken
        5.350    is Transcribing in turn 2
        5.500  user (turn 2): Another one please.
        5.500      mouth: begins turn 2
        5.500    is Thinking in turn 2
        5.850  persona (turn 2, 2/8): No.
        5.850      says: No.
        5.850    is Speaking in turn 2
        6.050      mouth: has said all
        6.055  face (turn 2): voice.wav
        6.300    is Listening
        8.100  user begins to speak
        8.100    is Hearing
        9.200  user falls silent
        9.350  user has spoken
        9.350    is Transcribing in turn 3
        9.500  user (turn 3): Why not?
        9.500      mouth: begins turn 3
        9.500    is Thinking in turn 3
        9.800      says: Because I am tired.
        9.850  persona (turn 3, 3/8): Because I am tired. Good night.
        9.850    is Speaking in turn 3
        10.000      says: Good night.
        10.200      mouth: has said all
        10.205  face (turn 3): voice.wav
        11.920    is Listening
        ",
    );
}

#[test]
fn an_echo_of_the_persona_holds_it_for_a_moment_and_no_longer() {
    let timeline = story().echo(4_000, 4_600).play(9_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.300  user falls silent
        4.300      mouth: goes on
        4.300    is Speaking in turn 1
        5.360      says: The end.
        5.560      mouth: has said all
        5.565  face (turn 1): voice.wav
        8.660    is Listening
        ",
    );
}

#[test]
fn who_is_muted_while_interrupting_leaves_no_silence_behind() {
    let timeline = story()
        .listener(Does::Well(150))
        .listener(Does::Hangs)
        .user_talks(4_000, 4_600, "Wait")
        .microphone(4_200, false)
        .play(10_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100  user begins to speak
        4.100      mouth: is held
        4.100    is Hearing in turn 1
        4.700  user falls silent
        5.300  user has spoken
        5.600      mouth: goes on
        5.600    is Speaking in turn 1
        6.660      says: The end.
        6.860      mouth: has said all
        6.865  face (turn 1): voice.wav
        9.960    is Transcribing in turn 2
        ",
    );
}

#[test]
fn what_was_spoken_before_the_interruption_is_kept() {
    let timeline =
        story().user_talks(4_000, 5_500, "Stop it please.").provider(Provider::Keeper, Does::Fails(50)).play(6_500);
    assert!(timeline.contains("interrupted (turn 1): BargeIn after 1040 ms: Once upon a time there"), "{timeline}");
    assert!(!timeline.contains("problem"), "the text is there, and nobody is told of a lost recording: {timeline}");
}
