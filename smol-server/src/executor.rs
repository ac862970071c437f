//! The threads that everything runs on: one worker a core.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_timer::Delay;
use live_std::Runtime;

use crate::pool::{Pool, Source};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Worker threads. Dropped, they stop, and what was spawned is gone.
pub(crate) struct Workers {
    pool: Arc<Pool>,
    threads: Vec<JoinHandle<()>>,
}

/// A handle to the workers that doesn't keep them.
#[derive(Clone)]
pub(crate) struct Spawner(Weak<Pool>);

impl Workers {
    /// One worker for each core that the process may use.
    pub(crate) fn start() -> io::Result<Self> {
        let mut workers = Self { pool: Arc::new(Pool::new()?), threads: Vec::new() };
        for n in 0..thread::available_parallelism()?.get() {
            let pool = workers.pool.clone();
            let name = format!("live-{n}");
            workers.threads.push(thread::Builder::new().name(name).spawn(move || work(&pool))?);
        }
        Ok(workers)
    }

    pub(crate) fn spawner(&self) -> Spawner {
        Spawner(Arc::downgrade(&self.pool))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.pool.stop();
        for thread in self.threads.drain(..) {
            // A worker's panics are caught and logged where they happen.
            let _ = thread.join();
        }
    }
}

/// A task that panics must not take its worker along.
fn work(pool: &Pool) {
    while catch_unwind(AssertUnwindSafe(|| pool.work())).is_err() {
        tracing::error!("a task panicked");
    }
}

impl Spawner {
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawn(Box::pin(task));
    }

    /// A socket for the tasks of these workers.
    ///
    /// # Errors
    /// The system's, and none to wait for it.
    pub(crate) fn source<T: crate::pool::Socket>(&self, socket: T) -> io::Result<Source<T>> {
        self.0.upgrade().ok_or(io::ErrorKind::NotConnected)?.source(socket)
    }
}

impl Runtime for Spawner {
    fn spawn(&self, task: BoxFuture<()>) {
        if let Some(pool) = self.0.upgrade() {
            pool.spawn(task);
        }
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
