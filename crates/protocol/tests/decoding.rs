use bytes::Bytes;
use proptest::prelude::*;
use protocol::{
    ErrorCode, WireError,
    roleplay::{AudioChunk, Limits, Request, decode},
};
use session::{Command, TurnId};

const LIMITS: Limits = Limits { max_chunk_bytes: 1_000, max_text_chars: 20 };

fn read(text: &str) -> Result<Request, WireError> {
    decode(text, &[], &LIMITS)
}

#[track_caller]
fn message(text: &str) -> String {
    let error = read(text).expect_err("it is refused");
    assert_eq!(error.code, ErrorCode::BadEvent, "{error:?}");
    error.message
}

#[test]
fn an_audio_chunk_of_the_old_contract_is_read() {
    let chunk = AudioChunk { audio: Bytes::from_static(b"hello"), seq: None, mime_type: None };
    assert_eq!(
        read(r#"["audio-chunk",{"sessionId":"s","audioData":"aGVsbG8=","timestamp":1768600000123}]"#),
        Ok(Request::Audio { session: "s".into(), chunk })
    );
}

#[test]
fn audio_comes_as_base64_as_data_url_with_escapes_or_as_attachment() {
    let audio = |text: &str, attachments: &[Bytes]| match decode(text, attachments, &LIMITS) {
        Ok(Request::Audio { chunk, .. }) => chunk.audio,
        other => panic!("{other:?}"),
    };
    for text in [
        r#"["audio-chunk",{"sessionId":"s","audioData":"aGVsbG8_"}]"#,
        r#"["audio-chunk",{"sessionId":"s","audioData":"data:audio/webm;base64,aGVsbG8/"}]"#,
        r#"["audio-chunk",{"sessionId":"s","audioData":"aGVsbG8\/"}]"#,
        r#"["audio-chunk",{"sessionId":"s","audioData":"aGVs\nbG8/"}]"#,
    ] {
        if text.contains('_') {
            assert_eq!(read(text).unwrap_err().code, ErrorCode::BadAudio);
        } else {
            assert_eq!(audio(text, &[]), "hello?", "{text}");
        }
    }
    let attached = r#"["audio-chunk",{"sessionId":"s","audioData":{"_placeholder":true,"num":0},"seq":7}]"#;
    assert_eq!(audio(attached, &[Bytes::from_static(b"raw")]), "raw");
    assert!(decode(attached, &[], &LIMITS).unwrap_err().message.contains("attachment 0 did not come"));
}

#[test]
fn an_error_names_the_field_what_was_found_and_what_is_allowed() {
    assert_eq!(
        message(r#"["audio-chunk",{"sessionId":5,"audioData":""}]"#),
        "audio-chunk.sessionId: invalid type: integer `5`, expected a string"
    );
    assert_eq!(message(r#"["end-turn",{}]"#), "end-turn: missing field `sessionId`");
    assert_eq!(
        message(r#"["audio-chunk",{"sessionId":"s","audioData":[1,2]}]"#),
        "audio-chunk.audioData: invalid type: sequence, expected base64 text or a binary attachment"
    );
    assert_eq!(
        message(r#"["start-session",{"sessionId":"s","turnDetection":"magic"}]"#),
        "start-session.turnDetection: unknown variant `magic`, expected one of `threshold`, `manual`, `vad`"
    );
    assert_eq!(message(r#"["end-turn"]"#), "end-turn needs an object with its fields as the first argument");
    assert!(message(r#"["fly",{}]"#).starts_with("there is no event \"fly\"; this server takes start-session"));
    assert!(message("[]").contains("it has no name"));
    assert!(message("nonsense").contains("cannot be read"));
    assert!(message(r#"["set-language",{"sessionId":"s","language":"not a tag!"}]"#).contains("en-US"));
}

#[test]
fn what_is_too_large_is_refused_with_the_limit() {
    let chunk = format!(r#"["audio-chunk",{{"sessionId":"s","audioData":"{}"}}]"#, "A".repeat(4_000));
    let error = read(&chunk).unwrap_err();
    assert_eq!(error.code, ErrorCode::AudioTooLarge);
    assert!(error.message.contains("3000 bytes and may hold 1000"), "{}", error.message);
    assert!(
        message(r#"["transcription",{"sessionId":"s","text":"123456789012345678901","isFinal":true}]"#)
            .contains("transcription.text: it has 21 characters and may have 20")
    );
    let id = "7".repeat(65);
    assert!(
        message(&format!(r#"["transcription",{{"sessionId":"s","text":"1","isFinal":true,"id":"{id}"}}]"#))
            .contains("transcription.id: it has 65 characters and may have 64")
    );
}

#[test]
fn every_other_event_becomes_its_command() {
    let command = |text: &str| match read(text) {
        Ok(Request::Command { session, command }) => {
            assert_eq!(session, "s");
            command
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(command(r#"["end-session",{"sessionId":"s"}]"#), Command::End);
    assert_eq!(command(r#"["pause-session",{"sessionId":"s"}]"#), Command::Pause);
    assert_eq!(command(r#"["resume-session",{"sessionId":"s"},"more"]"#), Command::Resume);
    assert_eq!(
        command(r#"["interrupt",{"sessionId":"s","turnId":"1","playedMs":3.5}]"#),
        Command::Interrupt { played: Some((TurnId(1), 3)) }
    );
    assert_eq!(
        command(r#"["transcription",{"sessionId":"s","text":"hi","isFinal":false}]"#),
        Command::Saying { text: "hi".into() }
    );
    assert_eq!(
        command(r#"["playback-progress",{"sessionId":"s","turnId":"2","playedMs":-1.5,"done":true}]"#),
        Command::Played { turn: TurnId(2), played_ms: 0, done: true }
    );
    assert_eq!(
        read(r#"["coach-hint",{"sessionId":"s","text":"slower","to":"trainee"}]"#),
        Ok(Request::Hint { session: "s".into(), text: "slower".into() })
    );
    let say = |id: Option<&str>| {
        let (session, text, id) = ("s".to_owned(), "hi".to_owned(), id.map(str::to_owned));
        Ok(Request::Say { session, text, confidence: None, id })
    };
    assert_eq!(read(r#"["transcription",{"sessionId":"s","text":"hi","isFinal":true}]"#), say(None));
    assert_eq!(read(r#"["transcription",{"sessionId":"s","text":"hi","isFinal":true,"id":"7"}]"#), say(Some("7")));
    assert_eq!(read(r#"["ping"]"#), Ok(Request::Ping { t: None }));
    assert_eq!(read(r#"["ping",null]"#), Ok(Request::Ping { t: None }));
    assert_eq!(read(r#"["ping",{"t":5}]"#), Ok(Request::Ping { t: Some(5.0) }));
}

#[test]
fn event_names_may_be_escaped() {
    assert_eq!(read(r#"["pi\u006eg"]"#), Ok(Request::Ping { t: None }));
}

const SESSIONS: [&str; 2] = [r#""sessionId":"s""#, r#""sessionId":"\"audioData\":\"""#];
const AUDIO: [&str; 4] = [
    r#""audioData":"BASE64""#,
    r#""audioData":"""#,
    r#""audioData":"data:\u0041;base64,BASE64""#,
    r#""audioData":{"_placeholder":true,"num":0}"#,
];
const OTHERS: [&str; 5] = [
    r#""more":{"audioData":"QUFB"}"#,
    r#""x\"audioData":"QUFB""#,
    r#""audioData":"QUFB""#,
    r#""seq":5"#,
    r#""mimeType":"audio/\u77e5""#,
];

/// Of an audio chunk, and mostly of a good one.
fn fields() -> impl Strategy<Value = Vec<&'static str>> {
    let (session, audio) = (prop::sample::select(&SESSIONS[..]), prop::sample::select(&AUDIO[..]));
    let fields = (session, audio, prop::sample::subsequence(&OTHERS[..], 0..3));
    fields.prop_map(|(session, audio, others)| [vec![session, audio], others].concat()).prop_shuffle()
}

proptest! {
    #[test]
    fn audio_is_read_the_same_however_the_event_is_written(
        fields in fields(),
        audio in prop::collection::vec(any::<u8>(), 990..1_010),
        after in prop::sample::select(vec!["", r#",{"audioData":"QUFB"}"#, ",", "]"]),
    ) {
        let base64 = base64_simd::STANDARD.encode_to_string(&audio);
        let text = format!(r#"["audio-chunk",{{{}}}{after}]"#, fields.join(",")).replace("BASE64", &base64);
        let with_spaces = text.replace(r#""audioData":"#, r#""audioData" :"#);
        prop_assert_eq!(read(&text), read(&with_spaces));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*", attachment in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode(&text, &[Bytes::from(attachment)], &LIMITS);
    }

    #[test]
    fn no_arguments_make_it_panic(name in "(audio-chunk|start-session|transcription|ping)", json in r#"[\{\}\[\]",:a-z0-9\\]{0,60}"#) {
        let _ = decode(&format!("[\"{name}\",{json}]"), &[], &LIMITS);
    }
}
