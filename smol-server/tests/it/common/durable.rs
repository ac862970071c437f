//! A store in memory that passes for a durable one.

use std::sync::Mutex;
use std::time::Duration;

use live_smol::live_core::{Record, SessionId};
use live_smol::live_std::store::StoreFuture;
use live_smol::live_std::{MemoryStore, SessionStore};

/// Every event is committed to it before it is acknowledged.
#[derive(Default)]
pub(crate) struct Durable(pub(crate) MemoryStore, Mutex<Vec<SessionId>>);

impl Durable {
    /// The store loses all that it has.
    pub(crate) fn clear(&self) {
        for id in self.1.lock().unwrap().drain(..) {
            smol::block_on(self.0.delete(id)).unwrap();
        }
    }
}

impl SessionStore for Durable {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        self.0.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.0.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.1.lock().unwrap().push(next.id);
        self.0.commit(next, ttl)
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.0.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.0.touch(id, ttl)
    }
}
