//! Where sessions are kept so that they outlive a connection, or the process.

#[cfg(test)]
pub(crate) mod conformance;
mod memory;
#[cfg(feature = "redb")]
mod redb;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use live_core::{Record, SessionId};

pub use memory::{MAX_RECORDS, MemoryStore};
#[cfg(feature = "redb")]
pub use redb::{MAX_WAITING, MAX_WAITING_BYTES, RedbError, RedbProblem, RedbStore, RedbSuccessor};

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a store answers with.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Keeps session records under their ids. What their bytes hold is the core's business.
pub trait SessionStore: Send + Sync + 'static {
    /// A session's record; none if there is none or its time is over.
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>>;

    /// Puts a record in place of whatever there was, for `ttl` from now.
    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()>;

    /// Puts `next` in place of the session's record, where it [follows](live_core::Owner::follows) that one; a record whose time is over counts as missing.
    /// Fails with [`StoreError::Fenced`], and changes nothing, where it doesn't: another server has gone on with the session (rule R1). When the
    /// future is done, the record is as durable as the store can make it. A commit whose answer was lost may be repeated.
    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()>;

    /// Removes a record. None there is no error.
    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()>;

    /// Keeps a record for `ttl` from now. None there is no error.
    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()>;

    /// Whether records end with the process. Then the live session is itself the record, and nothing is committed here.
    fn is_volatile(&self) -> bool {
        false
    }
}

/// Why a store didn't do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// Another generation of the session is there.
    Fenced,
    /// The store holds as much as it may.
    Full,
    /// What the store's own means said.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced => f.write_str("another server has gone on with this session"),
            Self::Full => f.write_str("the session store is full"),
            Self::Failed(error) => write!(f, "the session store failed: {error}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(&**error),
            _ => None,
        }
    }
}
