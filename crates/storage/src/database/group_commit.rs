//! Many sessions write at once; one task writes for all of them. What queues up while one
//! transaction commits goes into the next, so the busier it is, the larger the groups. Nobody waits
//! for a group to fill.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ports::{Record, SessionId, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{backend::Pool, records::Records};

/// Calls that may wait before further callers wait to be let in.
const QUEUE: usize = 1024;
/// Calls in one transaction at most.
const GROUP: usize = 512;

pub(super) struct GroupCommit {
    queue: mpsc::Sender<Entry>,
    commits: Arc<AtomicU64>,
}

struct Entry {
    session: SessionId,
    records: Vec<Record>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl GroupCommit {
    /// The task ends when this is dropped.
    pub(super) fn start(pool: Pool) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        let commits = Arc::default();
        tokio::spawn(write_groups(pool, entries, Arc::clone(&commits)));
        Self { queue, commits }
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Returns once the records are committed.
    pub(super) async fn record(&self, session: SessionId, records: Vec<Record>) -> Result<(), StoreError> {
        let stopped = || StoreError::Unavailable("the journal's writer has stopped".to_owned());
        let (done, written) = oneshot::channel();
        let entry = Entry { session, records, done };
        self.queue.send(entry).await.map_err(|_| stopped())?;
        written.await.map_err(|_| stopped())?
    }
}

async fn write_groups(pool: Pool, mut entries: mpsc::Receiver<Entry>, commits: Arc<AtomicU64>) {
    let mut group = Vec::with_capacity(GROUP);
    while entries.recv_many(&mut group, GROUP).await > 0 {
        match commit(&pool, &group, &commits).await {
            Err(StoreError::Refused(_) | StoreError::NotFound(_) | StoreError::Conflict(_)) if group.len() > 1 => {
                write_singly(&pool, &mut group, &commits).await;
            }
            written => answer(&mut group, &written),
        }
    }
}

/// One of the group cannot be written. Alone, each gets its own answer, until the database goes away.
async fn write_singly(pool: &Pool, group: &mut Vec<Entry>, commits: &AtomicU64) {
    let mut written = Ok(());
    for entry in group.drain(..) {
        if !matches!(written, Err(StoreError::Unavailable(_))) {
            written = commit(pool, std::slice::from_ref(&entry), commits).await;
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

async fn commit(pool: &Pool, group: &[Entry], commits: &AtomicU64) -> Result<(), StoreError> {
    let mut records = Records::default();
    for entry in group {
        for record in &entry.records {
            records.add(&entry.session, record);
        }
    }
    records.commit(pool).await?;
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
