//! Turn-taking with an open microphone.

use session::{Command, Input};
use sim::{Act, Does, Provider, Scenario, assert_timeline};

#[test]
fn the_persona_answers_when_the_user_falls_silent() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "What does it cost?")
        .persona(Does::Says(300, "It is not cheap. Do you have a budget?"))
        .play(9_000);
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
        2.800      says: It is not cheap.
        2.850  persona (turn 1, 1/8): It is not cheap. Do you have a budget?
        2.850    is Speaking in turn 1
        3.000      says: Do you have a budget?
        3.200      mouth: has said all
        3.205  face (turn 1): voice.wav
        5.340    is Listening
        ",
    );
}

#[test]
fn who_never_pauses_is_heard_in_turns_of_five_minutes_and_not_a_word_is_left() {
    let timeline = Scenario::conversation()
        .user_talks(500, 308_000, "And another thing is the price, as I said.")
        .shown_from(300_000)
        .play(325_000);
    assert_timeline(
        &timeline,
        "
        301.000  user has spoken
        301.000  user begins to speak
        301.010      mouth: is held
        301.010    is Hearing in turn 1
        301.150  user (turn 1): And another thing is the price, as I
        301.150      mouth: begins turn 1
        301.500  persona (turn 1, 1/8): Why should I care?
        301.500      says: Why should I care?
        301.600      mouth: stops
        301.600      mouth: goes on
        301.600  interrupted (turn 1): BargeIn
        301.600    is Hearing
        308.200  user falls silent
        308.350  user has spoken
        308.360    is Transcribing in turn 2
        308.500  user (turn 2): said.
        308.500      mouth: begins turn 2
        308.500    is Thinking in turn 2
        308.850  persona (turn 2, 2/8): Why should I care?
        308.850      says: Why should I care?
        308.850    is Speaking in turn 2
        309.050      mouth: has said all
        309.055  face (turn 2): voice.wav
        310.190    is Listening
        ",
    );
}

#[test]
fn a_microphone_that_was_left_open_keeps_no_session_alive() {
    let timeline = Scenario::conversation()
        .with(|config| config.idle_ms = 20_000)
        .user_talks(15_000, 16_000, "Good morning, how are you?")
        .shown_from(20_000)
        .play(60_000);
    assert_timeline(
        &timeline,
        "
        38.190    is Ending
        38.200  ended: Idle after 1
        ",
    );
}

#[test]
fn after_an_unfinished_clause_the_persona_waits_longer() {
    let timeline = Scenario::conversation()
        .user_talks(500, 1_500, "I would like to")
        .user_talks(2_500, 3_500, "ask you about the price.")
        .play(4_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.700  user falls silent
        2.600  user begins to speak
        3.700  user falls silent
        3.850  user has spoken
        3.860    is Transcribing in turn 1
        4.000  user (turn 1): I would like to ask you about the price.
        4.000      mouth: begins turn 1
        4.000    is Thinking in turn 1
        4.350  persona (turn 1, 1/8): Why should I care?
        4.350      says: Why should I care?
        4.350    is Speaking in turn 1
        ",
    );
}

#[test]
fn unfinished_words_are_told_as_they_come_and_what_is_promised_stays() {
    let timeline =
        Scenario::conversation().showing_partials().user_talks(500, 2_500, "Good morning, my name is Ann.").play(3_200);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.020  user (turn 1) …: Good
        1.620  user (turn 1) …: Good| morning,
        1.820  user (turn 1) …: Good morning,| my
        2.220  user (turn 1) …: Good morning, my| name
        2.420  user (turn 1) …: Good morning, my name| is
        2.620  user (turn 1) …: Good morning, my name is| Ann.
        2.700  user falls silent
        2.850  user has spoken
        2.860    is Transcribing in turn 1
        3.000  user (turn 1): Good morning, my name is Ann.
        3.000      mouth: begins turn 1
        3.000    is Thinking in turn 1
        ",
    );
}

#[test]
fn a_cough_makes_no_turn() {
    let timeline = Scenario::conversation().user_coughs(500, 700).play(10_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        0.900  user falls silent
        1.300  user has spoken
        1.310    is Transcribing in turn 1
        1.450    is Listening
        ",
    );
}

#[test]
fn who_speaks_and_is_not_understood_is_told_so() {
    let timeline = Scenario::conversation().user_coughs(500, 2_000).play(5_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.800  user has spoken
        2.810    is Transcribing in turn 1
        2.950  silence (turn 1)
        2.950    is Listening
        ",
    );
}

#[test]
fn what_is_said_while_the_first_is_being_transcribed_interrupts_its_answer() {
    let timeline = Scenario::conversation()
        .showing_memory()
        .user_talks(500, 1_500, "What does it cost?")
        .listener(Does::Well(1_500))
        .user_talks(2_200, 4_200, "And who decides about it?")
        .play(6_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.700  user falls silent
        1.850  user has spoken
        1.860    is Transcribing in turn 1
        2.300  user begins to speak
        2.300      mouth: is held
        2.300    is Hearing in turn 1
        3.350  user (turn 1): What does it cost?
        3.350      remembers: User: What does it cost?
        3.350      mouth: begins turn 1
        3.620      mouth: stops
        3.620      mouth: goes on
        3.620  interrupted (turn 1): BargeIn
        3.620    is Hearing
        4.400  user falls silent
        4.550  user has spoken
        4.560    is Transcribing in turn 2
        4.700  user (turn 2): And who decides about it?
        4.700      remembers: User: What does it cost? | User: And who decides about it?
        4.700      mouth: begins turn 2
        4.700    is Thinking in turn 2
        5.050  persona (turn 2, 1/8): Why should I care?
        5.050      says: Why should I care?
        5.050    is Speaking in turn 2
        5.250      mouth: has said all
        5.255  face (turn 2): voice.wav
        ",
    );
}

#[test]
fn what_is_said_before_the_first_is_stored_is_one_turn_with_it() {
    let timeline = Scenario::conversation()
        .showing_partials()
        .user_talks(500, 1_300, "Good morning.")
        .store(Does::Fails(10))
        .store(Does::Fails(10))
        .store(Does::Fails(10))
        .user_talks(2_300, 3_100, "Are you there?")
        .play(5_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.010  problem: Store Unavailable None
        1.020  user (turn 1) …: Good
        1.420  user (turn 1) …: Good| morning.
        1.500  user falls silent
        1.650  user has spoken
        2.400  user begins to speak
        2.720  user (turn 1) …: Good morning. |Are
        2.920  user (turn 1) …: Good morning. Are| you
        3.220  user (turn 1) …: Good morning. Are you| there?
        3.300  user falls silent
        3.450  user has spoken
        3.460    is Transcribing in turn 1
        3.600  user (turn 1): Good morning. Are you there?
        3.600      mouth: begins turn 1
        3.600    is Thinking in turn 1
        3.950  persona (turn 1, 1/8): Why should I care?
        3.950      says: Why should I care?
        3.950    is Speaking in turn 1
        4.150      mouth: has said all
        4.155  face (turn 1): voice.wav
        ",
    );
}

#[test]
fn where_the_listener_fails_the_stored_audio_is_transcribed() {
    let timeline =
        Scenario::conversation().user_talks(500, 2_000, "What does it cost?").listener(Does::Fails(700)).play(4_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.800  user has spoken
        2.810      is transcribed from the store, 2800 ms
        2.810    is Transcribing in turn 1
        2.910  user (turn 1): What does it cost?
        2.910      mouth: begins turn 1
        2.910    is Thinking in turn 1
        3.260  persona (turn 1, 1/8): Why should I care?
        3.260      says: Why should I care?
        3.260    is Speaking in turn 1
        3.460      mouth: has said all
        3.465  face (turn 1): voice.wav
        ",
    );
}

#[test]
fn where_the_listener_hangs_the_stored_audio_is_transcribed() {
    let timeline =
        Scenario::conversation().user_talks(500, 2_000, "What does it cost?").listener(Does::Hangs).play(18_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.800  user has spoken
        2.810    is Transcribing in turn 1
        17.810      is transcribed from the store, 2800 ms
        17.910  user (turn 1): What does it cost?
        17.910      mouth: begins turn 1
        17.910    is Thinking in turn 1
        18.260  persona (turn 1, 1/8): Why should I care?
        18.260      says: Why should I care?
        18.260    is Speaking in turn 1
        18.460      mouth: has said all
        18.465  face (turn 1): voice.wav
        ",
    );
}

#[test]
fn where_nobody_understands_it_the_turn_is_a_problem_and_the_next_one_works() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "What does it cost?")
        .listener(Does::Fails(700))
        .recogniser(Does::Fails(100))
        .user_talks(4_000, 5_000, "Hello?")
        .play(5_800);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.800  user has spoken
        2.810      is transcribed from the store, 2800 ms
        2.810    is Transcribing in turn 1
        2.910  problem: Transcribe Unavailable Some(1)
        2.910    is Listening
        4.100  user begins to speak
        4.100    is Hearing
        5.200  user falls silent
        5.350  user has spoken
        5.360    is Transcribing in turn 2
        5.500  user (turn 2): Hello?
        5.500      mouth: begins turn 2
        5.500    is Thinking in turn 2
        ",
    );
}

#[test]
fn who_is_muted_in_mid_sentence_has_said_what_was_heard() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_500, "We could give you ten percent, if you order")
        .microphone(1_500, false)
        .microphone(4_000, true)
        .user_talks(5_000, 6_000, "Are you there?")
        .play(7_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.000  user falls silent
        2.600  user has spoken
        2.610    is Transcribing in turn 1
        2.750  user (turn 1): We could give you
        2.750      mouth: begins turn 1
        2.750    is Thinking in turn 1
        3.100  persona (turn 1, 1/8): Why should I care?
        3.100      says: Why should I care?
        3.100    is Speaking in turn 1
        3.300      mouth: has said all
        3.305  face (turn 1): voice.wav
        4.440    is Listening
        5.100  user begins to speak
        5.100    is Hearing
        6.200  user falls silent
        6.350  user has spoken
        6.360    is Transcribing in turn 2
        6.500  user (turn 2): Are you there?
        6.500      mouth: begins turn 2
        6.500    is Thinking in turn 2
        6.850  persona (turn 2, 2/8): Why should I care?
        6.850      says: Why should I care?
        6.850    is Speaking in turn 2
        ",
    );
}

#[test]
fn an_echo_is_no_turn() {
    let timeline = Scenario::conversation().echo(500, 2_000).play(5_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        0.800  user falls silent
        0.800    is Listening
        ",
    );
}

#[test]
fn an_echo_behind_the_users_words_takes_only_itself_back() {
    let timeline =
        Scenario::conversation().user_talks(500, 1_500, "I would like to know").echo(1_800, 2_600).play(4_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        1.700  user falls silent
        1.900  user begins to speak
        2.100  user falls silent
        2.100  user has spoken
        2.110    is Transcribing in turn 1
        2.250  user (turn 1): I would like to know
        2.250      mouth: begins turn 1
        2.250    is Thinking in turn 1
        2.600  persona (turn 1, 1/8): Why should I care?
        2.600      says: Why should I care?
        2.600    is Speaking in turn 1
        2.800      mouth: has said all
        2.805  face (turn 1): voice.wav
        3.940    is Listening
        ",
    );
}

#[test]
fn the_client_may_end_the_turn_before_the_silence_does() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "What does it cost?")
        .client(2_050, Command::EndTurn)
        .play(2_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.050  user has spoken
        2.050    is Transcribing in turn 1
        2.200  user (turn 1): What does it cost?
        2.200      mouth: begins turn 1
        2.200    is Thinking in turn 1
        ",
    );
}

#[test]
fn another_language_is_spoken_from_the_next_turn_on() {
    let timeline = Scenario::conversation()
        .user_talks(500, 2_000, "Let us speak Chinese.")
        .persona(Does::Says(300, "As you like."))
        .client(3_400, Command::SetLanguage { language: "zh-CN".into(), voice: None })
        .user_talks(6_000, 7_500, "您觉得这个价格怎么样？")
        .persona(Does::Says(300, "太高了。"))
        .play(10_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.600  user begins to speak
        0.600    is Hearing
        2.200  user falls silent
        2.350  user has spoken
        2.360    is Transcribing in turn 1
        2.500  user (turn 1): Let us speak Chinese.
        2.500      mouth: begins turn 1
        2.500    is Thinking in turn 1
        2.850  persona (turn 1, 1/8): As you like.
        2.850      says: As you like.
        2.850    is Speaking in turn 1
        3.050      mouth: has said all
        3.055  face (turn 1): voice.wav
        3.830    is Listening
        6.100  user begins to speak
        6.100    is Hearing
        7.700  user falls silent
        7.850  user has spoken
        7.860    is Transcribing in turn 2
        8.000  user (turn 2): 您觉得这个价格怎么样？
        8.000      mouth: begins turn 2
        8.000    is Thinking in turn 2
        8.350  persona (turn 2, 2/8): 太高了。
        8.350      says (zh-CN): 太高了。
        8.350    is Speaking in turn 2
        8.550      mouth: has said all
        8.555  face (turn 2): voice.wav
        9.570    is Listening
        ",
    );
}

#[test]
fn typed_words_are_answered_aloud() {
    let timeline = Scenario::conversation().user_types(500, "What does it cost?").play(3_500);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.500  user (turn 1): What does it cost?
        0.500      mouth: begins turn 1
        0.500    is Thinking in turn 1
        0.850  persona (turn 1, 1/8): Why should I care?
        0.850      says: Why should I care?
        0.850    is Speaking in turn 1
        1.050      mouth: has said all
        1.055  face (turn 1): voice.wav
        2.190    is Listening
        ",
    );
}

#[test]
fn the_parts_of_a_turns_latency_are_its_whole() {
    let timeline = Scenario::conversation()
        .showing_latency()
        .set(|setting| setting.network_ms = 40)
        .user_talks(500, 2_000, "What does it cost?")
        .provider(Provider::Voice, Does::Well(180))
        .act(9_000, Act::Reach(Input::Tick))
        .play(9_000);
    assert_timeline(
        &timeline,
        "
        0.000    is Listening
        0.640  user begins to speak
        0.640    is Hearing
        2.240  user falls silent
        2.390  user has spoken
        2.400    is Transcribing in turn 1
        2.540  user (turn 1): What does it cost?
        2.540      mouth: begins turn 1
        2.540    is Thinking in turn 1
        2.890  persona (turn 1, 1/8): Why should I care?
        2.890      says: Why should I care?
        2.890    is Speaking in turn 1
        3.070      mouth: has said all
        3.075  face (turn 1): voice.wav
        4.290  latency (turn 1): 1170 = 350 silence + 10 stored + 140 transcribed + 300 token + 50 sentence + 180 audio + 140 played + 0 other
        4.290    is Listening
        ",
    );
}
