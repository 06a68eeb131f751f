//! Speech is told from silence, from the room and from things that make noise.

use audio::{
    decode,
    vad::{FRAME, SpeechChange, SpeechDetector, SpeechSettings},
};
use proptest::prelude::*;

use crate::common::fixture;

/// Milliseconds of nothing before the sentence.
const BEFORE: u64 = 1000;
const SECOND: usize = 16_000;

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

/// After each frame.
fn speaking(samples: &[i16]) -> Vec<bool> {
    let mut detector = SpeechDetector::new(SpeechSettings::default());
    let frames = samples.as_chunks::<FRAME>().0;
    frames
        .iter()
        .map(|frame| {
            detector.hear(frame);
            detector.is_speaking()
        })
        .collect()
}

fn changes(samples: &[i16]) -> Vec<SpeechChange> {
    SpeechDetector::new(SpeechSettings::default()).hear(samples)
}

/// When speech was told, in milliseconds of audio, and when it began.
fn starts(samples: &[i16]) -> Vec<(u64, u64)> {
    let mut detector = SpeechDetector::new(SpeechSettings::default());
    let mut starts = Vec::new();
    for few in samples.chunks(160) {
        for change in detector.hear(few) {
            if let SpeechChange::Started { at_ms } = change {
                starts.push((detector.head_ms(), at_ms));
            }
        }
    }
    starts
}

fn louder(samples: &[i16], gain: f32) -> Vec<i16> {
    samples.iter().map(|sample| (f32::from(*sample) * gain) as i16).collect()
}

fn room(length: usize, loudness: f32) -> Vec<i16> {
    noise(length, loudness).iter().map(|sample| *sample as i16).collect()
}

/// The mains and what a cheap amplifier makes of it.
fn hum(length: usize, loudness: f32) -> Vec<i16> {
    let overtones = [(1.0, 1.0), (3.0, 0.5), (5.0, 0.3), (7.0, 0.2)];
    let sample = |n: usize| {
        let phase = n as f32 * 50.0 * std::f32::consts::TAU / 16_000.0;
        overtones.iter().map(|(overtone, share)| (phase * overtone).sin() * share).sum::<f32>() * loudness
    };
    (0..length).map(|n| sample(n) as i16).collect()
}

/// Bursts of noise, each with an envelope over milliseconds, one every `every` samples.
fn bursts(length: usize, every: usize, envelope: impl Fn(f32) -> f32) -> Vec<i16> {
    let noise = noise(length, 1.0);
    (0..length).map(|n| (noise[n] * envelope((n % every) as f32 / 16.0)) as i16).collect()
}

/// A decaying knock of 2 kHz and the noise of the key.
fn keyboard(length: usize) -> Vec<i16> {
    let ringing = |n: usize| (n as f32 * 2000.0 * std::f32::consts::TAU / 16_000.0).sin();
    let keys = bursts(length, 2900, |ms| 4000.0 * (-ms / 6.0).exp());
    keys.iter().enumerate().map(|(n, key)| key + (ringing(n) * f32::from(key.abs())) as i16).collect()
}

/// The burst, and after it the rest of the breath.
fn coughs(length: usize) -> Vec<i16> {
    let mut previous = 0.0;
    let raw = bursts(length, SECOND, |ms| match ms {
        ..10.0 => 900.0 * ms,
        ..200.0 => 9000.0 * (-(ms - 10.0) / 60.0).exp() + 1000.0,
        _ => 0.0,
    });
    // A throat is not as sharp as white noise.
    raw.iter()
        .map(|sample| {
            previous = previous * 0.6 + f32::from(*sample) * 0.4;
            previous as i16
        })
        .collect()
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
fn noise_hum_keys_and_coughs_are_not_speech() {
    let length = 20 * SECOND;
    for (name, samples) in [
        ("noise", room(length, 1500.0)),
        ("a quiet room", room(length, 60.0)),
        ("hum", hum(length, 3000.0)),
        ("a keyboard", keyboard(length)),
        ("a keyboard in a room", mixed(&keyboard(length), &noise(length, 100.0))),
        ("coughs", coughs(length)),
        ("coughs in a room", mixed(&coughs(length), &noise(length, 100.0))),
    ] {
        assert_eq!(changes(&samples), [], "{name}");
    }
}

#[test]
fn noise_that_begins_in_mid_stream_is_not_speech() {
    let length = 10 * SECOND;
    for (before, after) in [(0.0, 100.0), (0.0, 300.0), (0.0, 3000.0), (30.0, 400.0), (100.0, 3000.0), (1500.0, 150.0)]
    {
        let samples = [room(length, before), room(length, after), room(length, before)].concat();
        assert_eq!(changes(&samples), [], "from {before} to {after}");
    }
    let fan = [vec![0; length], mixed(&hum(length, 500.0), &noise(length, 200.0))].concat();
    assert_eq!(changes(&fan), [], "a fan");
}

#[test]
fn a_sentence_is_heard_soon_after_the_room_became_louder() {
    let clean = sentence();
    let room = noise(2 * SECOND + clean.len(), loudness(&clean) / 5.0);
    let before = vec![0; 5 * SECOND];
    let samples = [before, mixed(&[vec![0; 2 * SECOND], clean.clone()].concat(), &room)].concat();
    let heard = speaking(&samples);
    let (hits, false_alarms) = hits_and_false_alarms(&clean, &heard[heard.len() - clean.len() / FRAME..]);
    assert!(hits > 0.9 && false_alarms == 0.0, "{hits} {false_alarms}");
}

#[test]
fn a_speaker_who_was_heard_before_is_noticed_within_a_tenth_of_a_second() {
    let clean = sentence();
    for (name, gain) in [("loud", 1.0), ("quiet", 0.1), ("far away", 0.03)] {
        let samples = louder(&clean.repeat(2), gain);
        // The first sound of the sentence is a breath of 60 ms.
        let began = (clean.len() / 16) as u64 + BEFORE;
        let Some((told, at_ms)) = starts(&samples).into_iter().find(|(told, _)| *told > began) else {
            panic!("{name}: nothing was heard");
        };
        assert!((began - 20..=began + 64).contains(&at_ms), "{name}: began {began}, not {at_ms}");
        assert!(told <= began + 60 + 100, "{name}: began {began}, told {told}");
    }
}

#[test]
fn a_stranger_is_noticed_within_a_fifth_of_a_second() {
    let clean = sentence();
    for (name, gain) in [("loud", 1.0), ("quiet", 0.1), ("far away", 0.03)] {
        let (told, at_ms) = starts(&louder(&clean, gain))[0];
        assert!((BEFORE - 20..=BEFORE + 64).contains(&at_ms), "{name}: {at_ms}");
        assert!(told <= BEFORE + 200, "{name}: {told}");
    }
}

#[test]
fn the_end_of_speech_is_where_it_was_last_heard() {
    let clean = sentence();
    let last = clean.as_chunks::<FRAME>().0.iter().rposition(|frame| loudness(frame) > 100.0).unwrap() as u64 * 16;
    for noisy in [clean.clone(), mixed(&clean, &noise(clean.len(), loudness(&clean) / 10.0))] {
        let Some(SpeechChange::Stopped { at_ms }) = changes(&noisy).pop() else { panic!("it never ended") };
        assert!(at_ms.abs_diff(last) < 100, "{at_ms}, but the last sound was at {last}");
    }
}

#[test]
fn a_whole_minute_of_talk_is_heard_to_its_end() {
    let spoken = decode([fixture("sentence.wav")]).unwrap();
    let talk = [spoken.repeat(7), vec![0; SECOND]].concat();
    let heard = speaking(&mixed(&talk, &noise(talk.len(), 100.0)));
    let frames = talk.as_chunks::<FRAME>().0;
    let loud: Vec<_> = (0..frames.len()).filter(|index| loudness(&frames[*index]) > 500.0).collect();
    let hits = loud.iter().filter(|index| heard[**index]).count();
    assert!(hits * 100 > loud.len() * 95, "{hits} of {}", loud.len());
    assert!(!heard[heard.len() - 1]);
}

#[test]
fn speech_shorter_than_the_minimum_is_not_told() {
    let vowel = &sentence()[1150 * 16..1300 * 16];
    let samples = [&vec![0; SECOND][..], vowel, &vec![0; SECOND]].concat();
    let told = |minimum_ms| {
        SpeechDetector::new(SpeechSettings { minimum_ms, ..SpeechSettings::default() }).hear(&samples).len()
    };
    assert_eq!((told(48), told(100), told(300)), (2, 2, 0));
}

#[test]
fn a_longer_hang_over_joins_what_a_shorter_one_parts() {
    let clean = sentence();
    let turns = |hang_over_ms| {
        SpeechDetector::new(SpeechSettings { hang_over_ms, ..SpeechSettings::default() }).hear(&clean).len() / 2
    };
    assert!(turns(100) > turns(200) && turns(600) == 1, "{} {} {}", turns(100), turns(200), turns(600));
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

/// Speech and other things, long enough that something may be told.
fn anything() -> impl Strategy<Value = Vec<i16>> {
    let part = prop_oneof![
        (0..8_usize * SECOND, 1..SECOND, 0.02..1.5_f32)
            .prop_map(|(at, length, gain)| louder(&sentence()[at..at + length], gain)),
        (0..SECOND, 0.0..8000.0_f32).prop_map(|(length, loudness)| room(length, loudness)),
        (0..SECOND, 0.0..3000.0_f32).prop_map(|(length, loudness)| hum(length, loudness)),
        proptest::collection::vec(any::<i16>(), 0..2000),
    ];
    proptest::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn speech_begins_and_ends_in_turn_and_never_in_the_future(samples in anything()) {
        let mut detector = SpeechDetector::new(SpeechSettings::default());
        let (mut last, mut speaking) = (0, false);
        for few in samples.chunks(100) {
            for change in detector.hear(few) {
                let (at_ms, begins) = match change {
                    SpeechChange::Started { at_ms } => (at_ms, true),
                    SpeechChange::Stopped { at_ms } => (at_ms, false),
                };
                prop_assert!(begins != speaking && at_ms >= last && at_ms <= detector.head_ms());
                (last, speaking) = (at_ms, begins);
            }
            prop_assert_eq!(detector.is_speaking(), speaking);
        }
        prop_assert_eq!(detector.head_ms(), samples.len() as u64 / 16);
    }

    #[test]
    fn the_pieces_in_which_speech_comes_change_nothing(
        samples in anything(),
        sizes in proptest::collection::vec(0..3000_usize, 1..10),
    ) {
        let mut detector = SpeechDetector::new(SpeechSettings::default());
        let mut told = Vec::new();
        let mut rest = &samples[..];
        for size in sizes.iter().cycle().take(sizes.len() * 10).chain([&usize::MAX]) {
            let (few, later) = rest.split_at((*size).min(rest.len()));
            told.extend(detector.hear(few));
            rest = later;
        }
        prop_assert_eq!(told, changes(&samples));
    }
}
