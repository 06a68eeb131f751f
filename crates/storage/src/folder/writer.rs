//! A thread that does nothing but put objects. It is handed work by a single wake-up, where a pool's threads also contend
//! for the pool's lock; that matters because a put into the page cache takes no longer than waking somebody for it.

use std::{io, sync::Arc, thread};

use bytes::Bytes;
use ports::ObjectKey;
use tokio::sync::{mpsc, oneshot};

use super::files::Files;

/// Puts that may wait. Where more do, the disk is slow, and others had better put at the same time.
const QUEUE: usize = 16;

pub(super) struct Writer {
    queue: mpsc::Sender<Put>,
}

struct Put {
    key: ObjectKey,
    parts: Arc<[Bytes]>,
    done: oneshot::Sender<io::Result<()>>,
}

impl Writer {
    /// The thread ends when this is dropped and everything is written.
    pub(super) fn start(files: Arc<Files>) -> io::Result<Self> {
        let (queue, puts) = mpsc::channel(QUEUE);
        thread::Builder::new().name("folder-writer".to_owned()).spawn(move || write(&files, puts))?;
        Ok(Self { queue })
    }

    /// Answers who will say that it is done; `None` where too much waits.
    pub(super) fn hand_over(&self, key: &ObjectKey, parts: &Arc<[Bytes]>) -> Option<oneshot::Receiver<io::Result<()>>> {
        let (done, written) = oneshot::channel();
        let place = self.queue.try_reserve().ok()?;
        place.send(Put { key: key.clone(), parts: Arc::clone(parts), done });
        Some(written)
    }
}

fn write(files: &Files, mut puts: mpsc::Receiver<Put>) {
    while let Some(Put { key, parts, done }) = puts.blocking_recv() {
        // What nobody waits for any more may belong to a session that is being deleted.
        if !done.is_closed() {
            let _ = done.send(files.put(&key, &parts));
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::TempDir;

    use super::*;

    fn key(number: usize) -> ObjectKey {
        ObjectKey::parse(&format!("sessions/s/{number}")).unwrap()
    }

    fn parts(body: &'static [u8]) -> Arc<[Bytes]> {
        Arc::new([Bytes::from_static(body)])
    }

    fn files(dir: &TempDir) -> Arc<Files> {
        Arc::new(Files::open(dir.path().to_owned(), false).unwrap())
    }

    #[tokio::test]
    async fn what_was_handed_over_is_there_when_the_writer_says_so() {
        let dir = TempDir::new();
        let files = files(&dir);
        let writer = Writer::start(Arc::clone(&files)).unwrap();
        writer.hand_over(&key(1), &parts(b"one")).unwrap().await.unwrap().unwrap();
        assert_eq!(files.get(&key(1)).unwrap().unwrap(), b"one");
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_written() {
        let dir = TempDir::new();
        let files = files(&dir);
        let (queue, puts) = mpsc::channel(QUEUE);
        let writer = Writer { queue };
        drop(writer.hand_over(&key(1), &parts(b"")));
        let awaited = writer.hand_over(&key(2), &parts(b"")).unwrap();
        drop(writer);
        let writing = Arc::clone(&files);
        tokio::task::spawn_blocking(move || write(&writing, puts)).await.unwrap();
        awaited.await.unwrap().unwrap();
        assert_eq!(files.list("sessions/").unwrap().len(), 1);
    }

    #[tokio::test]
    async fn no_more_is_taken_than_may_wait_and_all_that_was_taken_is_written() {
        let dir = TempDir::new();
        let files = files(&dir);
        let (queue, puts) = mpsc::channel(QUEUE);
        let writer = Writer { queue };
        let taken: Vec<_> = (0..=QUEUE).filter_map(|number| writer.hand_over(&key(number), &parts(b""))).collect();
        assert_eq!(taken.len(), QUEUE);
        drop(writer);
        let writing = Arc::clone(&files);
        tokio::task::spawn_blocking(move || write(&writing, puts)).await.unwrap();
        for written in taken {
            written.await.unwrap().unwrap();
        }
        assert_eq!(files.list("sessions/").unwrap().len(), QUEUE);
    }
}
