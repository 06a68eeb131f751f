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

#[derive(Debug, Default)]
pub struct Gate {
    waiting: AtomicUsize,
    limit: usize,
    shut: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
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

    /// Ready when the connection may be read.
    pub fn poll_open(&self, context: &mut Context<'_>) -> Poll<()> {
        // Registered even while it is open, for a reader that finds nothing to read must hear of the end.
        self.reader.register(context.waker());
        if self.is_open() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Waits until more may come.
    pub async fn opened(&self) {
        std::future::poll_fn(|context| self.poll_open(context)).await;
    }

    /// Ends the connection: whoever reads or writes it finds it closed.
    pub fn shut(&self) {
        self.shut.store(true, Ordering::Release);
        self.reader.wake();
        self.writer.wake();
    }

    pub fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Acquire)
    }

    /// Waits for [`Self::shut`].
    pub async fn was_shut(&self) {
        std::future::poll_fn(|context| {
            self.wake_writer_when_shut(context);
            if self.is_shut() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
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
    async fn whoever_waits_for_the_end_hears_of_it() {
        let gate = Gate::new(1);
        let waiting = Arc::clone(&gate);
        let mut waiting = tokio::spawn(async move { waiting.was_shut().await });
        tokio::task::yield_now().await;
        assert!((&mut waiting).now_or_never().is_none());
        gate.shut();
        waiting.await.unwrap();
        gate.was_shut().await;
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
