//! The threads that everything runs on: one executor, one worker a core.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_executor::Executor;
use futures_timer::Delay;
use live_std::Runtime;
use smol::block_on;
use smol::channel::{self, Receiver, Sender};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Worker threads. Dropped, they stop, and what was spawned is gone.
pub(crate) struct Workers {
    executor: Option<Arc<Executor<'static>>>,
    running: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// A handle to the executor that doesn't keep it.
#[derive(Clone)]
pub(crate) struct Spawner(Weak<Executor<'static>>);

impl Workers {
    /// One worker for each core that the process may use.
    pub(crate) fn start() -> std::io::Result<Self> {
        let executor = Arc::new(Executor::new());
        let (running, stopped) = channel::bounded(1);
        let mut workers =
            Self { executor: Some(executor.clone()), running: Some(running), threads: Vec::new() };
        for n in 0..thread::available_parallelism()?.get() {
            let (executor, stopped) = (executor.clone(), stopped.clone());
            let name = format!("live-{n}");
            workers.threads.push(thread::Builder::new().name(name).spawn(move || work(&executor, &stopped))?);
        }
        Ok(workers)
    }

    pub(crate) fn spawner(&self) -> Spawner {
        Spawner(self.executor.as_ref().map(Arc::downgrade).unwrap_or_default())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.running.take();
        for thread in self.threads.drain(..) {
            // A worker's panics are caught and logged where they happen.
            let _ = thread.join();
        }
        self.executor.take();
    }
}

/// A task that panics must not take its worker along.
fn work(executor: &Executor<'static>, stopped: &Receiver<()>) {
    while catch_unwind(AssertUnwindSafe(|| block_on(executor.run(stopped.recv())))).is_err() {
        tracing::error!("a task panicked");
    }
}

impl Spawner {
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(executor) = self.0.upgrade() {
            executor.spawn(task).detach();
        }
    }
}

impl Runtime for Spawner {
    fn spawn(&self, task: BoxFuture<()>) {
        self.run(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        Box::pin(Delay::new(duration))
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}
