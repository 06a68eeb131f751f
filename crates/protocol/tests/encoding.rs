use protocol::roleplay::{Addresses, Stamp, View, encode, event_name};
use serde_json::{Value, json};
use session::{
    Animation, EndReason, Event, Failure, FailureKind, Finish, Heard, MouthShape, Problem, Source, Stage, State,
    Stored, TurnId, Usage, Viseme,
};

fn told(event: &Event, extended: bool) -> (&'static str, Value) {
    let view = View { extended, addresses: &Host };
    let stamp = Stamp { session: "s", event_seq: 7, timestamp: 1_000 };
    let told = encode(stamp, event, &view);
    (event_name(&told), serde_json::to_value(told).expect("it is JSON"))
}

struct Host;

impl Addresses for Host {
    fn media(&self, object: &str) -> Option<String> {
        Some(format!("http://host/media/{object}"))
    }

    fn recording(&self, session: &str) -> String {
        format!("http://host/recording/{session}")
    }

    fn report(&self, session: &str) -> String {
        format!("http://host/report/{session}")
    }
}

fn demo() -> Source {
    Source { provider: "scripted".into(), demo: true }
}

#[test]
fn r1_every_event_carries_session_number_and_time() {
    let (name, body) = told(&Event::State { state: State::Listening, turn: None }, false);
    assert_eq!(name, "session-state");
    assert_eq!(body, json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "state": "listening"}));
}

#[test]
fn stored_audio_is_acknowledged_with_its_size_and_its_last_number() {
    let stored = Stored {
        bytes: 32_100,
        first_segment: 3,
        last_segment: 3,
        duration_ms: 900,
        first_seq: Some(4),
        last_seq: Some(9),
    };
    let (name, body) = told(&Event::AudioStored(stored), false);
    assert_eq!(name, "audio-received");
    assert_eq!(
        body,
        json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "audioSize": 32100, "segmentId": "3",
               "throughSeq": 9, "durationMs": 900})
    );
}

#[test]
fn a_transcription_says_where_it_comes_from() {
    let audio = Heard { first_segment: 2, last_segment: 3, duration_ms: 900, first_seq: None, last_seq: None };
    let transcript = Event::Transcript {
        turn: TurnId(2),
        text: "hello".into(),
        language: "en-US".into(),
        confidence: None,
        by: demo(),
        audio: Some(Box::new(audio)),
    };
    let (name, body) = told(&transcript, false);
    assert_eq!(name, "transcription");
    assert_eq!(
        body,
        json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "text": "hello", "turnId": "2", "language": "en-US",
               "provider": "scripted", "demo": true,
               "audio": {"firstSeq": null, "lastSeq": null, "durationMs": 900, "segmentIds": ["2", "3"]}})
    );
}

#[test]
fn a_reply_counts_answers_as_the_old_contract_does() {
    let reply = Event::Reply {
        turn: TurnId(2),
        text: "No.".into(),
        count: 1,
        max: 8,
        by: Source { provider: "openai".into(), demo: false },
        finish: Finish::Stop,
        usage: Some(Usage { input_tokens: 5, output_tokens: 2 }),
    };
    let (name, body) = told(&reply, false);
    assert_eq!(name, "ai-response");
    assert_eq!(
        body,
        json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "text": "No.", "turnCount": 1, "maxTurns": 8,
               "turnId": "2", "provider": "openai", "finishReason": "stop",
               "usage": {"inputTokens": 5, "outputTokens": 2}})
    );
}

#[test]
fn urls_that_do_not_exist_are_empty_for_an_old_client_and_null_for_a_new_one() {
    let viseme = Viseme { at_ms: 40, shape: MouthShape::Open };
    let animation = Animation { video_url: None, visemes: vec![viseme], expression: Some("neutral".into()) };
    let face = Event::Face {
        turn: TurnId(1),
        audio: Some("k".into()),
        duration_ms: 1_500,
        animation: Some(Box::new(animation)),
        by: None,
    };
    let (name, old) = told(&face, false);
    assert_eq!(name, "avatar-response");
    assert_eq!(
        old,
        json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "videoUrl": "", "audioUrl": "http://host/media/k",
               "duration": 1500, "turnId": "1", "kind": "visemes", "visemes": [{"atMs": 40, "shape": "open"}],
               "expression": "neutral"})
    );
    let (_, new) = told(&face, true);
    assert_eq!(new["videoUrl"], Value::Null);
}

#[test]
fn what_is_lost_is_said_and_not_to_be_tried_again() {
    let (name, told) = told(&Event::AudioLost { bytes: 1_234 }, false);
    assert_eq!((name, &told["code"], &told["retryable"]), ("error", &json!("STORAGE_UNAVAILABLE"), &json!(false)));
    assert!(told["message"].as_str().is_some_and(|message| message.contains("1234 bytes")), "{told}");
}

#[test]
fn old_literals_stay_in_message_and_type() {
    let problem = |stage| {
        let failure = Failure::new(FailureKind::TimedOut);
        told(&Event::Problem(Problem { stage, turn: Some(TurnId(1)), failure }), false).1
    };
    let heard = problem(Stage::Transcribe);
    assert_eq!((&heard["message"], &heard["type"]), (&json!("Failed to process audio"), &json!("STT_ERROR")));
    assert_eq!(heard["code"], "STT_FAILED");
    let answer = problem(Stage::Answer);
    assert_eq!(
        (&answer["message"], &answer["type"]),
        (&json!("Failed to generate response"), &json!("AI_RESPONSE_ERROR"))
    );
    assert_eq!(answer["turnId"], "1");
}

#[test]
fn what_is_refused_is_not_to_be_tried_again_and_says_who_can_help() {
    let problem = |stage, kind| {
        let failure = Failure::new(kind);
        told(&Event::Problem(Problem { stage, turn: Some(TurnId(1)), failure }), false).1
    };
    for (stage, begins) in [
        (Stage::Transcribe, "Failed to process audio: the speech recogniser refuses; tell whoever runs this server"),
        (Stage::Answer, "Failed to generate response: the language model refuses; tell whoever runs this server"),
        (Stage::Speak, "The reply could not be spoken; it is shown as text: the voice refuses; tell"),
        (Stage::Animate, "The avatar could not be animated; the reply is not affected: the avatar refuses; tell"),
    ] {
        let refused = problem(stage, FailureKind::Rejected);
        assert!(refused["message"].as_str().is_some_and(|message| message.starts_with(begins)), "{refused}");
        assert_eq!(refused["retryable"], false, "{refused}");
        for passing in [FailureKind::Unavailable, FailureKind::RateLimited, FailureKind::TimedOut, FailureKind::Garbled]
        {
            assert_eq!(problem(stage, passing)["retryable"], true, "{passing:?}");
        }
    }
    let kept = problem(Stage::Store, FailureKind::Rejected);
    assert_eq!(kept["retryable"], true, "it is kept and tried again: {kept}");
}

#[test]
fn the_end_is_told_in_the_old_contracts_words() {
    let end = |reason| told(&Event::Ended { reason, turns: 3, duration_ms: 61_234 }, false);
    let (name, body) = end(EndReason::UserEnded);
    assert_eq!(name, "session-ended");
    assert_eq!(
        body,
        json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "reason": "user_ended", "totalTurns": 3,
               "duration": 61234, "audioUrl": "http://host/recording/s", "turns": 3,
               "recordingUrl": "http://host/recording/s", "reportUrl": "http://host/report/s"})
    );
    assert_eq!(end(EndReason::Suspended).1["code"], "SHUTTING_DOWN");
}

#[test]
fn a_session_that_ends_by_itself_says_why_beside_the_old_contracts_reason() {
    let end = |reason| told(&Event::Ended { reason, turns: 3, duration_ms: 61_234 }, false);
    let wanted = |reason, cause| {
        let body = json!({"sessionId": "s", "eventSeq": 7, "timestamp": 1000, "reason": reason, "cause": cause,
                          "totalTurns": 3});
        ("session-force-ended", body)
    };
    assert_eq!(end(EndReason::Idle), wanted("timeout", "idle"));
    assert_eq!(end(EndReason::MaxLength), wanted("timeout", "max-length"));
    assert_eq!(end(EndReason::Disconnected), wanted("client_disconnect", "disconnected"));
}
