//! A server in a process of its own, on a core of its own, and what it costs.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;

use crate::machine;

/// A running server; dropping it ends it.
pub(crate) struct Process {
    child: Child,
    /// Kept open: a server that cannot print must not fail.
    stdout: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Process {
    /// Starts a server that prints its address, a word with `http://`, as soon as it listens.
    pub(crate) fn start(command: &mut Command, core: Option<usize>) -> anyhow::Result<Self> {
        command.stdout(Stdio::piped()).stdin(Stdio::null());
        let program = command.get_program().to_string_lossy().into_owned();
        // A process inherits the core of the thread that starts it.
        let started = std::thread::scope(|threads| {
            let starting = threads.spawn(|| {
                core.map_or(Ok(()), machine::stay_on)?;
                command.spawn().with_context(|| format!("cannot start {program}"))
            });
            starting.join().expect("starting a process does not panic")
        });
        let mut child = started?;
        let stdout = child.stdout.take().context("the server has no standard output")?;
        let mut process = Self { child, stdout: BufReader::new(stdout), url: String::new() };
        process.url = process.printed_url().with_context(|| format!("{program} did not start"))?;
        Ok(process)
    }

    /// Time on the processor since the start, of all its threads.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        // The name, in parentheses, may hold anything; user and system time are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(')').with_context(|| format!("{path} is not as expected"))?;
        let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
    }

    /// Memory in use, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        Ok(kilobytes.with_context(|| format!("{path} is not as expected"))? * 1024)
    }

    fn printed_url(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        while self.stdout.read_line(&mut line)? > 0 {
            if let Some(url) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                return Ok(url.to_owned());
            }
            line.clear();
        }
        anyhow::bail!("it ended without listening")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn shell(script: &str) -> anyhow::Result<Process> {
        Process::start(Command::new("sh").args(["-c", script]), None)
    }

    #[test]
    fn a_server_is_ready_when_it_says_where() {
        let process = shell("echo starting; echo 'ready: http://127.0.0.1:9'; exec tail -f /dev/null").unwrap();
        assert_eq!(process.url, "http://127.0.0.1:9");
        assert!(process.memory().unwrap() > 0);
    }

    #[test]
    fn a_server_that_ends_before_it_is_ready_is_an_error() {
        assert!(shell("echo no").is_err());
    }

    #[test]
    fn a_busy_process_uses_its_processor() {
        let process = shell("echo http://x; while :; do :; done").unwrap();
        let began = Instant::now();
        while process.cpu().unwrap() < Duration::from_millis(50) {
            assert!(began.elapsed() < Duration::from_secs(30), "no time on the processor is seen");
            std::thread::yield_now();
        }
    }
}
