//! The threads that everything runs on: one worker a core.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_timer::Delay;
use live_std::Runtime;

use crate::crew::Crew;
use crate::pool::{Pool, Source};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Worker threads, and the one that looks after them. Dropped, they stop, and what was spawned is gone; but for what a worker is stuck in.
pub(crate) struct Workers {
    pool: Arc<Pool>,
    /// While this is there the crew is looked after.
    goes_on: Option<Sender<()>>,
    supervisor: Option<JoinHandle<Crew>>,
}

/// A handle to the workers that doesn't keep them.
#[derive(Clone)]
pub(crate) struct Spawner(Weak<Pool>);

impl Workers {
    /// One worker for each core that the process may use.
    pub(crate) fn start() -> io::Result<Self> {
        let pool = Arc::new(Pool::new()?);
        let crew = Crew::start(pool.clone(), thread::available_parallelism()?.get())?;
        let (goes_on, ends) = channel();
        let supervise = move || crew.supervise(&ends);
        let supervisor = thread::Builder::new().name("live-workers".to_owned()).spawn(supervise)?;
        Ok(Self { pool, goes_on: Some(goes_on), supervisor: Some(supervisor) })
    }

    pub(crate) fn spawner(&self) -> Spawner {
        Spawner(Arc::downgrade(&self.pool))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.pool.stop();
        drop(self.goes_on.take());
        if let Some(Ok(crew)) = self.supervisor.take().map(JoinHandle::join) {
            crew.end();
        }
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
        f.debug_struct("Workers").finish_non_exhaustive()
    }
}
