//! The whole recording comes out of its segments.

use std::sync::Arc;

use audio::{AudioError, Composer, Declared, Format, Segment, decode};

use crate::common::{arrivals, compose, fixture, intake, packets, whole};

fn segments_of(chunks: &[Vec<u8>]) -> Vec<Segment> {
    let mut intake = intake();
    let mut segments = Vec::new();
    for chunk in chunks {
        intake.push(chunk, &Declared::unknown()).unwrap();
        segments.extend(intake.cut());
    }
    segments
}

#[test]
fn a_recording_is_put_together_from_its_segments_without_a_seam() {
    for (name, chunks) in arrivals() {
        let segments = segments_of(&chunks);
        let (format, file) = compose(&segments);
        let expected = if name == "aac.mp4" { Format::Wav } else { Format::OggOpus };
        assert_eq!(format, expected, "{name}");
        let uncut = decode(segments.iter().map(Segment::bytes)).unwrap();
        assert!(decode([&file]).unwrap() == uncut, "{name}");
    }
}

#[test]
fn opus_is_not_transcoded_even_across_recorders() {
    let mut segments = whole([&fixture("chromium.webm")[..]]);
    segments.extend(whole([&fixture("chromium.mp4")[..]]));
    let (format, file) = compose(&segments);
    let composed = Segment { format, parts: Arc::new([file.into()]), duration_ms: 0 };
    assert!(packets(&[composed]) == packets(&segments));
}

#[test]
fn recordings_of_several_kinds_become_one_file_of_samples() {
    let mut segments = whole([&fixture("pages.ogg")[..]]);
    segments.extend(whole([&fixture("sentence.wav")[..]]));
    let (format, file) = compose(&segments);
    assert_eq!(format, Format::Wav);
    assert!(decode([&file]).unwrap() == decode(segments.iter().map(Segment::bytes)).unwrap());
}

#[test]
fn a_segment_that_cannot_be_read_is_left_out() {
    let segments = whole([&fixture("pages.ogg")[..]]);
    let mut composer = Composer::new([Format::OggOpus]);
    let error = composer.push(b"nothing that was ever stored").unwrap_err();
    assert_eq!(error, AudioError::UnknownFile { found: "text".to_owned() });
    let mut file = composer.push(&segments[0].bytes()).unwrap();
    file.extend(composer.finish());
    assert!(decode([&file]).unwrap() == decode([segments[0].bytes()]).unwrap());
}

#[test]
fn nothing_makes_an_empty_file() {
    assert!(Composer::new([]).finish().is_empty());
}
