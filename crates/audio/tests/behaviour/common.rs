//! Recordings, and a second, simple reading of stored segments that shares nothing with the crate's own.

use std::path::Path;

use audio::{AudioError, Composer, Declared, Format, Intake, Limits, Segment};

/// Streams that every property is tried on.
pub(crate) const RECORDINGS: [&str; 6] =
    ["chromium.webm", "video.webm", "pages.ogg", "aac.mp4", "opus.mp4", "chromium.mp4"];

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each recording as its chunks arrived.
pub(crate) fn arrivals() -> Vec<(String, Vec<Vec<u8>>)> {
    let list = String::from_utf8(fixture("arrivals.txt")).expect("text");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, sizes) = line.split_once(' ').expect("a name and sizes");
            let recording = fixture(name);
            let mut rest = &recording[..];
            let chunks = sizes.split(' ').map(|size| {
                let (chunk, later) = rest.split_at(size.parse().expect("a size"));
                rest = later;
                chunk.to_vec()
            });
            (name.to_owned(), chunks.collect())
        })
        .collect()
}

pub(crate) fn intake() -> Intake {
    Intake::new(Limits::default())
}

/// Pushes everything and cuts once.
pub(crate) fn whole<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Segment> {
    let mut intake = intake();
    for chunk in chunks {
        intake.push(chunk, &Declared::unknown()).expect("a good chunk");
    }
    intake.cut()
}

/// One file of all segments.
pub(crate) fn compose(segments: &[Segment]) -> (Format, Vec<u8>) {
    let mut composer = Composer::new(segments.iter().map(|segment| segment.format));
    let mut file = Vec::new();
    for segment in segments {
        file.extend(composer.push(&segment.bytes()).unwrap());
    }
    let format = composer.format();
    file.extend(composer.finish());
    (format, file)
}

/// Pushes `bytes` and gives what was complained about.
pub(crate) fn complaint(intake: &mut Intake, bytes: &[u8], declared: &Declared) -> AudioError {
    intake.push(bytes, declared).expect_err("something is wrong with these bytes")
}

/// The packets of segments in order; samples count as one packet.
pub(crate) fn packets(segments: &[Segment]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut samples = Vec::new();
    for segment in segments {
        match segment.format {
            Format::OggOpus => ogg_packets(&segment.bytes(), &mut packets),
            Format::AacAdts => adts_frames(&segment.bytes(), &mut packets),
            Format::Wav => samples.extend_from_slice(&segment.bytes()[44..]),
        }
    }
    if !samples.is_empty() {
        packets.push(samples);
    }
    packets
}

fn ogg_packets(mut file: &[u8], packets: &mut Vec<Vec<u8>>) {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut packet = Vec::new();
    while !file.is_empty() {
        assert_eq!(&file[..4], b"OggS");
        let count = usize::from(file[26]);
        let mut at = 27 + count;
        for lacing in &file[27..27 + count] {
            let next = at + usize::from(*lacing);
            packet.extend_from_slice(&file[at..next]);
            at = next;
            if *lacing < 255 {
                found.push(std::mem::take(&mut packet));
            }
        }
        file = &file[at..];
    }
    assert!(found[0].starts_with(b"OpusHead") && found[1].starts_with(b"OpusTags"));
    packets.extend(found.into_iter().skip(2));
}

fn adts_frames(mut file: &[u8], packets: &mut Vec<Vec<u8>>) {
    while !file.is_empty() {
        let length = usize::from(file[3] & 3) << 11 | usize::from(file[4]) << 3 | usize::from(file[5]) >> 5;
        packets.push(file[7..length].to_vec());
        file = &file[length..];
    }
}
