//! A client without echo cancellation does not interrupt itself, and its user still can.

use audio::{EchoDetector, SPEECH_RATE, decode, resample::Resampler};
use proptest::prelude::*;

use crate::common::fixture;

const MS: usize = 16;

/// How the persona comes back into the microphone, and what else is heard there.
#[derive(Clone, Copy)]
struct Room {
    /// From sending a sound to its being heard.
    delay_ms: usize,
    /// Of what was sent, as a ratio of amplitudes; nothing with headphones.
    echo: f32,
    /// Root mean square.
    noise: f32,
    /// How often the microphone's samples arrive.
    chunk_ms: usize,
}

const ROOM: Room = Room { delay_ms: 180, echo: decibels(-15), noise: 20.0, chunk_ms: 100 };

/// What was thought after each chunk from the microphone: the time in milliseconds, whether it is an echo.
type Thoughts = Vec<(usize, bool)>;

const fn decibels(level: i32) -> f32 {
    match level {
        0 => 1.0,
        -6 => 0.5,
        -15 => 0.178,
        -25 => 0.056,
        _ => panic!("a level that the tests use"),
    }
}

fn resampled(samples: &[i16], from: u32, to: u32) -> Vec<i16> {
    let mut output = Vec::new();
    let mut resampler = Resampler::new(from, to);
    resampler.push(samples, &mut output);
    resampler.finish(&mut output);
    output
}

/// Seconds of the sentence, over and over, from anywhere within it.
fn talk(from_ms: usize, length_ms: usize) -> Vec<i16> {
    let sentence = decode([fixture("sentence.wav")]).unwrap();
    sentence.iter().copied().cycle().skip(from_ms * MS).take(length_ms * MS).collect()
}

/// The same words by somebody with a smaller head.
fn higher(samples: &[i16]) -> Vec<i16> {
    resampled(samples, 19_000, 16_000)
}

fn silence(length_ms: usize) -> Vec<i16> {
    vec![0; length_ms * MS]
}

fn louder(samples: &[i16], gain: f32) -> Vec<i16> {
    samples.iter().map(|sample| (f32::from(*sample) * gain) as i16).collect()
}

fn noise(length: usize, loudness: f32, seed: u32) -> impl Iterator<Item = f32> {
    let mut state = seed;
    (0..length).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * loudness * 1.732
    })
}

/// Through a small loudspeaker and a few walls.
fn coloured(samples: &[f32]) -> Vec<f32> {
    let (mut low, mut lower) = (0.0, 0.0);
    let muffled: Vec<f32> = samples
        .iter()
        .map(|sample| {
            low += 0.6 * (sample - low);
            lower += 0.6 * (low - lower);
            lower
        })
        .collect();
    let walls = [(113, 0.3), (370, -0.25), (802, 0.2), (1490, -0.12), (2700, 0.08)];
    let heard = |n: usize| {
        let reflected = walls.iter().filter(|(late, _)| *late <= n).map(|(late, share)| muffled[n - late] * share);
        muffled[n] + reflected.sum::<f32>()
    };
    (0..muffled.len()).map(heard).collect()
}

impl Room {
    fn microphone(self, persona: &[i16], user: &[i16]) -> Vec<i16> {
        let length = persona.len().max(user.len());
        let mut late: Vec<f32> = vec![0.0; self.delay_ms * MS];
        late.extend(persona.iter().map(|sample| f32::from(*sample) * self.echo));
        late.resize(length, 0.0);
        let heard = coloured(&late).into_iter().zip(noise(length, self.noise, 7));
        let user = user.iter().copied().chain(std::iter::repeat(0));
        heard.zip(user).map(|((echo, noise), user)| (echo + noise + f32::from(user)) as i16).collect()
    }

    /// Sends the persona's voice frame by frame, a little ahead, and hears what comes back chunk by chunk.
    fn listen(self, detector: &mut EchoDetector, persona: &[i16], user: &[i16]) -> Thoughts {
        const AHEAD_MS: usize = 120;
        let microphone = self.microphone(persona, user);
        let sent = resampled(persona, 16_000, SPEECH_RATE);
        let mut frames = sent.chunks(960);
        let mut sent_ms = 0;
        let mut thoughts = Vec::new();
        for (at, chunk) in microphone.chunks(self.chunk_ms * MS).enumerate() {
            let now_ms = (at + 1) * self.chunk_ms;
            while sent_ms < now_ms + AHEAD_MS {
                sent_ms += 40;
                if let Some(frame) = frames.next() {
                    detector.play(frame);
                }
            }
            detector.hear(chunk);
            thoughts.push((now_ms, detector.is_echo()));
        }
        thoughts
    }
}

fn share(thoughts: &[(usize, bool)], range: std::ops::Range<usize>) -> f32 {
    let within: Vec<_> = thoughts.iter().filter(|(at_ms, _)| range.contains(at_ms)).collect();
    within.iter().filter(|(_, echo)| *echo).count() as f32 / within.len() as f32
}

/// Other words than the persona's at the same time, by the same voice and by another one, without a long pause.
fn users() -> [(&'static str, Vec<i16>); 3] {
    let (late, early) = (talk(6300, 2400), talk(4400, 4300));
    [("another voice", higher(&early)), ("the same voice", early), ("the same voice, later words", late)]
}

#[test]
fn an_echo_is_known_however_late_faint_and_muffled_it_is() {
    for delay_ms in [0, 150, 380, 600] {
        for level in [-6, -15, -25] {
            for chunk_ms in [20, 250] {
                let room = Room { delay_ms, echo: decibels(level), chunk_ms, ..ROOM };
                let thoughts = room.listen(&mut EchoDetector::new(), &talk(0, 8000), &[]);
                let share = share(&thoughts, 600 + delay_ms..8000);
                assert!(share > 0.95, "{level} dB after {delay_ms} ms in chunks of {chunk_ms} ms: {share}");
            }
        }
    }
}

#[test]
fn who_speaks_over_the_persona_is_no_echo() {
    for (name, user) in users() {
        for (levels, echo, gain, most) in
            [("as loud", -6, 0.5, 0.4), ("louder", -6, 1.0, 0.2), ("much louder", -15, 1.0, 0.1)]
        {
            let room = Room { echo: decibels(echo), ..ROOM };
            let until = 2500 + user.len() / MS;
            let user = [silence(2500), louder(&user, gain)].concat();
            let thoughts = room.listen(&mut EchoDetector::new(), &talk(0, 7000), &user);
            assert!(share(&thoughts, 800..2500) > 0.95, "{name}, {levels}: before");
            let first = thoughts.iter().find(|(at_ms, echo)| *at_ms > 2500 && !echo);
            assert!(first.is_some_and(|(at_ms, _)| *at_ms <= 3000), "{name}, {levels}: {first:?}");
            let share = share(&thoughts, 3000..until);
            assert!(share < most, "{name}, {levels}: {share}");
        }
    }
}

#[test]
fn with_headphones_there_is_no_echo() {
    for (name, user) in users() {
        let room = Room { echo: 0.0, ..ROOM };
        let thoughts = room.listen(&mut EchoDetector::new(), &talk(0, 7000), &[silence(2500), user].concat());
        assert_eq!(share(&thoughts, 0..2500), 0.0, "{name}: before");
        let share = share(&thoughts, 2500..7000);
        assert!(share < 0.15, "{name}: {share}");
    }
}

#[test]
fn silence_is_no_echo() {
    for noise in [0.0, 100.0] {
        let room = Room { echo: 0.0, noise, ..ROOM };
        assert_eq!(share(&room.listen(&mut EchoDetector::new(), &talk(0, 5000), &[]), 0..5000), 0.0);
        let user = talk(0, 5000);
        assert_eq!(share(&room.listen(&mut EchoDetector::new(), &silence(5000), &user), 0..5000), 0.0);
        assert_eq!(share(&room.listen(&mut EchoDetector::new(), &[], &user), 0..5000), 0.0);
    }
}

#[test]
fn an_echo_is_known_again_after_a_pause_when_the_way_is_another() {
    let mut detector = EchoDetector::new();
    ROOM.listen(&mut detector, &talk(0, 3000), &silence(6000));
    let thoughts = Room { delay_ms: 500, ..ROOM }.listen(&mut detector, &talk(4000, 3000), &[]);
    assert!(share(&thoughts, 1100..3000) > 0.95);
}

#[test]
fn an_echo_is_known_again_when_the_way_changes_in_mid_sentence() {
    let mut detector = EchoDetector::new();
    ROOM.listen(&mut detector, &talk(0, 3000), &[]);
    let thoughts = Room { delay_ms: 320, ..ROOM }.listen(&mut detector, &talk(3000, 3000), &[]);
    assert!(share(&thoughts, 1000..3000) > 0.9);
}

#[test]
fn what_was_sent_and_stopped_is_forgotten() {
    for ahead_ms in [500, 5000, 60_000] {
        let mut detector = EchoDetector::new();
        ROOM.listen(&mut detector, &talk(0, 2000), &[]);
        detector.play(&resampled(&talk(4000, ahead_ms), 16_000, SPEECH_RATE));
        detector.stop();
        let thoughts = ROOM.listen(&mut detector, &talk(6000, 3000), &[]);
        assert!(share(&thoughts, 1000..3000) > 0.9, "{ahead_ms} ms");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sounds_in_any_order_are_compared(
        pieces in proptest::collection::vec((0..3_u8, 0..20_000_usize, any::<i16>()), 0..20),
    ) {
        let mut detector = EchoDetector::new();
        for (kind, length, loudness) in pieces {
            let samples: Vec<i16> = noise(length, f32::from(loudness), 1).map(|sample| sample as i16).collect();
            match kind {
                0 => detector.play(&samples),
                1 => detector.hear(&samples),
                _ => detector.stop(),
            }
            prop_assert!((0.0..=1.0).contains(&detector.likeness()));
        }
    }

    #[test]
    fn the_pieces_in_which_a_microphone_is_heard_change_nothing(sizes in proptest::collection::vec(1..3000_usize, 1..9)) {
        let persona = talk(0, 1500);
        let microphone = ROOM.microphone(&persona, &[]);
        let likeness = |pieces: &mut dyn Iterator<Item = usize>| {
            let mut detector = EchoDetector::new();
            detector.play(&resampled(&persona, 16_000, SPEECH_RATE));
            let mut rest = &microphone[..];
            for size in pieces {
                let (piece, later) = rest.split_at(size.min(rest.len()));
                detector.hear(piece);
                rest = later;
            }
            detector.likeness()
        };
        let whole = likeness(&mut [usize::MAX].into_iter());
        prop_assert!(whole > 0.7);
        prop_assert_eq!(likeness(&mut sizes.iter().copied().cycle().take(microphone.len())), whole);
    }
}
