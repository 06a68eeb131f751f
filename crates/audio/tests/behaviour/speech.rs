//! A voice leaves in frames of equal length.

use audio::{
    Declared, FrameCutter, SPEECH_FRAME, SPEECH_RATE, Segment, SpeechCodec, SpeechFrame, decode, resample::Resampler,
};
use proptest::prelude::*;

use crate::common::{fixture, intake};

fn sentence() -> Vec<i16> {
    let mut voice = Vec::new();
    let mut resampler = Resampler::new(16_000, SPEECH_RATE);
    resampler.push(&decode([fixture("sentence.wav")]).unwrap(), &mut voice);
    resampler.finish(&mut voice);
    voice
}

fn frames<'a>(codec: SpeechCodec, pieces: impl IntoIterator<Item = &'a [i16]>) -> Vec<SpeechFrame> {
    let mut cutter = FrameCutter::new(codec);
    let mut frames = Vec::new();
    for piece in pieces {
        frames.extend(cutter.push(piece));
    }
    frames.extend(cutter.finish());
    frames
}

/// What a client hears of Opus frames, at 16 kHz.
fn heard(frames: &[SpeechFrame]) -> Vec<i16> {
    let mut intake = intake();
    for frame in frames {
        intake.push(&frame.bytes, &Declared::opus_packets(1)).unwrap();
    }
    decode(intake.cut().iter().map(Segment::bytes)).unwrap()
}

/// How much of what was said is in what is heard, with the best of some lags.
fn likeness(said: &[i16], heard: &[i16]) -> f64 {
    let product = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let at = |lag: usize| product(said, &heard[lag..]) / (product(said, said) * product(heard, heard)).sqrt();
    (0..200).map(at).fold(0.0, f64::max)
}

#[test]
fn an_opus_frame_is_one_packet_of_40_ms_that_sounds_like_the_voice() {
    let voice = sentence();
    let frames = frames(SpeechCodec::Opus, [&voice[..]]);
    assert_eq!(frames.len(), voice.len().div_ceil(SPEECH_FRAME));
    let bytes: usize = frames.iter().map(|frame| frame.bytes.len()).sum();
    let bits_per_second = bytes as u64 * 8 * 1000 / (frames.len() as u64 * 40);
    assert!((16_000..32_000).contains(&bits_per_second), "{bits_per_second}");
    let heard = heard(&frames);
    assert_eq!(heard.len(), frames.len() * 640);
    let likeness = likeness(&decode([fixture("sentence.wav")]).unwrap(), &heard);
    assert!(likeness > 0.9, "{likeness}");
}

#[test]
fn frames_say_how_long_they_are_and_how_much_of_them_is_voice() {
    for codec in [SpeechCodec::Pcm16, SpeechCodec::Opus] {
        let frames = frames(codec, [&[100; 2 * SPEECH_FRAME + 7][..]]);
        let told: Vec<_> = frames.iter().map(|frame| (frame.duration_ms, frame.samples)).collect();
        assert_eq!(told, [(40, SPEECH_FRAME), (40, SPEECH_FRAME), (40, 7)]);
    }
}

#[test]
fn a_voice_of_whole_frames_needs_nothing_to_fill_it_up() {
    for codec in [SpeechCodec::Pcm16, SpeechCodec::Opus] {
        let mut cutter = FrameCutter::new(codec);
        assert_eq!(cutter.finish(), None);
        assert_eq!(cutter.push(&[0; 3 * SPEECH_FRAME]).len(), 3);
        assert_eq!(cutter.finish(), None);
    }
}

#[test]
fn another_sentence_begins_a_frame_of_its_own() {
    let mut cutter = FrameCutter::new(SpeechCodec::Pcm16);
    assert!(cutter.push(&[1; 10]).is_empty());
    assert_eq!(cutter.finish().map(|frame| frame.samples), Some(10));
    let next = cutter.push(&[2; SPEECH_FRAME]);
    assert_eq!(next[0].bytes[..], [2, 0].repeat(SPEECH_FRAME));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_in_which_a_voice_comes_change_nothing(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<i16>(), 0..2500), 0..6),
    ) {
        let whole = pieces.concat();
        for codec in [SpeechCodec::Pcm16, SpeechCodec::Opus] {
            prop_assert_eq!(frames(codec, pieces.iter().map(Vec::as_slice)), frames(codec, [&whole[..]]));
        }
        let bytes: Vec<u8> = frames(SpeechCodec::Pcm16, [&whole[..]]).iter().flat_map(|frame| frame.bytes.to_vec()).collect();
        let mut expected = whole;
        expected.resize(expected.len().next_multiple_of(SPEECH_FRAME), 0);
        prop_assert_eq!(bytes, expected.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<_>>());
    }
}
