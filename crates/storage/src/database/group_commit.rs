//! Many sessions write at once; one task or thread writes for all of them. What queues up while one
//! transaction commits goes into the next, so the busier it is, the larger the groups. Nobody waits
//! for a group to fill, save that whoever hands over to a thread on the same core may go on first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use ports::{Record, SessionId, StoreError, Timestamp};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{backend::Backend, pen::Pen};

/// Calls that may wait before further callers wait to be let in.
const QUEUE: usize = 1024;
/// A caller waits no longer, whatever the disk or the network does.
const DEADLINE: Duration = Duration::from_secs(20);
/// Calls in one transaction at most.
const GROUP: usize = 512;

pub(super) struct GroupCommit {
    queue: mpsc::Sender<Entry>,
    commits: Arc<AtomicU64>,
}

/// What one call wants written.
pub(super) struct Entry {
    pub(super) session: SessionId,
    pub(super) records: Vec<Record>,
    /// The session is over since then.
    pub(super) completed: Option<Timestamp>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

#[cfg(test)]
impl Entry {
    pub(super) fn of(session: SessionId, records: Vec<Record>) -> Self {
        Self { session, records, completed: None, done: oneshot::channel().0 }
    }
}

impl GroupCommit {
    /// Once this is dropped, the writer ends with what it has begun.
    pub(super) fn start(pen: Pen) -> Result<Self, StoreError> {
        let (queue, entries) = mpsc::channel(QUEUE);
        let commits = Arc::default();
        let blocks_its_thread = match pen {
            Backend::Sqlite(_) => true,
            Backend::Postgres(_) => false,
        };
        let writing = write_groups(pen, entries, Arc::clone(&commits));
        if blocks_its_thread {
            let runtime = Handle::current();
            let thread = thread::Builder::new().name("journal-writer".to_owned());
            let started = thread.spawn(move || runtime.block_on(writing));
            started.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        } else {
            tokio::spawn(writing);
        }
        Ok(Self { queue, commits })
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Returns once the records are committed.
    pub(super) async fn record(&self, session: SessionId, records: Vec<Record>) -> Result<(), StoreError> {
        self.write(session, records, None).await
    }

    /// Returns once the session is completed; an abandoned one stays abandoned.
    pub(super) async fn complete(&self, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.write(session, Vec::new(), Some(at)).await
    }

    async fn write(
        &self,
        session: SessionId,
        records: Vec<Record>,
        completed: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let stopped = || StoreError::Unavailable("the journal's writer has stopped".to_owned());
        let (done, written) = oneshot::channel();
        let ended = records.iter().find_map(|record| match record {
            Record::Ended(ended) => Some(ended.at),
            Record::Numbered { .. }
            | Record::Segment(_)
            | Record::Part { .. }
            | Record::Heard(_)
            | Record::Answered(_)
            | Record::CutShort(_)
            | Record::Spoken(_)
            | Record::Hint(_) => None,
        });
        let entry = Entry { session, records, completed: completed.or(ended), done };
        let writing = async {
            self.queue.send(entry).await.map_err(|_| stopped())?;
            written.await.map_err(|_| stopped())?
        };
        // It may still be written, and may then be written again.
        let late =
            |_| StoreError::Unavailable(format!("not written within {DEADLINE:?}; is the database's disk stuck?"));
        timeout(DEADLINE, writing).await.map_err(late)?
    }
}

async fn write_groups(mut pen: Pen, mut entries: mpsc::Receiver<Entry>, commits: Arc<AtomicU64>) {
    let mut group = Vec::with_capacity(GROUP);
    while let Some(first) = entries.recv().await {
        group.push(first);
        pen.let_more_come();
        if !entries.is_empty() {
            entries.recv_many(&mut group, GROUP - 1).await;
        }
        match commit(&mut pen, &group, &commits).await {
            Err(StoreError::Refused(_) | StoreError::NotFound(_) | StoreError::Conflict(_)) if group.len() > 1 => {
                write_singly(&mut pen, &mut group, &commits).await;
            }
            written => answer(&mut group, &written),
        }
    }
}

/// One of the group cannot be written. Alone, each gets its own answer, until the database goes away.
async fn write_singly(pen: &mut Pen, group: &mut Vec<Entry>, commits: &AtomicU64) {
    let mut written = Ok(());
    for entry in group.drain(..) {
        if !matches!(written, Err(StoreError::Unavailable(_))) {
            written = commit(pen, std::slice::from_ref(&entry), commits).await;
        }
        let _ = entry.done.send(written.clone());
    }
}

fn answer(group: &mut Vec<Entry>, written: &Result<(), StoreError>) {
    for entry in group.drain(..) {
        // A caller that gave up is not there any more; what it wanted written is written.
        let _ = entry.done.send(written.clone());
    }
}

async fn commit(pen: &mut Pen, group: &[Entry], commits: &AtomicU64) -> Result<(), StoreError> {
    pen.commit(group).await?;
    commits.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn callers_of_a_writer_that_died_are_told_so() {
        let (queue, mut entries) = mpsc::channel(QUEUE);
        let journal = GroupCommit { queue, commits: Arc::default() };
        let session = SessionId::parse("s").unwrap();
        let writer_takes_one_and_dies = async {
            entries.recv().await.unwrap();
            drop(entries);
        };
        let (waiting, ()) = tokio::join!(journal.record(session.clone(), Vec::new()), writer_takes_one_and_dies);
        assert!(matches!(waiting, Err(StoreError::Unavailable(_))));
        let late = journal.record(session, Vec::new()).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))));
    }
}
