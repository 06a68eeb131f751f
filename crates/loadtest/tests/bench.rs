//! The bench as users run it, against the server's program beside it. What it measured is not judged here.

use std::{path::Path, process::Command};

#[test]
fn the_bench_measures_everything_that_has_an_aim() {
    let program = Path::new(env!("CARGO_BIN_EXE_repartee-load"));
    if !program.with_file_name("repartee").exists() {
        return testkit::skipped("the server is not built beside the bench; cargo build --package server");
    }
    let output = Command::new(program).args(["bench", "--quick"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}\n{}", String::from_utf8_lossy(&output.stderr));
    let aims = table.lines().filter(|line| line.ends_with("ok") || line.ends_with("MISSED")).count();
    let expected = if table.contains("espeak-ng is not installed") { 11 } else { 13 };
    assert_eq!(aims, expected, "{table}");
    assert!(!table.contains("NaN") && !table.contains("inf"), "{table}");
    let errors: Vec<&str> =
        table.lines().filter(|line| line.starts_with("Errors") && !is_of_a_slow_machine(line)).collect();
    assert!(errors.is_empty(), "{table}");
}

/// Who talks goes by the clock. Where the machine stalls, a thought becomes two, or an interruption comes too late; the
/// bench itself fails where nobody is answered.
fn is_of_a_slow_machine(error: &str) -> bool {
    let passing = [" are missing", "x a thought without an answer", "x an interruption that nobody noticed"];
    error.starts_with("Errors while they converse: ") && passing.iter().any(|end| error.ends_with(end))
}

#[test]
fn a_load_needs_somebody_who_may_speak() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_repartee-load")).arg("run").env_remove("JWT_SECRET").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("JWT_SECRET"));
}
