//! The fuzzer's targets on mutated recordings: shorter, but with any toolchain. `PROPTEST_CASES` makes it longer.

#[path = "../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzzer has it as a library")]
mod targets;

use std::{ops::Range, sync::LazyLock};

use proptest::prelude::*;

const KEPT: usize = 24_000;

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
    ["chromium.webm", "pages.ogg", "aac.mp4", "opus.mp4", "chromium.mp4", "sentence.wav"]
        .map(|name| std::fs::read(format!("{folder}{name}")).expect("a recording")[..KEPT].to_vec())
        .into()
});

#[derive(Debug, Clone)]
enum Mutation {
    Flip(usize, u8),
    Set(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, Vec<u8>),
    Swap(usize, usize, usize),
    Truncate(usize),
}

/// Headers are changed more often than their size asks for: that is where the structure is.
fn place() -> impl Strategy<Value = usize> {
    prop_oneof![1 => 0..700_usize, 4 => 0..KEPT]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, 1 << bit)),
        (place(), prop_oneof![Just(0), Just(0xff), Just(0x7f), Just(0x80), any::<u8>()])
            .prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (place(), 1..2000_usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (place(), 1..2000_usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        (place(), prop::collection::vec(any::<u8>(), 1..100)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (place(), place(), 1..500_usize).prop_map(|(from, to, length)| Mutation::Swap(from, to, length)),
        place().prop_map(Mutation::Truncate),
    ]
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    (0..SEEDS.len(), prop::collection::vec(mutation(), 0..5)).prop_map(|(seed, mutations)| {
        let mut bytes = SEEDS[seed].clone();
        for mutation in mutations {
            mutation.apply(&mut bytes);
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        bytes
    })
}

impl Mutation {
    fn apply(self, bytes: &mut Vec<u8>) {
        let size = bytes.len();
        let range = |at: usize, length: usize| -> Range<usize> {
            let start = at % size;
            start..(start + length).min(size)
        };
        match self {
            Self::Flip(at, bits) => bytes[range(at, 1)][0] ^= bits,
            Self::Set(at, byte) => bytes[range(at, 1)].fill(byte),
            Self::Remove(at, length) => drop(bytes.drain(range(at, length))),
            Self::Repeat(at, length) => {
                let range = range(at, length);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, copy);
            }
            Self::Insert(at, new) => {
                let start = at % size;
                bytes.splice(start..start, new);
            }
            Self::Swap(from, to, length) => {
                let copy = bytes[range(from, length)].to_vec();
                let to = range(to, copy.len());
                let length = to.len();
                bytes[to].copy_from_slice(&copy[..length]);
            }
            Self::Truncate(at) => bytes.truncate(at % size),
        }
    }
}

proptest! {
    #[test]
    fn any_webm_is_survived(input in input()) {
        targets::webm(&input);
    }

    #[test]
    fn any_ogg_is_survived(input in input()) {
        targets::ogg(&input);
    }

    #[test]
    fn any_mp4_is_survived(input in input()) {
        targets::mp4(&input);
    }

    #[test]
    fn any_wav_is_survived(input in input()) {
        targets::wav(&input);
    }

    #[test]
    fn any_chunks_are_survived(input in prop_oneof![input(), prop::collection::vec(any::<u8>(), 0..2000)]) {
        targets::intake(&input);
    }

    #[test]
    fn any_chunks_are_heard_as_they_are_stored(
        input in prop_oneof![input(), prop::collection::vec(any::<u8>(), 0..2000)]
    ) {
        targets::live(&input);
    }
}
