//! A session is a file of `(at, input)` lines.

use session::{Output, Session, SessionTime};
use sim::{Line, Simulation};

/// Replays the lines of a recorded session.
fn replay(seed: u64, lines: &str) -> Vec<(SessionTime, Output)> {
    let simulation = Simulation::new(seed, None);
    let setting = simulation.setting();
    let mut session = Session::new(setting.config.clone(), setting.briefing.clone(), SessionTime(0));
    let mut outputs = Vec::new();
    let mut drain = |session: &mut Session, at| {
        while let Some(output) = session.poll() {
            outputs.push((at, output));
        }
    };
    drain(&mut session, SessionTime(0));
    for line in lines.lines() {
        let Line { at, input } = serde_json::from_str(line).expect("it was written by a recorder");
        session.handle(at, input);
        drain(&mut session, at);
    }
    outputs
}

#[test]
fn a_session_that_was_written_down_happens_again_in_the_same_way() {
    for seed in [7, 8, 9, 10, 11, 12] {
        let mut simulation = Simulation::new(seed, None).recorded();
        simulation.run().unwrap();
        let (lines, outputs) = simulation.take_record();
        let written: String = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect();
        assert!(replay(seed, &written) == outputs, "seed {seed} happens in another way");
    }
}

#[test]
fn another_input_is_another_session() {
    let mut simulation = Simulation::new(7, None).recorded();
    simulation.run().unwrap();
    let (lines, outputs) = simulation.take_record();
    let written: String = lines.iter().skip(40).map(|line| serde_json::to_string(line).unwrap() + "\n").collect();
    assert!(replay(7, &written) != outputs, "nothing depends on the first inputs");
}
