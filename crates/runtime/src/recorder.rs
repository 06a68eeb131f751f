//! Writes down what happens in sessions, so that they can be replayed.

use std::{io, path::PathBuf};

use ports::{SessionId, Timestamp};
use session::{Briefing, Config, Input, Output, SessionTime};
use tape::{FORMAT, Line, Opened, Redaction, Step, Words};
use tokio::{
    fs::{File, OpenOptions},
    io::AsyncWriteExt as _,
    sync::mpsc,
};
use tokio_util::task::TaskTracker;

/// Lines of one session that wait for the disk. One that is slower is not worth a session's time.
const WAITING_LINES: usize = 1_024;
const LINES_AT_ONCE: usize = 64;

/// Keeps a file of every session, in one folder.
pub struct Recorder {
    folder: PathBuf,
    words: Words,
    version: &'static str,
    writers: TaskTracker,
}

impl Recorder {
    /// Makes the folder where there is none.
    pub async fn open(folder: PathBuf, words: Words, version: &'static str) -> io::Result<Self> {
        tokio::fs::create_dir_all(&folder).await?;
        Ok(Self { folder, words, version, writers: TaskTracker::new() })
    }

    /// Waits until everything is written down of the sessions that are over.
    pub async fn finish(&self) {
        self.writers.close();
        self.writers.wait().await;
    }

    pub(crate) fn begin(&self, session: &SessionId, beginning: Beginning<'_>) -> Tape {
        let Beginning { started_at, now, at, config, briefing } = beginning;
        let path = self.folder.join(format!("{}-{}.jsonl", now.0, session));
        let (queue, lines) = mpsc::channel(WAITING_LINES + 1);
        let redaction = (self.words == Words::Redacted).then(Redaction::default);
        let id = session.clone();
        self.writers.spawn(async move {
            if let Err(error) = write(&path, lines, redaction).await {
                tracing::warn!(session.id = %id, %error, "The recording of a session cannot be written");
            }
        });
        let opened = Opened {
            format: FORMAT,
            version: self.version.to_owned(),
            words: Words::Kept,
            started_at_ms: started_at.0,
            at,
            config: config.clone(),
            briefing: briefing.clone(),
            outputs: Vec::new(),
        };
        Tape { session: session.clone(), queue: Some(queue), line: Some(Line::Opened(Box::new(opened))) }
    }
}

/// What a session begins with.
pub(crate) struct Beginning<'a> {
    pub(crate) started_at: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) at: SessionTime,
    pub(crate) config: &'a Config,
    pub(crate) briefing: &'a Briefing,
}

/// What is written down of one session. It never waits: what cannot keep up is given up.
pub(crate) struct Tape {
    session: SessionId,
    queue: Option<mpsc::Sender<Line>>,
    /// What happened last; the session has perhaps not done everything about it.
    line: Option<Line>,
}

impl Tape {
    pub(crate) fn on_input(&mut self, at: SessionTime, input: &Input) {
        self.pass_on();
        if self.queue.is_some() {
            self.line = Some(Line::Happened(Step { at, input: input.clone(), outputs: Vec::new() }));
        }
    }

    pub(crate) fn on_output(&mut self, output: &Output) {
        if let Some(outputs) = self.line.as_mut().and_then(Line::outputs_mut) {
            outputs.push(output.clone());
        }
    }

    /// The session has done all there was to do.
    pub(crate) fn pass_on(&mut self) {
        let (Some(line), Some(queue)) = (self.line.take(), &self.queue) else {
            return;
        };
        if queue.capacity() > 1 {
            // A writer that is gone has said why.
            let _ = queue.try_send(line);
            return;
        }
        tracing::warn!(session.id = %self.session, "The recording of a session is given up: the disk is too slow");
        let _ = queue.try_send(Line::GivenUp("the disk was slower than the session".to_owned()));
        self.queue = None;
    }
}

/// What happened last counts even if the session did not survive it.
impl Drop for Tape {
    fn drop(&mut self) {
        self.pass_on();
    }
}

async fn write(path: &PathBuf, mut queue: mpsc::Receiver<Line>, mut redaction: Option<Redaction>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
    let mut lines = Vec::new();
    while queue.recv_many(&mut lines, LINES_AT_ONCE).await > 0 {
        let ready = match &mut redaction {
            Some(redaction) => lines.drain(..).flat_map(|line| redaction.push(line)).collect(),
            None => std::mem::take(&mut lines),
        };
        append(&mut file, &ready).await?;
    }
    append(&mut file, &redaction.as_mut().map(Redaction::finish).unwrap_or_default()).await
}

async fn append(file: &mut File, lines: &[Line]) -> io::Result<()> {
    let mut text = String::new();
    for line in lines {
        text += &line.to_json()?;
    }
    file.write_all(text.as_bytes()).await?;
    file.flush().await
}

#[cfg(test)]
mod tests;
