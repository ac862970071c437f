//! Records in the process's own memory.

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use live_core::{Record, SessionId};

use super::{SessionStore, StoreError, StoreFuture};

/// The most records that a [`MemoryStore`] holds by default.
pub const MAX_RECORDS: usize = 100_000;

/// A longer time is cut to this, which every clock can hold.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Keeps records until their time is over, at most [`MAX_RECORDS`] of them. They end with the process.
pub struct MemoryStore {
    records: Mutex<HashMap<SessionId, Kept>>,
    capacity: usize,
}

struct Kept {
    record: Record,
    until: Instant,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::with_capacity(MAX_RECORDS)
    }

    /// An empty store for at most `capacity` records.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { records: Mutex::default(), capacity }
    }

    /// How many records it holds, those whose time is over included until something needs their place.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Kept>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, record: Record, ttl: Duration, fenced: bool) -> Result<(), StoreError> {
        let now = Instant::now();
        let mut records = self.lock();
        if records.len() >= self.capacity && !records.contains_key(&record.id) {
            records.retain(|_, kept| kept.until > now);
            if records.len() >= self.capacity {
                return Err(StoreError::Full);
            }
        }
        let there = records.get(&record.id).filter(|kept| kept.until > now);
        if fenced && !record.owner().follows(there.map(|kept| kept.record.owner())) {
            return Err(StoreError::Fenced);
        }
        records.insert(record.id, Kept { record, until: now + ttl.min(FOREVER) });
        Ok(())
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl SessionStore for MemoryStore {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        let now = Instant::now();
        let found = self.lock().get(&id).filter(|kept| kept.until > now).map(|kept| kept.record.clone());
        Box::pin(ready(Ok(found)))
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(ready(self.put(record, ttl, false)))
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(ready(self.put(next, ttl, true)))
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.lock().remove(&id);
        Box::pin(ready(Ok(())))
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        let now = Instant::now();
        if let Some(kept) = self.lock().get_mut(&id).filter(|kept| kept.until > now) {
            kept.until = now + ttl.min(FOREVER);
        }
        Box::pin(ready(Ok(())))
    }

    fn is_volatile(&self) -> bool {
        true
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("len", &self.len()).field("capacity", &self.capacity).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use live_core::Claim;

    use crate::store::conformance::{conforms, done};

    const LONG: Duration = Duration::from_secs(60);

    fn record(n: u8, generation: u64) -> Record {
        Record {
            id: SessionId::new([n; 16]),
            claim: Claim::default(),
            generation,
            bytes: vec![generation as u8],
        }
    }

    #[test]
    fn it_is_a_session_store() {
        conforms(&MemoryStore::new());
    }

    #[test]
    fn a_full_store_makes_room_from_what_is_over_and_refuses_the_rest() {
        let store = MemoryStore::with_capacity(2);
        done(store.set(record(1, 1), Duration::ZERO)).unwrap();
        done(store.set(record(2, 1), LONG)).unwrap();
        done(store.set(record(3, 1), LONG)).unwrap();
        assert!(matches!(done(store.set(record(4, 1), LONG)), Err(StoreError::Full)));
        done(store.set(record(3, 5), LONG)).unwrap();
        assert_eq!(store.len(), 2);
    }
}
