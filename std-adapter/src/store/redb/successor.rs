//! A store whose file another process may still have.

use std::fmt;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use live_core::{Record, SessionId};

use super::{LOOK, RedbError, RedbProblem, RedbStore};
use crate::store::{SessionStore, StoreFuture};

/// How often the log says that the file is still in use.
const REMIND: Duration = Duration::from_secs(10);

/// A [`RedbStore`] that opens its file once the process before it has ended: see [`RedbStore::open_behind`].
pub struct RedbSuccessor(Arc<State>);

struct State {
    path: PathBuf,
    store: OnceLock<RedbStore>,
    /// Who waits for it.
    waiting: Mutex<Vec<Waker>>,
}

impl RedbSuccessor {
    pub(super) fn open(path: &Path) -> Result<Self, RedbError> {
        let state = State { path: path.to_owned(), store: OnceLock::new(), waiting: Mutex::default() };
        let state = Arc::new(state);
        match RedbStore::open(path) {
            Ok(store) => drop(state.store.set(store)),
            Err(error) if matches!(error.problem(), RedbProblem::InUse) => {
                let waits = state.clone();
                let thread = thread::Builder::new().name("session-store-waits".to_owned());
                thread
                    .spawn(move || waits.open())
                    .map_err(|error| RedbError::new(path, RedbProblem::Io(error)))?;
            }
            Err(error) => return Err(error),
        }
        Ok(Self(state))
    }

    /// Whether the file is open.
    pub fn is_open(&self) -> bool {
        self.0.store.get().is_some()
    }

    async fn opened(&self) -> &RedbStore {
        poll_fn(|cx| self.0.poll(cx)).await;
        self.0.store.get().expect("whoever waits is woken once it is there")
    }
}

impl State {
    /// Runs until the file is open, or nobody is left to open it for.
    fn open(self: Arc<Self>) {
        let mut told = Instant::now();
        while Arc::strong_count(&self) > 1 {
            match RedbStore::open(&self.path) {
                Ok(store) => {
                    let _ = self.store.set(store);
                    self.lock().drain(..).for_each(Waker::wake);
                    return;
                }
                Err(error) => {
                    if told.elapsed() > REMIND {
                        crate::log!(warn, %error, "sessions wait for their store");
                        told = Instant::now();
                    }
                    thread::sleep(LOOK);
                }
            }
        }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.store.get().is_some() {
            return Poll::Ready(());
        }
        let mut waiting = self.lock();
        // It may have been opened just now.
        if self.store.get().is_some() {
            return Poll::Ready(());
        }
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionStore for RedbSuccessor {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        Box::pin(async move { self.opened().await.get(id).await })
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await.set(record, ttl).await })
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        match self.0.store.get() {
            Some(store) => store.commit(next, ttl),
            None => Box::pin(async move { self.opened().await.commit(next, ttl).await }),
        }
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await.delete(id).await })
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await.touch(id, ttl).await })
    }
}

impl fmt::Debug for RedbSuccessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbSuccessor").field("path", &self.0.path).finish_non_exhaustive()
    }
}
