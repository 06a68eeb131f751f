use audio::{Declared, Format, Intake, Limits, Segment};
use axum::http::Method;
use ports::{Journal as _, ObjectKey, Record, Role, SegmentRecord, SessionId, Timestamp};

use super::house::House;
use crate::clock;

const SPOKEN: &[u8] = include_bytes!("../../../tests/fixtures/chromium.webm");

/// What the intake makes of a browser's recording.
fn segments() -> Vec<Segment> {
    let mut intake = Intake::new(Limits::default());
    let mut segments = Vec::new();
    for chunk in SPOKEN.chunks(20_000) {
        intake.push(chunk, &Declared::unknown()).unwrap();
        segments.extend(intake.cut());
    }
    segments
}

async fn store(house: &House, session: &str, segments: &[Segment]) {
    let session = SessionId::parse(session).unwrap();
    for (number, segment) in (1..).zip(segments) {
        let object = ObjectKey::of_session(&session, "audio", number, segment.format.extension());
        house.app.objects.put(&object, segment.bytes.clone(), segment.format.media_type()).await.unwrap();
        let record = SegmentRecord {
            number,
            object,
            media_type: segment.format.media_type().to_owned(),
            received_bytes: 20_000,
            duration_ms: segment.duration_ms,
            through_seq: None,
            intake_state: Vec::new(),
            event_seq: number,
            at: clock::now(),
        };
        house.database.record(&session, vec![Record::Segment(record)]).await.unwrap();
    }
}

fn soon() -> Timestamp {
    Timestamp(clock::now().0 + 60_000)
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
    let expected = audio::decode(segments.iter().map(|segment| &segment.bytes)).unwrap();
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
    let whole = audio::decode(segments.iter().map(|segment| &segment.bytes)).unwrap().len();
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
