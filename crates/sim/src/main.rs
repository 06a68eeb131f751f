//! Lives sessions by chance, as long as one likes, and says how to live one again that broke a rule.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use sim::{Opening, Simulation};

const USAGE: &str = "sim [--seconds N] [--from SEED]   lives sessions from this seed on, for so long (10)
sim --seed SEED                  lives one session and prints what was told in it
sim --lines SEED                 prints its (at, input) lines, for crates/sim/tests/fixtures";

enum Wish {
    Search { seconds: u64, from: u64 },
    Tell { seed: u64 },
    Lines { seed: u64 },
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match wish(&arguments) {
        Some(Wish::Search { seconds, from }) => search(Duration::from_secs(seconds), from),
        Some(Wish::Tell { seed }) => tell(seed),
        Some(Wish::Lines { seed }) => lines(seed),
        None => say(USAGE).map(|()| false),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

fn wish(arguments: &[String]) -> Option<Wish> {
    let mut wish = Wish::Search { seconds: 10, from: 1 };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let number = rest.next()?.parse().ok()?;
        match (name.as_str(), &mut wish) {
            ("--seconds", Wish::Search { seconds, .. }) => *seconds = number,
            ("--from", Wish::Search { from, .. }) => *from = number,
            ("--seed", _) => wish = Wish::Tell { seed: number },
            ("--lines", _) => wish = Wish::Lines { seed: number },
            _ => return None,
        }
    }
    Some(wish)
}

/// Answers whether every rule held.
fn search(time: Duration, from: u64) -> io::Result<bool> {
    let began = Instant::now();
    let (mut seed, mut lived_ms, mut broken) = (from, 0, 0);
    while began.elapsed() < time {
        match Simulation::new(seed, None).run() {
            Ok(ms) => lived_ms += ms,
            Err((at_ms, fault)) => {
                broken += 1;
                say(&format!("seed {seed}, at {at_ms} ms: {fault}\n    again: make sim ARGS=\"--seed {seed}\""))?;
            }
        }
        seed += 1;
    }
    let minutes = lived_ms as f64 / 60_000.0;
    let seconds = core_time().unwrap_or_else(|| began.elapsed()).as_secs_f64();
    say(&format!(
        "{} sessions from seed {from} on, {minutes:.0} minutes of conversation, {:.0} in a second of a core; {broken} broke a rule",
        seed - from,
        minutes / seconds,
    ))?;
    Ok(broken == 0)
}

/// What others do on this machine at the same time does not count.
fn core_time() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn tell(seed: u64) -> io::Result<bool> {
    let mut simulation = Simulation::new(seed, None).told();
    let outcome = simulation.run();
    say(&simulation.take_timeline())?;
    match outcome {
        Ok(ms) => say(&format!("{} minutes, and every rule held", ms / 60_000)).map(|()| true),
        Err((at_ms, fault)) => say(&format!("{:?}\nat {at_ms} ms: {fault}", simulation.setting())).map(|()| false),
    }
}

fn lines(seed: u64) -> io::Result<bool> {
    let mut simulation = Simulation::new(seed, None).recorded();
    let outcome = simulation.run();
    let setting = simulation.setting().clone();
    let opening = Opening { config: setting.config, briefing: setting.briefing };
    say(&serde_json::to_string(&opening)?)?;
    for line in simulation.take_record().0 {
        say(&serde_json::to_string(&line)?)?;
    }
    Ok(outcome.is_ok())
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}
