//! Speech is told from silence, from the room and from things that make noise.

use audio::{
    decode,
    vad::{FRAME, VoiceActivity},
};

use crate::common::fixture;

/// One second of nothing, the sentence, one second of nothing.
fn sentence() -> Vec<i16> {
    let spoken = decode([fixture("sentence.wav")]).unwrap();
    [&[0; 16_000][..], &spoken, &[0; 16_000]].concat()
}

/// Noise of this root mean square, the same each time.
fn noise(length: usize, loudness: f32) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next() * loudness * 1.732).collect()
}

fn loudness(samples: &[i16]) -> f32 {
    (samples.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / samples.len() as f32).sqrt()
}

fn speaking(samples: &[i16]) -> Vec<bool> {
    let mut activity = VoiceActivity::new();
    samples.as_chunks::<FRAME>().0.iter().map(|frame| activity.hear(frame).speaking).collect()
}

fn mixed(samples: &[i16], noise: &[f32]) -> Vec<i16> {
    samples.iter().zip(noise).map(|(sample, noise)| (f32::from(*sample) + noise) as i16).collect()
}

/// Of the loud frames of the clean sentence, and of the frames in the silence around it, how many are taken for speech.
fn hits_and_false_alarms(clean: &[i16], heard: &[bool]) -> (f32, f32) {
    let frames = clean.as_chunks::<FRAME>().0;
    let loud = |index: &usize| loudness(&frames[*index]) > 500.0;
    // The end is told late on purpose.
    let quiet = |index: &usize| *index < 60 || *index + 40 > frames.len();
    let share = |wanted: &dyn Fn(&usize) -> bool| {
        let chosen: Vec<_> = (0..frames.len()).filter(wanted).collect();
        chosen.iter().filter(|index| heard[**index]).count() as f32 / chosen.len() as f32
    };
    (share(&loud), share(&quiet))
}

#[test]
fn a_sentence_is_heard_and_the_silence_around_it_is_not() {
    let clean = sentence();
    let (hits, false_alarms) = hits_and_false_alarms(&clean, &speaking(&clean));
    assert!(hits > 0.95 && false_alarms == 0.0, "{hits} {false_alarms}");
}

#[test]
fn a_sentence_in_a_noisy_room_is_heard() {
    let clean = sentence();
    let noisy = mixed(&clean, &noise(clean.len(), loudness(&clean) / 3.16));
    let (hits, false_alarms) = hits_and_false_alarms(&clean, &speaking(&noisy));
    assert!(hits > 0.85 && false_alarms < 0.05, "{hits} {false_alarms}");
}

#[test]
fn noise_hum_and_clicks_are_not_speech() {
    let length = 80_000;
    let room: Vec<i16> = noise(length, 1500.0).iter().map(|sample| *sample as i16).collect();
    let hum: Vec<i16> =
        (0..length).map(|n| ((n as f32 * 50.0 * std::f32::consts::TAU / 16_000.0).sin() * 3000.0) as i16).collect();
    let clicks: Vec<i16> = (0..length).map(|n| if n % 3000 < 30 { 12_000 } else { (n % 7) as i16 }).collect();
    for (name, samples) in [("noise", room), ("hum", hum), ("clicks", clicks)] {
        let heard = speaking(&samples);
        let false_alarms = heard.iter().filter(|speaking| **speaking).count();
        assert!(false_alarms * 50 < heard.len(), "{name}: {false_alarms} of {} frames", heard.len());
    }
}

#[test]
fn a_pause_between_words_does_not_end_speech_but_a_long_one_does() {
    let clean = sentence();
    let heard = speaking(&clean);
    let turns = heard.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let words = clean.as_chunks::<FRAME>().0.iter().map(|frame| loudness(frame) > 500.0).collect::<Vec<_>>();
    let bursts = words.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns * 3 < bursts && turns % 2 == 0, "{turns} changes for {bursts} of loudness");
}
