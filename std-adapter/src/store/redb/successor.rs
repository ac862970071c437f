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
use crate::store::{SessionStore, StoreError, StoreFuture};

/// How often the log says that the file is still in use.
const REMIND: Duration = Duration::from_secs(10);

/// A [`RedbStore`] that opens its file once the previous process has ended: see [`RedbStore::open_behind`].
pub struct RedbSuccessor(Arc<State>);

struct State {
    path: PathBuf,
    store: OnceLock<Result<RedbStore, String>>,
    /// Who waits for it.
    waiting: Mutex<Vec<Waker>>,
}

impl RedbSuccessor {
    pub(super) fn open(path: &Path) -> Result<Self, RedbError> {
        let state = State { path: path.to_owned(), store: OnceLock::new(), waiting: Mutex::default() };
        let state = Arc::new(state);
        match RedbStore::open(path) {
            Ok(store) => drop(state.store.set(Ok(store))),
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
        matches!(self.0.store.get(), Some(Ok(_)))
    }

    /// # Errors
    /// If the file can't be opened for another reason than that it is in use.
    async fn opened(&self) -> Result<&RedbStore, StoreError> {
        let opened = poll_fn(|cx| self.0.poll(cx)).await;
        opened.as_ref().map_err(|reason| StoreError::Failed(reason.clone().into()))
    }
}

impl State {
    /// Tries until the file is open, an error is final, or the store is dropped.
    fn open(self: Arc<Self>) {
        let mut told = Instant::now();
        while Arc::strong_count(&self) > 1 {
            match RedbStore::open(&self.path) {
                Ok(store) => return self.is_done(Ok(store)),
                Err(error) if !matches!(error.problem(), RedbProblem::InUse) => {
                    crate::log!(error, %error, "there is no store for sessions");
                    return self.is_done(Err(error.to_string()));
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

    fn is_done(&self, opened: Result<RedbStore, String>) {
        let _ = self.store.set(opened);
        self.lock().drain(..).for_each(Waker::wake);
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<&Result<RedbStore, String>> {
        if let Some(opened) = self.store.get() {
            return Poll::Ready(opened);
        }
        let mut waiting = self.lock();
        // It may have been opened just now.
        if let Some(opened) = self.store.get() {
            return Poll::Ready(opened);
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
        Box::pin(async move { self.opened().await?.get(id).await })
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await?.set(record, ttl).await })
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        match self.0.store.get() {
            Some(Ok(store)) => store.commit(next, ttl),
            _ => Box::pin(async move { self.opened().await?.commit(next, ttl).await }),
        }
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await?.delete(id).await })
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.opened().await?.touch(id, ttl).await })
    }
}

impl fmt::Debug for RedbSuccessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbSuccessor").field("path", &self.0.path).finish_non_exhaustive()
    }
}
