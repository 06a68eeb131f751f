//! What must be true at the end, whatever happened.

use std::collections::BTreeSet;

use ports::{Journal as _, ObjectKey, ObjectStore, SegmentRecord, SessionId, SessionStatus};
use testkit::SocketEvent;

use crate::{place::Place, recorder::Recorder};

pub(crate) struct Kept {
    pub(crate) segments: Vec<SegmentRecord>,
    pub(crate) files: Vec<bytes::Bytes>,
}

impl Kept {
    /// Everything stored of an ended session, after checking that it is what the client was told.
    pub(crate) async fn of(place: &Place, recorder: &Recorder) -> Self {
        let (database, objects) = (place.database().await, place.objects().await);
        let session = SessionId::parse(&recorder.session).unwrap();
        let segments = database.segments(&session).await.unwrap();
        let numbers = segments.iter().map(|segment| segment.number);
        assert!(numbers.eq(1..=segments.len() as u64), "{segments:?}");
        all_that_is_written_down(objects.as_ref(), &session, &segments).await;
        let mut files = Vec::new();
        for segment in &segments {
            files.push(objects.get(&segment.object).await.unwrap());
        }
        every_turn_is_kept(&database.turns(&session).await.unwrap(), &recorder.told);
        every_event_number_is_new(&recorder.told);
        let row = ports::Catalog::session(&database, &session).await.unwrap().unwrap();
        assert_eq!(row.status, SessionStatus::Completed);
        Self { segments, files }
    }

    /// The stored samples, where samples were sent.
    pub(crate) fn samples(&self) -> Vec<u8> {
        const WAV_HEADER: usize = 44;
        self.files.iter().flat_map(|file| file[WAV_HEADER..].to_vec()).collect()
    }
}

/// What else is stored was stored by a process that died before it wrote that down, and was stored again by the next one.
async fn all_that_is_written_down(objects: &dyn ObjectStore, session: &SessionId, segments: &[SegmentRecord]) {
    let folder = format!("{}/audio/", ObjectKey::session_prefix(session));
    let found: Vec<_> = objects.list(&folder).await.unwrap().into_iter().map(|object| object.key).collect();
    let number =
        |key: &ObjectKey| key.as_str().rsplit('/').next().and_then(|name| name.split('.').next()).map(str::to_owned);
    let written: BTreeSet<_> = segments.iter().map(|segment| number(&segment.object)).collect();
    assert!(segments.iter().all(|segment| found.contains(&segment.object)), "{found:?}");
    assert!(found.iter().all(|key| written.contains(&number(key))), "audio is stored that no record knows: {found:?}");
}

fn every_turn_is_kept(turns: &[ports::TurnRecord], told: &[SocketEvent]) {
    for event in told {
        let turn = || event.payload["turnId"].as_str().unwrap().parse::<u32>().unwrap();
        let text = event.payload["text"].as_str();
        let kept = || turns.iter().find(|known| known.heard.turn == turn());
        let kept = match event.name.as_str() {
            "transcription" => kept().map(|known| known.heard.text.as_str()),
            "ai-response" => kept().and_then(|known| known.answered.as_ref()).map(|answered| answered.text.as_str()),
            _ => continue,
        };
        assert_eq!(kept, text, "{} was told and is not kept: {}", event.name, event.payload);
    }
}

fn every_event_number_is_new(told: &[SocketEvent]) {
    let mut seen = BTreeSet::new();
    for event in told {
        if let Some(seq) = event.payload["eventSeq"].as_u64() {
            assert!(seen.insert(seq), "event {seq} came twice, the second time as {}", event.name);
            assert_eq!(seen.last(), Some(&seq), "event {seq} came late, as {}", event.name);
        }
    }
}
