//! How much of what one connection sent still waits to be handled. While it is too much, the transport stops
//! reading, and the sender feels it as a slow network: nothing is dropped and nothing piles up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

#[derive(Debug, Default)]
pub struct Gate {
    waiting: AtomicUsize,
    limit: usize,
    shut: AtomicBool,
    /// Of the one connection that obeys it.
    reader: AtomicWaker,
    writer: AtomicWaker,
    /// For requests that come over connections of their own, several at once.
    changed: Notify,
}

/// Bytes that count as waiting until this is dropped.
#[derive(Debug)]
pub struct Charge {
    gate: Arc<Gate>,
    bytes: usize,
}

impl Gate {
    /// Reading stops while `limit` or more bytes wait.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, ..Self::default() })
    }

    pub fn charge(self: &Arc<Self>, bytes: usize) -> Charge {
        self.waiting.fetch_add(bytes, Ordering::AcqRel);
        Charge { gate: Arc::clone(self), bytes }
    }

    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Ready when the connection may be read; for the one that obeys this gate.
    pub fn poll_open(&self, context: &mut Context<'_>) -> Poll<()> {
        // Registered even while it is open, for a reader that finds nothing to read must hear of the end.
        self.reader.register(context.waker());
        if self.is_open() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Waits until more may come, or nothing any more.
    pub async fn opened(&self) {
        self.becomes(|gate| gate.is_open()).await;
    }

    /// Ends the connection: whoever reads or writes it finds it closed.
    pub fn shut(&self) {
        self.shut.store(true, Ordering::Release);
        self.reader.wake();
        self.writer.wake();
        self.changed.notify_waiters();
    }

    pub fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Acquire)
    }

    /// Waits for [`Self::shut`].
    pub async fn was_shut(&self) {
        self.becomes(Self::is_shut).await;
    }

    async fn becomes(&self, so: impl Fn(&Self) -> bool) {
        loop {
            // Before looking: it hears of every change from now on.
            let changed = self.changed.notified();
            if so(self) {
                return;
            }
            changed.await;
        }
    }

    /// For a writer that waits for the network: [`Self::shut`] wakes it.
    pub fn wake_writer_when_shut(&self, context: &mut Context<'_>) {
        self.writer.register(context.waker());
    }

    fn is_open(&self) -> bool {
        self.is_shut() || self.waiting() < self.limit
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let before = self.gate.waiting.fetch_sub(self.bytes, Ordering::AcqRel);
        if before >= self.gate.limit && before - self.bytes < self.gate.limit {
            self.gate.reader.wake();
            self.gate.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::poll_fn};

    use super::*;

    #[tokio::test]
    async fn reading_stops_while_too_much_waits_and_goes_on_afterwards() {
        let gate = Gate::new(100);
        let small = gate.charge(60);
        let open = |gate: &Arc<Gate>| {
            let gate = Arc::clone(gate);
            poll_fn(move |context| gate.poll_open(context))
        };
        assert!(open(&gate).now_or_never().is_some());
        let large = gate.charge(60);
        let mut waiting = tokio::spawn(open(&gate));
        tokio::task::yield_now().await;
        assert!((&mut waiting).now_or_never().is_none());
        drop(small);
        waiting.await.unwrap();
        drop(large);
        assert_eq!(gate.waiting(), 0);
    }

    #[tokio::test]
    async fn everybody_who_waits_for_the_end_hears_of_it() {
        let gate = Gate::new(1);
        let wait = || Box::pin(gate.was_shut());
        let (mut one, mut other) = (wait(), wait());
        assert!(one.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        gate.shut();
        tokio::join!(one, other);
        gate.was_shut().await;
    }

    #[tokio::test]
    async fn everybody_who_waits_for_room_hears_of_it_whoever_reads_the_connection() {
        let gate = Gate::new(1);
        let full = gate.charge(1);
        let wait = || Box::pin(gate.opened());
        let (mut one, mut other) = (wait(), wait());
        assert!(one.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        assert!(poll_fn(|context| gate.poll_open(context)).now_or_never().is_none());
        drop(full);
        tokio::join!(one, other);
    }

    #[tokio::test]
    async fn a_shut_gate_lets_the_reader_find_out() {
        let gate = Gate::new(1);
        let _full = gate.charge(5);
        let reader = Arc::clone(&gate);
        let reading = tokio::spawn(poll_fn(move |context| reader.poll_open(context)));
        tokio::task::yield_now().await;
        gate.shut();
        reading.await.unwrap();
        assert!(gate.is_shut());
    }
}
