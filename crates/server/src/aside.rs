//! Work that takes long, where it keeps nobody waiting.

use std::{future::pending, panic::resume_unwind};

/// A panic in the work goes on in who waits for it. Where the runtime stops before the work began, that is not over:
/// who waits is dropped with the runtime.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) if stopped.is_panic() => resume_unwind(stopped.into_panic()),
        Err(_) => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::runtime::Builder;

    use super::*;

    #[tokio::test]
    async fn what_the_work_found_comes_back() {
        assert_eq!(aside(|| 6 * 7).await, 42);
    }

    #[tokio::test]
    #[should_panic(expected = "too much")]
    async fn a_panic_in_the_work_goes_on_in_who_waits() {
        aside(|| panic!("too much")).await
    }

    #[test]
    fn who_has_work_done_while_the_runtime_stops_is_dropped_with_it_and_does_not_panic() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (begin, has_begun) = mpsc::channel();
        let (stopped, has_stopped) = mpsc::channel::<()>();
        let working = runtime.spawn(async move {
            begin.send(()).unwrap();
            let _ = has_stopped.recv();
            aside(|| ()).await;
        });
        has_begun.recv().unwrap();
        runtime.shutdown_background();
        drop(stopped);
        let ended = Builder::new_current_thread().build().unwrap().block_on(working);
        assert!(ended.unwrap_err().is_cancelled());
    }
}
