use std::sync::Arc;

use audio::{Declared, Duet, Format, Intake, Limits, Segment};
use axum::http::Method;
use ports::{
    AnsweredRecord, Catalog as _, EndedRecord, HeardRecord, Journal as _, ObjectKey, Record, Role, SegmentRecord,
    SessionId, SpokenRecord, Timestamp,
};
use serde_json::Value;

use storage::{S3Config, S3Store};

use super::house::House;
use crate::clock;

const SPOKEN: &[u8] = include_bytes!("../../../tests/fixtures/chromium.webm");

/// What the intake makes of a browser's recording.
pub(super) fn segments() -> Vec<Segment> {
    let mut intake = Intake::new(Limits::default());
    let mut segments = Vec::new();
    for chunk in SPOKEN.chunks(20_000) {
        intake.push(chunk, &Declared::unknown()).unwrap();
        segments.extend(intake.cut());
    }
    segments
}

pub(super) async fn store(house: &House, session: &str, segments: &[Segment]) {
    let session = SessionId::parse(session).unwrap();
    for (number, segment) in (1..).zip(segments) {
        let object = ObjectKey::of_session(&session, "audio", number, segment.format.extension());
        house.app.objects.put(&object, segment.bytes(), segment.format.media_type()).await.unwrap();
        let record = SegmentRecord {
            number,
            object,
            media_type: segment.format.media_type().to_owned(),
            received_bytes: 20_000,
            duration_ms: segment.duration_ms,
            through_seq: None,
            part: None,
            intake_state: Vec::new(),
            event_seq: number,
            at: clock::now(),
        };
        house.database.record(&session, vec![Record::Segment(record)]).await.unwrap();
    }
}

pub(super) fn soon() -> Timestamp {
    Timestamp(clock::now().0 + 60_000)
}

#[tokio::test]
async fn a_session_tells_where_its_recording_plays() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let address = async || {
        let shown = house.get(&format!("/api/roleplay/session/{session}")).bearer(&token).send().await.json();
        shown["data"]["recordingUrl"].as_str().map(str::to_owned)
    };
    assert_eq!(address().await, None);
    store(&house, &session, &segments()).await;
    assert_eq!(house.get(&address().await.unwrap()).send().await.status, 200);
}

#[tokio::test]
async fn a_recording_plays_as_one_file_by_its_signed_address() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = house.session_of(&token).await;
    let segments = segments();
    assert!(segments.len() > 2);
    store(&house, &session, &segments).await;

    let path = house.app.media.sign_recording(&session, soon());
    let answer = house.get(&path).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some(Format::OggOpus.media_type()));
    assert_eq!(answer.header("content-disposition"), Some("inline; filename=\"recording.ogg\""));
    let expected = audio::decode(segments.iter().map(audio::Segment::bytes)).unwrap();
    assert!(expected.len() > 16_000);
    assert!(audio::decode([&answer.body]).unwrap() == expected, "it plays what was recorded");

    let head = house.ask(Method::HEAD, &path).send().await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), Some(Format::OggOpus.media_type()));
}

#[tokio::test]
async fn a_recording_does_without_what_is_no_longer_kept() {
    let house = House::new().await;
    let session = house.session_of(&house.token("kim", Role::Trainee)).await;
    let segments = segments();
    store(&house, &session, &segments).await;
    let lost = ObjectKey::of_session(&SessionId::parse(&session).unwrap(), "audio", 2, "ogg");
    house.app.objects.delete(&lost).await.unwrap();
    let answer = house.get(&house.app.media.sign_recording(&session, soon())).send().await;
    let played = audio::decode([&answer.body]).unwrap().len();
    let whole = audio::decode(segments.iter().map(audio::Segment::bytes)).unwrap().len();
    assert!(played > 0 && played < whole, "{played} of {whole}");
}

#[tokio::test]
async fn a_recordings_address_opens_that_recording_alone_and_not_for_ever() {
    let house = House::new().await;
    let good = house.app.media.sign_recording("one", soon());
    let old = house.app.media.sign_recording("one", Timestamp(clock::now().0 - 1));
    let of_an_object =
        house.app.media.sign(&ObjectKey::parse("one").unwrap(), soon()).replace("/media/", "/recordings/");
    for path in [good.replace("one", "two"), format!("{good}x"), old, of_an_object] {
        let answer = house.get(&path).send().await;
        assert_eq!(answer.failure(), (403, "This link is not valid or has expired".to_owned()), "{path}");
    }
    let nothing = house.get(&good).send().await;
    assert_eq!(nothing.failure(), (404, "Nothing was recorded in this session".to_owned()));
}

#[tokio::test]
async fn a_large_object_is_served_whole_and_in_parts() {
    let house = House::new().await;
    let object = ObjectKey::parse("sessions/s/recording.ogg").unwrap();
    let body: bytes::Bytes = (0..250_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>().into();
    house.app.objects.put(&object, body.clone(), "audio/ogg").await.unwrap();
    let path = house.app.media.sign(&object, soon());
    let whole = house.get(&path).send().await;
    assert_eq!((whole.status.as_u16(), whole.header("content-length")), (200, Some("1000000")));
    assert!(whole.body == body);
    for (asked, begin, end) in [("0-0", 0, 1), ("262143-262144", 262_143, 262_145), ("-600000", 400_000, 1_000_000)] {
        let part = house.get(&path).header("range", &format!("bytes={asked}")).send().await;
        let told = format!("bytes {begin}-{}/1000000", end - 1);
        assert_eq!((part.status.as_u16(), part.header("content-range")), (206, Some(told.as_str())), "{asked}");
        assert!(part.body == body.slice(begin..end), "{asked}");
    }
    let beyond = house.get(&path).header("range", "bytes=1000000-").send().await;
    assert_eq!((beyond.status.as_u16(), beyond.header("content-range")), (416, Some("bytes */1000000")));
    assert!(beyond.body.is_empty());
}

#[tokio::test]
async fn a_recording_plays_from_a_store_that_the_world_reaches() {
    let store = S3Store::new(&S3Config {
        bucket: "talks".to_owned(),
        endpoint_url: Some("http://minio:9000".to_owned()),
        region: "us-east-1".to_owned(),
        access_key: "id".to_owned(),
        secret_key: "hush".into(),
        path_style: true,
        public_base_url: Some("https://media.example.com".to_owned()),
    });
    let house = House::over(Arc::new(store)).await;
    let object = ObjectKey::parse("sessions/s/replies/000001.wav").unwrap();
    let answer = house.get(&house.app.media.sign(&object, soon())).send().await;
    assert_eq!(answer.status, 307);
    let address = answer.header("location").unwrap();
    let place = "https://media.example.com/talks/sessions/s/replies/000001.wav?";
    assert!(address.starts_with(place) && address.contains("X-Amz-Signature="), "{address}");
    let refused = house.get(&format!("{}x", house.app.media.sign(&object, soon()))).send().await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn who_may_read_a_session_may_hear_it() {
    let house = House::new().await;
    let (kim, lee, coach) =
        (house.token("kim", Role::Trainee), house.token("lee", Role::Trainee), house.token("carol", Role::Coach));
    let session = house.session_of(&kim).await;
    let path = format!("/api/roleplay/session/{session}/recording");
    let nothing = house.get(&path).bearer(&kim).send().await;
    assert_eq!(nothing.failure(), (404, "Nothing was recorded in this session".to_owned()));
    store(&house, &session, &segments()).await;
    for (token, status) in [(&kim, 200), (&lee, 403), (&coach, 200)] {
        assert_eq!(house.get(&path).bearer(token).send().await.status, status);
    }
    assert_eq!(house.get(&path).send().await.failure(), (401, "Authentication required".to_owned()));
}

/// A typed turn whose answer is a tone of a second, spoken at `at`.
pub(super) async fn speak(house: &House, session: &SessionId, at: Timestamp) -> Vec<i16> {
    answer(house, session, None, at).await
}

/// The same for a turn that was heard in these segments.
async fn answer(house: &House, session: &SessionId, segments: Option<(u64, u64)>, at: Timestamp) -> Vec<i16> {
    let tone: Vec<i16> =
        (0..16_000).map(|n| (f64::from(n) * 0.2).sin() * 8_000.0).map(|sample| sample as i16).collect();
    let object = ObjectKey::of_session(session, "replies", 1, "wav");
    house.app.objects.put(&object, audio::wav::encode(&tone, 16_000).into(), "audio/wav").await.unwrap();
    let heard = HeardRecord {
        turn: 1,
        text: "Hello".to_owned(),
        language: "en-US".to_owned(),
        confidence: None,
        provider: "typed".to_owned(),
        segments,
        said_as: None,
        duration_ms: 0,
        event_seq: 1,
        at,
    };
    let answered = AnsweredRecord {
        turn: 1,
        text: "Yes?".to_owned(),
        provider: "scenario".to_owned(),
        usage: None,
        event_seq: 2,
        at,
    };
    let spoken = SpokenRecord { turn: 1, object, duration_ms: 1_000, event_seq: 3, at };
    let records = vec![Record::Heard(heard), Record::Answered(answered), Record::Spoken(spoken)];
    house.database.record(session, records).await.unwrap();
    tone
}

pub(super) async fn end(house: &House, session: &SessionId, at: Timestamp) {
    let reason = "user_ended".to_owned();
    let ended = EndedRecord { reason, duration_ms: 1, turns: 1, event_seq: 4, at };
    house.database.record(session, vec![Record::Ended(ended)]).await.unwrap();
}

pub(super) async fn record_pending(house: &House) {
    house.app.archive.record_pending(clock::now).await.unwrap();
}

pub(super) async fn session_of_kim(house: &House) -> SessionId {
    SessionId::parse(&house.session_of(&house.token("kim", Role::Trainee)).await).unwrap()
}

async fn stored(house: &House, session: &SessionId) -> bytes::Bytes {
    let object = house.database.recording(session).await.unwrap().unwrap();
    house.app.objects.get(&object).await.unwrap()
}

#[tokio::test]
async fn a_session_that_ended_has_one_recording_of_both_voices_that_a_player_may_seek_in() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    let segments = segments();
    store(&house, session.as_str(), &segments).await;
    let trainee = audio::decode(segments.iter().map(audio::Segment::bytes)).unwrap();
    let after = Timestamp(clock::now().0 + trainee.len() as i64 / 16 + 2_000);
    speak(&house, &session, after).await;
    record_pending(&house).await;
    assert_eq!(house.database.recording(&session).await, Ok(None), "it has not ended");
    end(&house, &session, Timestamp(after.0 + 1_000)).await;
    record_pending(&house).await;

    let path = house.app.media.sign_recording(session.as_str(), soon());
    let answer = house.get(&path).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("audio/ogg; codecs=opus"));
    let part = house.get(&path).header("range", "bytes=0-3").send().await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"OggS"[..]));

    let whole = audio::decode([&answer.body]).unwrap();
    let loudness = |samples: &[i16]| samples.iter().map(|sample| f64::from(sample.abs_diff(0))).sum::<f64>();
    assert!(loudness(&whole[..trainee.len()]) > 0.3 * loudness(&trainee), "the trainee is heard first");
    let persona = whole.len() - 48_000..whole.len();
    assert!(loudness(&whole[persona]) > 16_000.0 * 1_000.0, "the persona is heard after that");
    assert!(whole.len() > trainee.len() + 2 * 16_000);
}

#[tokio::test]
async fn a_report_tells_where_its_recording_plays_what_was_said() {
    let house = House::new().await;
    let token = house.token("kim", Role::Trainee);
    let session = SessionId::parse(&house.session_of(&token).await).unwrap();
    store(&house, session.as_str(), &segments()).await;
    let recorded = house.database.segments(&session).await.unwrap();
    let length: u64 = recorded.iter().map(|segment| segment.duration_ms).sum();
    let origin = recorded.iter().map(|segment| segment.at.0 - segment.duration_ms as i64).min().unwrap();
    let at = Timestamp(origin + length as i64 + 2_000);
    answer(&house, &session, Some((1, recorded.len() as u64)), at).await;
    end(&house, &session, Timestamp(at.0 + 700)).await;
    let shown = async || {
        let path = format!("/api/roleplay/session/{session}");
        house.get(&path).bearer(&token).send().await.json()["data"].take()
    };
    let before = shown().await;
    assert_eq!(before["recordingPending"], true);
    assert!(before["messages"].as_array().unwrap().iter().all(|message| message["recordingAtMs"].is_null()));

    record_pending(&house).await;
    let after = shown().await;
    assert_eq!(after["recordingPending"], false);
    let [opening, user, ai] = after["messages"].as_array().unwrap().as_slice() else { panic!("{after}") };
    let place = |message: &Value| (message["recordingAtMs"].as_u64(), message["recordedMs"].as_u64());
    assert_eq!((place(opening), place(ai)), ((None, None), (Some(length + 2_000), Some(700))));
    let (begin, heard) = place(user);
    assert!(heard.unwrap() > 0 && begin.unwrap() + heard.unwrap() <= length + 2_000, "{user}");
    assert_eq!(after["delivery"]["turns"][0]["personaMs"], 700);
    assert!(after["delivery"]["pauses"].is_object(), "somebody listened for pauses");
}

#[tokio::test]
async fn a_recording_of_the_persona_alone_is_asked_for_again_until_it_is_made() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    let path = house.app.media.sign_recording(session.as_str(), soon());
    let nothing = (404, "Nothing was recorded in this session".to_owned());
    assert_eq!(house.get(&path).send().await.failure(), nothing);
    let now = clock::now();
    speak(&house, &session, now).await;
    let early = house.get(&path).send().await;
    assert_eq!(early.header("retry-after"), Some("5"));
    let not_yet = "The recording is made when the session is over; try again in a few seconds";
    assert_eq!(early.failure(), (503, not_yet.to_owned()));

    end(&house, &session, Timestamp(now.0 + 300)).await;
    record_pending(&house).await;
    assert_eq!(house.get(&path).send().await.status, 200);
    let object = house.database.recording(&session).await.unwrap().unwrap();
    house.app.objects.delete(&object).await.unwrap();
    assert_eq!(house.get(&path).send().await.failure(), nothing, "it is no longer kept");
}

#[tokio::test]
async fn the_personas_voice_is_on_the_right() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    let now = clock::now();
    let tone = speak(&house, &session, now).await;
    end(&house, &session, Timestamp(now.0 + 300)).await;
    record_pending(&house).await;
    let mut duet = Duet::new();
    let mut expected = duet.push(&vec![0; tone.len()], &tone);
    expected.extend(duet.finish());
    assert!(stored(&house, &session).await == expected);
}

#[tokio::test]
async fn making_a_recording_again_makes_the_same_and_what_was_only_heard_is_not_encoded_again() {
    let house = House::new().await;
    let (spoken, heard) = (session_of_kim(&house).await, session_of_kim(&house).await);
    for session in [&spoken, &heard] {
        store(&house, session.as_str(), &segments()).await;
    }
    speak(&house, &spoken, clock::now()).await;
    for session in [&spoken, &heard] {
        let streamed = house.get(&house.app.media.sign_recording(session.as_str(), soon())).send().await.body;
        end(&house, session, soon()).await;
        record_pending(&house).await;
        let first = stored(&house, session).await;
        assert_eq!(first == streamed, session == &heard);
        house.behind_our_back("DELETE FROM recordings WHERE session_id = $1", session.as_str()).await;
        record_pending(&house).await;
        assert!(stored(&house, session).await == first);
    }
}

#[tokio::test]
async fn a_session_in_which_nobody_spoke_has_no_recording_and_is_not_asked_again() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    end(&house, &session, clock::now()).await;
    record_pending(&house).await;
    let waiting = house.database.unrecorded_sessions(soon(), 10).await.unwrap();
    assert_eq!((house.app.archive.pending(), waiting.total), (0, 0));
    let answer = house.get(&house.app.media.sign_recording(session.as_str(), soon())).send().await;
    assert_eq!(answer.failure(), (404, "Nothing was recorded in this session".to_owned()));
}

#[tokio::test]
async fn what_the_persona_would_have_said_after_the_end_is_not_recorded() {
    let house = House::new().await;
    let session = session_of_kim(&house).await;
    store(&house, session.as_str(), &segments()).await;
    let now = clock::now();
    speak(&house, &session, Timestamp(now.0 + 60_000)).await;
    end(&house, &session, Timestamp(now.0 + 5_000)).await;
    record_pending(&house).await;
    let seconds = audio::decode([&stored(&house, &session).await]).unwrap().len() / 16_000;
    assert!(seconds < 20, "{seconds} seconds");
}
