//! Real recordings, cut off in the middle of an element and continued by another process.

use std::path::Path;

use audio::{Declared, Intake, Limits};
use session::Event;

use crate::world::{World, config};

const RECORDINGS: [&str; 5] = ["chromium.webm", "pages.ogg", "aac.mp4", "chromium.mp4", "sentence.wav"];

pub(crate) fn recording(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audio/tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is heard of a recording that comes in one piece.
pub(crate) fn uninterrupted(recording: &[u8]) -> Vec<i16> {
    let mut intake = Intake::new(Limits::default());
    intake.push(recording, &Declared::unknown()).expect("a good recording");
    audio::decode(intake.cut().into_iter().map(|segment| segment.bytes())).expect("it decodes")
}

/// Sends the recording in pieces of this many bytes; a new process takes over after every so many of them.
async fn play(recording: &[u8], piece: usize, pieces_per_process: usize) -> Vec<i16> {
    let mut world = World::with(session::Config { max_buffered_bytes: 1 << 20, ..config() });
    let pieces: Vec<_> = recording.chunks(piece).collect();
    let mut next = 0;
    while next < pieces.len() {
        let client = world.arrive().await;
        let welcome = client.person.joined().await;
        let first = welcome.through_seq.map_or(0, |seq| seq as usize + 1);
        assert!(first > next || first == 0, "chunk {next} was stored and is asked for again");
        next = first;
        let until = (next + pieces_per_process).min(pieces.len());
        for (seq, piece) in (next as u64..).zip(&pieces[next..until]) {
            client.chunk(seq, piece).await.unwrap();
        }
        if until == pieces.len() {
            client.command(session::Command::End).await;
            client.person.hears(|event| matches!(event, Event::Ended { .. })).await;
            break;
        }
        client.person.hears(|event| matches!(event, Event::AudioStored(_))).await;
        world.kill();
    }
    audio::decode(world.stored_files()).expect("what is stored decodes")
}

#[tokio::test(start_paused = true)]
async fn every_recording_survives_process_after_process_packet_for_packet() {
    for name in RECORDINGS {
        let recording = recording(name);
        let expected = uninterrupted(&recording);
        for (piece, pieces_per_process) in [(2_467, 3), (999, 7), (3_900, 2)] {
            let heard = play(&recording, piece, pieces_per_process).await;
            assert_eq!(heard.len(), expected.len(), "{name} in pieces of {piece}");
            assert!(heard == expected, "{name} in pieces of {piece} sounds different");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn samples_survive_process_after_process_byte_for_byte() {
    let recording = crate::world::samples(30_002);
    for (piece, pieces_per_process) in [(333, 7), (2_001, 1), (1_024, 5)] {
        let heard = play(&recording, piece, pieces_per_process).await;
        assert_eq!(heard, uninterrupted(&recording), "in pieces of {piece}");
    }
}
