//! The persona's voice, and what was heard of it.

use session::{Speech, TurnDetection};
use sim::{Act, Does, Provider, Scenario, assert_timeline};

const REPLY: &str = "That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.";

fn long_reply() -> Scenario {
    Scenario::conversation().user_types(0, "What do you think?").persona(Does::Says(300, REPLY))
}

#[test]
fn a_sentence_is_made_when_the_one_before_it_begins_to_sound() {
    let timeline = long_reply().play(8_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        2.540      says: He is away until Monday.
        2.740      mouth: has said all
        2.745  face (turn 1): voice.wav
        6.260    is Listening
        ",
    );
}

#[test]
fn a_sentence_that_cannot_be_spoken_is_left_to_be_read() {
    let timeline = long_reply().voice(Does::Well(200)).voice(Does::Fails(100)).play(8_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        0.600  problem: Speak Unavailable Some(1)
        0.600      says: He is away until Monday.
        0.800      mouth: has said all
        0.805  face (turn 1): voice.wav
        3.980    is Listening
        ",
    );
}

#[test]
fn a_voice_that_hangs_is_given_up_and_the_next_sentence_spoken() {
    let timeline = long_reply()
        .with(|config| config.limits.speak_ms = 3_000)
        .voice(Does::Well(200))
        .voice(Does::Stalls(200, ""))
        .play(9_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        3.700  problem: Speak TimedOut Some(1)
        3.700      says: He is away until Monday.
        3.900      mouth: has said all
        3.905  face (turn 1): voice.wav
        5.340    is Listening
        ",
    );
}

#[test]
fn without_any_voice_the_reply_is_read() {
    let timeline = long_reply().voice(Does::Fails(100)).voice(Does::Fails(100)).voice(Does::Fails(100)).play(8_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.400  problem: Speak Unavailable Some(1)
        0.400      says: I would have to ask my boss about it.
        0.500      says: He is away until Monday.
        0.600      mouth: has said all
        0.600  face (turn 1): -
        0.600    is Listening
        ",
    );
}

#[test]
fn a_client_that_never_says_how_far_it_is_is_believed_to_play() {
    let timeline = long_reply().set(|setting| setting.reports = false).play(8_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        2.480      says: He is away until Monday.
        2.680      mouth: has said all
        2.685  face (turn 1): voice.wav
        6.500    is Listening
        ",
    );
}

#[test]
fn a_lost_last_report_ends_the_turn_a_little_later() {
    let timeline = long_reply().act(6_200, Act::StopReporting).showing_memory().user_types(9_000, "I see.").play(9_100);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      remembers: User: What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        2.540      says: He is away until Monday.
        2.740      mouth: has said all
        2.745  face (turn 1): voice.wav
        7.260    is Listening
        9.000  user (turn 2): I see.
        9.000      remembers: User: What do you think? | Persona: That is rather expensive for us. I would have to ask my boss about it. He is away until Monday. | User: I see.
        9.000      mouth: begins turn 2
        9.000    is Thinking in turn 2
        ",
    );
}

#[test]
fn a_client_that_falls_asleep_has_heard_no_more_than_it_said() {
    let timeline = long_reply().act(1_500, Act::Sleep).showing_memory().user_types(12_000, "I see.").play(12_100);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      remembers: User: What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300      says: That is rather expensive for us.
        0.350  persona (turn 1, 1/8): That is rather expensive for us. I would have to ask my boss about it. He is away until Monday.
        0.350    is Speaking in turn 1
        0.500      says: I would have to ask my boss about it.
        2.540      says: He is away until Monday.
        2.740      mouth: has said all
        2.745  face (turn 1): voice.wav
        8.350      mouth: stops
        8.350  interrupted (turn 1): Client after 1090 ms: That is rather expensive
        8.350    is Listening
        12.000  user (turn 2): I see.
        12.000      remembers: User: What do you think? | Persona: That is rather expensive | User: I see.
        12.000      mouth: begins turn 2
        12.000    is Thinking in turn 2
        ",
    );
}

#[test]
fn a_late_face_does_not_hold_the_floor() {
    let timeline = Scenario::conversation()
        .user_types(0, "What do you think?")
        .persona(Does::Says(300, "It is expensive."))
        .provider(Provider::Animator, Does::Well(5_000))
        .play(4_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.350  persona (turn 1, 1/8): It is expensive.
        0.350      says: It is expensive.
        0.350    is Speaking in turn 1
        0.550      mouth: has said all
        1.570  face (turn 1): voice.wav
        1.570    is Listening
        ",
    );
}

#[test]
fn a_model_that_fails_in_mid_sentence_leaves_what_was_heard() {
    let timeline = Scenario::conversation()
        .set(|setting| setting.token_ms = 100)
        .showing_memory()
        .user_types(0, "What do you think?")
        .persona(Does::Breaks(300, REPLY))
        .user_types(5_000, "And?")
        .play(5_100);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      remembers: User: What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.900      says: That is rather expensive for us.
        1.100    is Speaking in turn 1
        1.350      mouth: stops
        1.350  problem: Answer Unavailable Some(1)
        1.350    is Listening
        5.000  user (turn 2): And?
        5.000      remembers: User: What do you think? | Persona: That | User: And?
        5.000      mouth: begins turn 2
        5.000    is Thinking in turn 2
        ",
    );
}

#[test]
fn a_reply_that_is_too_long_is_cut_off() {
    let timeline = long_reply().with(|config| config.max_reply_chars = 40).play(6_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000  user (turn 1): What do you think?
        0.000      mouth: begins turn 1
        0.000    is Thinking in turn 1
        0.300  persona (turn 1, 1/8): That is rather expensive for us. I would
        0.300      says: That is rather expensive for us.
        0.300    is Speaking in turn 1
        0.500      says: I would
        0.700      mouth: has said all
        0.705  face (turn 1): voice.wav
        2.960    is Listening
        ",
    );
}

#[test]
fn who_reads_is_not_spoken_to() {
    let timeline = Scenario::conversation()
        .with(|config| config.manner.speech = Speech::Mute)
        .user_talks(500, 2_000, "What does it cost?")
        .play(5_000);
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
        2.500    is Thinking in turn 1
        2.850  persona (turn 1, 1/8): Why should I care?
        2.850  face (turn 1): -
        2.850    is Listening
        ",
    );
}

#[test]
fn a_client_of_the_old_contract_may_hear_speech_as_it_comes() {
    let timeline = Scenario::conversation()
        .with(|config| config.manner.detection = TurnDetection::Threshold)
        .microphone(0, false)
        .user_speaks(0, 1_000)
        .play(5_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.000    is Hearing
        0.760      is transcribed from the store, 1000 ms
        0.760    is Transcribing in turn 1
        0.860  user (turn 1): hello there
        0.860      mouth: begins turn 1
        0.860    is Thinking in turn 1
        1.210  persona (turn 1, 1/8): Why should I care?
        1.210      says: Why should I care?
        1.210    is Speaking in turn 1
        1.410      mouth: has said all
        1.415  face (turn 1): voice.wav
        2.550    is Listening
        ",
    );
}

#[test]
fn words_with_marks_are_remembered_to_the_word() {
    let timeline =
        long_reply().set(|setting| setting.marks = true).user_talks(2_000, 3_000, "Wait a moment.").play(3_000);
    assert!(timeline.contains("BargeIn after 1540 ms: That is rather expensive for\n"), "{timeline}");
}
