//! Whole sessions by chance, and proof that a broken session would be noticed.

use std::{fs, path::Path};

use sim::{Bug, Simulation, live_again};

/// `make sim` looks further.
const SEEDS: u64 = 100;

#[test]
fn every_rule_holds_in_every_life() {
    for seed in 1..=SEEDS {
        if let Err((at_ms, fault)) = Simulation::new(seed, None).run() {
            panic!("seed {seed}, at {at_ms} ms: {fault}\nlive it again with: make sim ARGS=\"--seed {seed}\"");
        }
    }
}

/// Lives that once broke a rule; `make sim ARGS="--lines SEED"` prints one.
#[test]
fn what_was_mended_stays_mended() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut count = 0;
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let outcome = live_again(&fs::read_to_string(&path).unwrap());
        assert_eq!(outcome, Ok(()), "{}", path.display());
        count += 1;
    }
    assert!(count > 0, "there is no fixture");
}

#[test]
fn the_same_seed_is_the_same_life() {
    for seed in [1, 2, 3, 40, 41] {
        let live = || {
            let mut simulation = Simulation::new(seed, None).recorded();
            simulation.run().unwrap();
            simulation.take_record()
        };
        let (lines, outputs) = live();
        assert!(lines.len() > 100, "nothing happens in the life of seed {seed}");
        assert!((lines, outputs) == live(), "seed {seed} is two lives");
    }
}

/// All that a session holds is in what it says of itself.
#[test]
fn a_session_of_two_hours_is_no_larger_than_one_of_ten_minutes() {
    const LARGEST: usize = 20_000;
    for seed in [3, 5, 8, 13] {
        let mut simulation = Simulation::lasting(seed, 115);
        for minutes in (10..=110).step_by(10) {
            simulation.run_until(minutes * 60_000).unwrap();
            let size = format!("{:?}", simulation.session()).len();
            assert!(size < LARGEST, "after {minutes} minutes the session of seed {seed} is {size} letters large");
        }
    }
}

/// A check that notices nothing proves nothing.
#[test]
fn every_bug_is_noticed_in_some_life() {
    for bug in Bug::ALL {
        let noticed = (1..=400).find_map(|seed| Some((seed, Simulation::new(seed, Some(bug)).run().err()?)));
        let Some((seed, (at_ms, fault))) = noticed else {
            panic!("nobody notices a session that {bug:?}");
        };
        println!("{bug:?}: seed {seed}, at {at_ms} ms: {fault}");
    }
}
