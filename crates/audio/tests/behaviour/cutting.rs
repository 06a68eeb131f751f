//! Where chunks, segments and processes begin and end changes nothing.

use audio::{Declared, Intake, Limits, Segment, decode};
use proptest::prelude::*;

use crate::common::{RECORDINGS, fixture, intake, packets, whole};

/// Headers and the first second: enough to meet every kind of element at every byte.
const BEGINNING: usize = 16_000;

fn streams() -> impl Iterator<Item = (String, Vec<u8>)> {
    let recordings = RECORDINGS.iter().map(|name| ((*name).to_owned(), fixture(name)));
    let wav = fixture("sentence.wav");
    let samples = wav[100..].to_vec();
    recordings.chain([("sentence.wav".to_owned(), wav), ("samples".to_owned(), samples)])
}

#[test]
fn a_chunk_may_end_at_any_byte() {
    for (name, stream) in streams() {
        let beginning = &stream[..BEGINNING];
        let expected = whole([beginning]);
        assert!(!expected.is_empty(), "{name}");
        for at in 1..BEGINNING {
            let (first, second) = beginning.split_at(at);
            assert_eq!(whole([first, second]), expected, "{name} at {at}");
        }
    }
}

#[test]
fn chunks_may_be_single_bytes() {
    for (name, stream) in streams() {
        assert_eq!(whole(stream.chunks(1)), whole([&stream[..]]), "{name}");
    }
}

#[test]
fn a_segment_and_a_process_may_end_at_any_byte() {
    for (name, stream) in streams() {
        let beginning = &stream[..BEGINNING];
        let expected = packets(&whole([beginning]));
        for at in 1..BEGINNING {
            assert_eq!(packets(&cut_and_restore(beginning, &[at])), expected, "{name} at {at}");
        }
    }
}

#[test]
fn a_state_is_little_more_than_the_unfinished_element() {
    for (name, stream) in streams() {
        let mut intake = intake();
        for chunk in stream.chunks(1000) {
            intake.push(chunk, &Declared::unknown()).unwrap();
            let size = intake.state().len();
            assert!(size < 8000, "{name}: {size}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segments_cut_anywhere_hold_the_same_packets_and_sound_the_same(
        name in 0..RECORDINGS.len(),
        mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let stream = fixture(RECORDINGS[name]);
        let uncut = whole([&stream[..]]);
        cuts.sort_by_key(|cut| cut.index(stream.len()));
        let cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        let segments = cut_and_restore(&stream, &cuts);
        prop_assert!(packets(&segments) == packets(&uncut));
        prop_assert!(heard(&segments) == heard(&uncut));
    }

    #[test]
    fn samples_cut_anywhere_are_the_same_bytes(
        samples in proptest::collection::vec(any::<i16>(), 20..500),
        mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..10),
    ) {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        cuts.sort_by_key(|cut| cut.index(bytes.len()));
        let cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        let segments = cut_and_restore(&bytes, &cuts);
        prop_assert_eq!(packets(&segments), vec![bytes]);
        prop_assert_eq!(heard(&segments), samples);
    }
}

/// Pushes the stream in pieces; after each one segments are cut and another process goes on.
fn cut_and_restore(stream: &[u8], cuts: &[usize]) -> Vec<Segment> {
    let mut intake = intake();
    let mut segments = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([stream.len()]) {
        intake.push(&stream[start..end], &Declared::unknown()).unwrap();
        segments.extend(intake.cut());
        intake = Intake::restore(&intake.state(), Limits::default()).unwrap();
        start = end;
    }
    segments
}

fn heard(segments: &[Segment]) -> Vec<i16> {
    decode(segments.iter().map(Segment::bytes)).unwrap()
}
