//! What the engine asks of a runtime.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use live_core::Panicked;

use crate::guard::CatchUnwind;
use crate::store::BoxFuture;

/// Two lines of code for any async runtime.
pub trait Runtime: Send + Sync + 'static {
    /// Runs a task beside everything else.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// A future that is done after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A future whose panic ends it with an error, and nothing else.
pub async fn caught<T>(mut future: BoxFuture<'_, T>) -> Result<T, Panicked> {
    let result = poll_fn(|cx| match CatchUnwind.catch(|| future.as_mut().poll(cx)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await;
    // A future that panicked may panic again when it is dropped.
    discard(future);
    result
}

/// Drops a value of the application, whose panic ends nothing else.
pub(crate) fn discard<T>(value: T) {
    if let Err(panicked) = CatchUnwind.catch(|| drop(value)) {
        crate::log!(error, %panicked, "a value panicked when it was dropped");
    }
}

/// How long a task rests that has panicked, until it is started again.
const RESTART_AFTER: Duration = Duration::from_secs(1);

/// A task of the engine's own that goes on until it ends by itself: after a panic it is started again.
pub(crate) async fn restarted(
    runtime: Arc<dyn Runtime>,
    name: &'static str,
    mut start: impl FnMut() -> BoxFuture<'static, ()> + Send,
) {
    while let Err(panicked) = caught(start()).await {
        crate::log!(error, %panicked, "the {name} panicked, and is started again");
        runtime.sleep(RESTART_AFTER).await;
    }
}

/// Lets other tasks run.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// `future`'s value, or none if `limit` comes first. No timer is set for what is done at once.
pub(crate) async fn within<T>(
    runtime: &dyn Runtime,
    limit: Duration,
    mut future: BoxFuture<'_, T>,
) -> Option<T> {
    let mut sleep = None;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => sleep.get_or_insert_with(|| runtime.sleep(limit)).as_mut().poll(cx).map(|()| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::resume_unwind;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::task::{Context, Waker};

    /// In which no time passes.
    struct Timeless;

    impl Runtime for Timeless {
        fn spawn(&self, _: BoxFuture<'static, ()>) {
            unreachable!("nothing is spawned");
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(async {})
        }
    }

    #[test]
    fn a_task_of_the_engine_is_started_again_after_each_panic_until_it_ends() {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        let mut task = Box::pin(restarted(Arc::new(Timeless), "test", move || {
            let run = counted.fetch_add(1, Relaxed);
            Box::pin(async move {
                if run < 3 {
                    resume_unwind(Box::new("as is wanted"));
                }
            })
        }));
        assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(runs.load(Relaxed), 4);
    }

    #[test]
    fn what_panics_when_it_is_dropped_ends_nothing() {
        struct Falls;
        impl Drop for Falls {
            fn drop(&mut self) {
                resume_unwind(Box::new("as is wanted"));
            }
        }
        discard(Falls);
    }
}
