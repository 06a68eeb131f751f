//! The beginning of speech is still there when it is noticed.

use audio::Preroll;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_preroll_gives_the_last_moments(
        length_ms in 0..20_u32,
        pieces in proptest::collection::vec(0..700_usize, 0..6),
        at_ms in 0..60_u64,
    ) {
        let all: Vec<i16> = (0..pieces.iter().sum::<usize>() as i16).collect();
        let mut preroll = Preroll::new(length_ms);
        let mut rest = &all[..];
        for piece in pieces {
            let (samples, later) = rest.split_at(piece);
            preroll.hear(samples);
            rest = later;
        }
        let from = (at_ms as usize * 16).max(all.len().saturating_sub(length_ms as usize * 16)).min(all.len());
        prop_assert_eq!(preroll.since(at_ms), &all[from..]);
    }
}
