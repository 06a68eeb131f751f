//! What is heard while it arrives is what is heard of it later.

use audio::{Declared, Intake, Limits, LiveDecoder, Segment, decode, wav};
use proptest::prelude::*;

use crate::common::{RECORDINGS, fixture, intake};

/// Everything that can arrive, with what a client would say of it.
fn streams() -> Vec<(&'static str, Vec<u8>, Declared)> {
    let mut streams: Vec<_> =
        RECORDINGS.iter().map(|name| (*name, fixture(name), Declared::parse("audio/webm"))).collect();
    let wav = fixture("sentence.wav");
    let samples = wav[wav::HEADER..].to_vec();
    streams.push(("samples at 44.1 kHz in stereo", samples.clone(), Declared::pcm(44_100, 2)));
    streams.push(("samples", samples, Declared::pcm(16_000, 1)));
    streams.push(("sentence.wav", wav, Declared::unknown()));
    streams
}

/// What was heard after each chunk, and the segments of a cut after each, in the end with what the resampler held.
fn listen(chunks: &[&[u8]], declared: &Declared) -> (Vec<i16>, Vec<Segment>) {
    let mut intake = intake();
    let mut live = LiveDecoder::new();
    let (mut heard, mut segments) = (Vec::new(), Vec::new());
    for chunk in chunks {
        intake.push_heard(chunk, declared, &mut live).unwrap();
        heard.extend(live.take());
        segments.extend(intake.cut());
    }
    heard.extend(live.finish());
    (heard, segments)
}

fn stored(segments: &[Segment]) -> Vec<i16> {
    decode(segments.iter().map(Segment::bytes)).unwrap()
}

#[test]
fn a_stream_in_chunks_of_any_size_sounds_live_as_it_will_when_it_is_stored() {
    for (name, stream, declared) in streams() {
        let mut expected = None;
        for size in [1, 97, 4096, stream.len()] {
            let (heard, segments) = listen(&stream.chunks(size).collect::<Vec<_>>(), &declared);
            assert!(heard.len() > 16_000, "{name}: {}", heard.len());
            assert!(heard == stored(&segments), "{name} in chunks of {size}");
            assert!(heard == *expected.get_or_insert_with(|| heard.clone()), "{name} in chunks of {size}");
        }
    }
}

#[test]
fn sound_is_heard_with_the_chunk_that_brings_it() {
    for (name, stream, declared) in streams() {
        let mut intake = intake();
        let mut live = LiveDecoder::new();
        let mut heard = 0;
        for chunk in stream.chunks(1000) {
            intake.push_heard(chunk, &declared, &mut live).unwrap();
            heard += live.take().len() as u64;
            let late_ms = intake.pending_ms().saturating_sub(heard / 16);
            assert!(late_ms <= 90, "{name}: {late_ms} ms late");
        }
    }
}

#[test]
fn a_listener_that_comes_late_hears_from_then_on() {
    let webm = fixture("chromium.webm");
    let (before, after) = webm.split_at(30_000);
    let mut intake = intake();
    intake.push(before, &Declared::unknown()).unwrap();
    intake.cut();
    let mut live = LiveDecoder::new();
    intake.push_heard(after, &Declared::unknown(), &mut live).unwrap();
    let heard = live.finish();
    assert!(heard.len() > 16_000 && heard == stored(&intake.cut()));
}

#[test]
fn a_listener_that_looks_away_misses_only_that() {
    let samples: Vec<u8> = (0..3000_i16).flat_map(i16::to_le_bytes).collect();
    let mut intake = intake();
    let mut live = LiveDecoder::new();
    let declared = Declared::pcm(16_000, 1);
    intake.push_heard(&samples[..2000], &declared, &mut live).unwrap();
    intake.push(&samples[2000..4000], &declared).unwrap();
    intake.push_heard(&samples[4000..], &declared, &mut live).unwrap();
    assert_eq!(live.take(), (0..1000).chain(2000..3000).collect::<Vec<i16>>());
}

#[test]
fn recorders_that_follow_one_another_are_heard_one_after_another() {
    let parts: Vec<_> = ["chromium.webm", "aac.mp4", "sentence.wav", "pages.ogg", "aac.mp4"].map(fixture).into();
    let (heard, segments) = listen(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>(), &Declared::unknown());
    assert_eq!(segments.len(), parts.len());
    assert!(heard == stored(&segments));
}

#[test]
fn a_stream_in_which_nothing_came_leaves_no_seam() {
    let aac = fixture("aac.mp4");
    let webm = fixture("chromium.webm");
    let header = webm.windows(4).position(|window| window == [0x1f, 0x43, 0xb6, 0x75]).unwrap();
    let (heard, segments) = listen(&[&aac[..], &webm[..header], &aac[..]], &Declared::unknown());
    assert_eq!(segments.len(), 2);
    assert!(heard == stored(&segments));
}

#[test]
fn a_few_bytes_that_claim_minutes_are_kept_but_not_all_heard() {
    const SILENCE_OF_120_MS: [u8; 2] = [0x1b, 2];
    let mut intake = intake();
    let mut live = LiveDecoder::new();
    for _ in 0..1000 {
        intake.push_heard(&SILENCE_OF_120_MS, &Declared::opus_packets(1), &mut live).unwrap();
    }
    assert_eq!(intake.pending_ms(), 120_000);
    assert_eq!((live.missed_ms(), live.take().len()), (90_000, 30 * 16_000));
    intake.push_heard(&SILENCE_OF_120_MS, &Declared::opus_packets(1), &mut live).unwrap();
    assert_eq!((live.missed_ms(), live.take().len()), (90_000, 1920));
}

#[test]
fn what_is_left_out_is_not_heard() {
    let limits = Limits { pending_ms: 1000, ..Limits::default() };
    let mut intake = Intake::new(limits);
    let mut live = LiveDecoder::new();
    let wav = fixture("sentence.wav");
    let errors = wav.chunks(3200).filter(|chunk| intake.push_heard(chunk, &Declared::unknown(), &mut live).is_err());
    assert!(errors.count() > 10);
    assert!(live.finish() == stored(&intake.cut()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_anywhere_change_nothing_of_what_is_heard(
        name in 0..RECORDINGS.len() + 3,
        mut ends in proptest::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let (_, stream, declared) = streams().swap_remove(name);
        ends.sort_by_key(|end| end.index(stream.len()));
        let mut rest = (&stream[..], 0);
        let mut chunks: Vec<&[u8]> = Vec::new();
        for end in ends.iter().map(|end| end.index(stream.len())) {
            let (chunk, later) = rest.0.split_at(end - rest.1);
            chunks.push(chunk);
            rest = (later, end);
        }
        chunks.push(rest.0);
        let (heard, segments) = listen(&chunks, &declared);
        prop_assert!(heard == stored(&segments));
    }

    #[test]
    fn another_process_goes_on_listening_where_it_begins(
        name in 0..RECORDINGS.len() + 3,
        end in any::<prop::sample::Index>(),
    ) {
        let (_, stream, declared) = streams().swap_remove(name);
        let (before, after) = stream.split_at(end.index(stream.len()));
        let mut first = intake();
        first.push_heard(before, &declared, &mut LiveDecoder::new()).unwrap();
        first.cut();
        let mut second = Intake::restore(&first.state(), Limits::default()).unwrap();
        let mut live = LiveDecoder::new();
        second.push_heard(after, &declared, &mut live).unwrap();
        prop_assert!(live.finish() == stored(&second.cut()));
    }
}
