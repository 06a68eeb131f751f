//! Pauses, lost connections, other clients, and the end.

use session::{Command, Line, Speaker, Speech, TurnDetection};
use sim::{Act, Does, Scenario, assert_timeline, config};

const STORY: &str = "Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.";

/// The persona tells a story from 3.0 on.
fn story() -> Scenario {
    Scenario::conversation()
        .user_talks(500, 2_000, "Tell me a story.")
        .persona(Does::Says(300, STORY))
        .shown_from(2_800)
}

#[test]
fn who_comes_back_in_mid_reply_hears_the_rest_and_no_second_greeting() {
    let timeline = story()
        .showing_memory()
        .shown_from(0)
        .briefed(|briefing| {
            briefing
                .history
                .push(Line { speaker: Speaker::Persona, text: "Good morning. You wanted to see me?".into() });
        })
        .act(4_000, Act::LoseConnection { unnoticed_ms: 100 })
        .act(8_000, Act::Reconnect)
        .user_talks(16_000, 17_000, "And then?")
        .play(18_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.350  user has spoken
        2.360    is Transcribing in turn 1
        2.500  user (turn 1): Tell me a story.
        2.500      remembers: Persona: Good morning. You wanted to see me? | User: Tell me a story.
        2.500      mouth: begins turn 1
        2.500    is Thinking in turn 1
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.100      mouth: is held
        4.100    is Reconnecting in turn 1
        8.000      mouth: goes on
        8.000    is Speaking in turn 1
        8.600      says: The end.
        8.800      mouth: has said all
        8.805  face (turn 1): voice.wav
        11.900    is Listening
        16.100  user begins to speak
        16.100    is Hearing
        17.200  user falls silent
        17.350  user has spoken
        17.360    is Transcribing in turn 2
        17.500  user (turn 2): And then?
        17.500      remembers: Persona: Good morning. You wanted to see me? | User: Tell me a story. | Persona: Once upon a time there was a king. He had a very long beard, and nobody knew why. The end. | User: And then?
        17.500      mouth: begins turn 2
        17.500    is Thinking in turn 2
        17.850  persona (turn 2, 2/8): Why should I care?
        17.850      says: Why should I care?
        17.850    is Speaking in turn 2
        18.050      mouth: has said all
        18.055  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn who_does_not_come_back_leaves_an_interrupted_reply() {
    let timeline = story()
        .with(|config| config.grace_ms = 10_000)
        .act(4_000, Act::LoseConnection { unnoticed_ms: 0 })
        .play(20_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.000      mouth: is held
        4.000    is Reconnecting in turn 1
        14.000      mouth: stops
        14.000      mouth: goes on
        14.000  interrupted (turn 1): SessionEnd after 940 ms: Once upon a time
        14.000    is Ending
        14.000  ended: Disconnected after 1
        ",
    );
}

#[test]
fn a_pause_holds_the_reply_and_it_goes_on_afterwards() {
    let timeline = story().client(4_000, Command::Pause).client(6_000, Command::Resume).play(11_500);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.000      mouth: is held
        4.000    is Paused in turn 1
        6.000      mouth: goes on
        6.000    is Speaking in turn 1
        7.160      says: The end.
        7.360      mouth: has said all
        7.365  face (turn 1): voice.wav
        10.460    is Listening
        ",
    );
}

#[test]
fn half_a_sentence_before_a_pause_is_answered_and_heard_after_it() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_500, "We could give you ten percent, if you order")
        .client(1_500, Command::Pause)
        .client(4_000, Command::Resume)
        .play(6_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.500  user has spoken
        1.500    is Paused
        1.510      mouth: is held
        1.510    is Paused in turn 1
        1.650  user (turn 1): We could give you
        1.650      mouth: begins turn 1
        2.000  persona (turn 1, 1/8): Why should I care?
        2.000      says: Why should I care?
        2.200      mouth: has said all
        2.205  face (turn 1): voice.wav
        4.000      mouth: goes on
        4.000    is Speaking in turn 1
        5.080    is Listening
        ",
    );
}

#[test]
fn ending_in_mid_reply_keeps_what_was_heard() {
    let timeline = story().client(4_000, Command::End).play(10_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.000      mouth: stops
        4.000  interrupted (turn 1): SessionEnd after 940 ms: Once upon a time
        4.000    is Ending
        4.010  ended: UserEnded after 1
        ",
    );
}

#[test]
fn ending_in_mid_sentence_answers_it_in_writing() {
    let timeline =
        Scenario::conversation().user_talks(500, 2_500, "What does it cost?").client(2_000, Command::End).play(10_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.000  user has spoken
        2.000    is Ending
        2.010    is Ending in turn 1
        2.150  user (turn 1): What does
        2.150      mouth: begins turn 1
        2.500  persona (turn 1, 1/8): Why should I care?
        2.500      mouth: stops
        2.500  face (turn 1): -
        2.500  ended: UserEnded after 1
        ",
    );
}

#[test]
fn ending_before_the_reply_sounds_tells_it_in_writing() {
    let timeline = story().client(2_900, Command::End).play(10_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        2.900      mouth: stops
        2.900  face (turn 1): -
        2.900    is Ending
        2.910  ended: UserEnded after 1
        ",
    );
}

#[test]
fn a_server_that_stops_cuts_the_reply_short_and_another_goes_on() {
    let timeline = story().server_stops(4_000).play(10_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.000      mouth: stops
        4.000  interrupted (turn 1): SessionEnd after 940 ms: Once upon a time
        4.000    is Ending
        4.010  ended: Suspended after 1
        ",
    );
}

#[test]
fn whoever_takes_over_in_mid_reply_hears_the_next_one_in_their_own_way() {
    let manner = session::Manner { speech: Speech::Whole, detection: TurnDetection::Manual, ..config().manner };
    let timeline =
        story().microphone(3_900, false).act(4_000, Act::Adopt(manner)).user_types(12_000, "Thank you.").play(14_000);
    assert_timeline(
        &timeline,
        "
        2.800      says: Once upon a time there was a king.
        2.850  persona (turn 1, 1/8): Once upon a time there was a king. He had a very long beard, and nobody knew why. The end.
        2.850    is Speaking in turn 1
        3.000      says: He had a very long beard, and nobody knew why.
        4.000      mouth: stops
        4.000  interrupted (turn 1): Client after 940 ms: Once upon a time
        4.000    is Hearing
        4.010    is Listening
        12.000  user (turn 2): Thank you.
        12.000      mouth: begins turn 2
        12.000    is Thinking in turn 2
        12.350  persona (turn 2, 2/8): Why should I care?
        12.350      says: Why should I care?
        12.350    is Speaking in turn 2
        12.550      mouth: has said all
        12.555  face (turn 2): voice.wav
        12.555    is Listening
        ",
    );
}

#[test]
fn adopting_another_way_to_tell_turns_apart_closes_what_is_half_said() {
    let manner = session::Manner { detection: TurnDetection::Manual, ..config().manner };
    let timeline = Scenario::conversation()
        .user_talks(500, 2_500, "We could give you ten percent, if you order")
        .act(1_500, Act::Adopt(manner))
        .microphone(1_550, false)
        .play(2_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.500  user has spoken
        1.510    is Transcribing in turn 1
        1.650  user (turn 1): We could give you
        1.650      mouth: begins turn 1
        1.650    is Thinking in turn 1
        2.000  persona (turn 1, 1/8): Why should I care?
        2.000      says: Why should I care?
        2.000    is Speaking in turn 1
        2.200      mouth: has said all
        2.205  face (turn 1): voice.wav
        2.205    is Hearing
        ",
    );
}

#[test]
fn the_last_allowed_answer_is_announced_even_if_it_is_cut_short() {
    let timeline = story()
        .briefed(|briefing| briefing.max_turns = 1)
        .client(4_000, Command::Interrupt { played: None })
        .play(4_500);
    assert!(timeline.contains("turns used up: 1"), "{timeline}");
}
