use std::{process::Stdio, time::Duration};

use ports::{Fault, ProviderError};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) time: Duration,
    /// Bytes on the standard output.
    pub(crate) output: usize,
}

/// Why a command gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandFailure {
    #[error("the command could not be started: {0}")]
    NotStarted(String),
    #[error("the command took longer than {} ms", .0.as_millis())]
    TimedOut(Duration),
    #[error("the command wrote more than {0} bytes")]
    TooMuch(usize),
    /// The shell found no such program, or may not run it.
    #[error(
        "the command ended with {0}: there is no such program, or it may not be run; LOG=info,vendors=debug shows its complaint"
    )]
    NoProgram(String),
    /// Perhaps of this input alone.
    #[error("the command ended with {0}; LOG=info,vendors=debug shows its complaint")]
    Failed(String),
}

impl CommandFailure {
    pub(crate) fn of(self, provider: &str) -> ProviderError {
        let fault = match self {
            Self::NotStarted(_) => Fault::Unavailable,
            Self::TimedOut(_) => Fault::TimedOut,
            Self::TooMuch(_) | Self::Failed(_) => Fault::Garbled,
            Self::NoProgram(_) => Fault::Rejected,
        };
        ProviderError::new(fault, provider, self.to_string())
    }
}

/// Runs a line of `sh` and answers what it wrote. The command and everything it started is gone when this returns
/// or is dropped.
pub(crate) async fn run(line: &str, input: Vec<u8>, limits: Limits) -> Result<Vec<u8>, CommandFailure> {
    let mut child = Command::new("sh")
        .args(["-c", line])
        .process_group(0)
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| CommandFailure::NotStarted(error.to_string()))?;
    let group = Group::of(&child);
    let work = converse(&mut child, group, input, limits.output);
    match tokio::time::timeout(limits.time, work).await {
        Ok(result) => result,
        Err(_) => Err(CommandFailure::TimedOut(limits.time)),
    }
}

async fn converse(child: &mut Child, group: Group, input: Vec<u8>, limit: usize) -> Result<Vec<u8>, CommandFailure> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command may end without reading all of it.
            let _ = stdin.write_all(&input).await;
        }
        Ok(())
    };
    let complain = async { Ok(first_line(stderr).await) };
    let end = async {
        let status = child.wait().await;
        // What it left running would keep the pipes open.
        drop(group);
        status.map_err(|error| CommandFailure::NotStarted(error.to_string()))
    };
    let (output, (), complaint, status) = tokio::try_join!(read(stdout, limit), feed, complain, end)?;
    if status.success() {
        return Ok(output);
    }
    // It may hold what was said, and errors are logged where everybody reads them.
    tracing::debug!(complaint, "A command failed");
    Err(match status.code() {
        Some(126 | 127) => CommandFailure::NoProgram(status.to_string()),
        _ => CommandFailure::Failed(status.to_string()),
    })
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> Result<Vec<u8>, CommandFailure> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let mut pipe = pipe.take(limit as u64 + 1);
        let _ = pipe.read_to_end(&mut bytes).await;
    }
    if bytes.len() > limit {
        return Err(CommandFailure::TooMuch(limit));
    }
    Ok(bytes)
}

/// The first line with something in it, at most 200 characters. Reads on to the end, so that the command can write.
async fn first_line(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let mut head = Vec::new();
    if let Some(mut pipe) = pipe {
        let mut start = (&mut pipe).take(4096);
        let _ = start.read_to_end(&mut head).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    let text = String::from_utf8_lossy(&head);
    let line = text.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("it gave no reason").trim().chars().take(200).collect()
}

/// The process group of a command; dropping it kills all of it.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // The group is often empty already, which is just as well.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::unix::pipe;

    use super::*;

    const GENEROUS: Limits = Limits { time: Duration::from_secs(60), output: 1000 };

    #[tokio::test]
    async fn a_command_reads_its_input_and_answers_its_output() {
        assert_eq!(run("tr a-z A-Z", b"hello".to_vec(), GENEROUS).await.unwrap(), b"HELLO");
        assert_eq!(run("echo deaf", vec![0; 1 << 20], GENEROUS).await.unwrap(), b"deaf\n");
    }

    #[tokio::test]
    async fn a_failed_command_tells_its_status_and_not_what_it_may_have_heard() {
        let failure = run("echo I heard a secret >&2; exit 3", vec![], GENEROUS).await;
        let error = failure.unwrap_err().of("command");
        assert_eq!(error.fault, Fault::Garbled, "it may do with other words");
        let expected = "the command ended with exit status: 3; LOG=info,vendors=debug shows its complaint";
        assert_eq!(error.detail, expected);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_refused_for_good() {
        let error = run("no-such-recogniser", vec![], GENEROUS).await.unwrap_err().of("command");
        assert_eq!(error.fault, Fault::Rejected);
        assert!(error.detail.contains("no such program"), "{}", error.detail);
    }

    #[tokio::test]
    async fn the_first_complaint_is_a_line_with_something_in_it() {
        let complaint = first_line(Some(&b"\n \nno such model\nmore"[..])).await;
        assert_eq!(
            (complaint.as_str(), first_line(Some(&b"\n"[..])).await.as_str()),
            ("no such model", "it gave no reason")
        );
    }

    #[tokio::test]
    async fn a_flood_of_output_ends_the_command() {
        let failure = run("yes", vec![], GENEROUS).await.unwrap_err();
        assert_eq!(failure, CommandFailure::TooMuch(1000));
    }

    #[tokio::test]
    async fn a_flood_of_complaints_does_not_block_the_command() {
        let line = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo done";
        assert_eq!(run(line, vec![], GENEROUS).await.unwrap(), b"done\n");
    }

    #[tokio::test]
    async fn what_a_command_leaves_running_does_not_hold_up_its_answer() {
        assert_eq!(run("sleep 3600 & echo here", vec![], GENEROUS).await.unwrap(), b"here\n");
    }

    /// A command that starts another one and waits; both hold the pipe open as long as they live.
    async fn alive(folder: &tempfile::TempDir) -> (String, pipe::Receiver) {
        let path = folder.path().join("alive");
        let made = Command::new("mkfifo").arg(&path).status().await.unwrap();
        assert!(made.success());
        let receiver = pipe::OpenOptions::new().open_receiver(&path).unwrap();
        let line = format!("exec 9>'{}'; sleep 3600 & echo up >&9; wait", path.display());
        (line, receiver)
    }

    async fn until_all_are_gone(mut receiver: pipe::Receiver) {
        let mut rest = Vec::new();
        let gone = tokio::time::timeout(Duration::from_secs(30), receiver.read_to_end(&mut rest));
        gone.await.expect("something is still running").unwrap();
    }

    #[tokio::test]
    async fn a_command_that_is_no_longer_wanted_is_gone_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let (line, mut receiver) = alive(&folder).await;
        let mut up = [0; 3];
        tokio::select! {
            ended = run(&line, vec![], GENEROUS) => panic!("{ended:?}"),
            read = receiver.read_exact(&mut up) => assert_eq!(read.unwrap(), 3),
        }
        until_all_are_gone(receiver).await;
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_gone_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let (line, receiver) = alive(&folder).await;
        let limits = Limits { time: Duration::from_millis(300), ..GENEROUS };
        let failure = run(&line, vec![], limits).await.unwrap_err();
        assert_eq!(failure.clone().of("x").fault, Fault::TimedOut);
        assert_eq!(failure.to_string(), "the command took longer than 300 ms");
        until_all_are_gone(receiver).await;
    }
}
