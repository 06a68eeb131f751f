//! Whole sessions by chance, and proof that a broken session would be noticed.

use sim::{Bug, Simulation};

/// `make sim` looks further.
const SEEDS: u64 = 150;

#[test]
fn every_rule_holds_in_every_life() {
    for seed in 1..=SEEDS {
        if let Err((at_ms, fault)) = Simulation::new(seed, None).run() {
            panic!("seed {seed}, at {at_ms} ms: {fault}\nlive it again with: make sim ARGS=\"--seed {seed}\"");
        }
    }
}

/// Lives that once broke a rule; see CONTRIBUTING.md for how one is pinned.
#[test]
fn what_was_mended_stays_mended() {
    for line in include_str!("fixtures/seeds.txt").lines().filter(|line| !line.starts_with('#')) {
        let (seed, story) = line.split_once(' ').unwrap();
        let outcome = Simulation::new(seed.parse().unwrap(), None).run();
        assert!(outcome.is_ok(), "{story}: {outcome:?}, seed {seed}");
    }
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
