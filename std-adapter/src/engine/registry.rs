//! The sessions in memory.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use live_core::{Instant, SessionId};

use super::slot::Slot;

#[derive(Default)]
pub(crate) struct Registry {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    slots: HashMap<SessionId, Arc<Slot>>,
    /// Sessions without a connection, by when their grace ends. All have the same grace, so this is sorted.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    until: Instant,
    id: SessionId,
    detached: u64,
}

impl Registry {
    pub(crate) fn get(&self, id: SessionId) -> Option<Arc<Slot>> {
        self.lock().slots.get(&id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().slots.len()
    }

    /// Adds a session, unless another connection of it was faster: then gives that one. The `bool` says whether it is new.
    pub(crate) fn add(&self, slot: Slot) -> (Arc<Slot>, bool) {
        match self.lock().slots.entry(slot.id) {
            Entry::Occupied(known) => (known.get().clone(), false),
            Entry::Vacant(place) => (place.insert(Arc::new(slot)).clone(), true),
        }
    }

    /// The session has lost its connection; it ends at `until`.
    pub(crate) fn wait(&self, id: SessionId, detached: u64, until: Instant) {
        self.lock().waiting.push_back(Waiting { until, id, detached });
    }

    /// Takes out one session, if it is still the one that is meant.
    pub(crate) fn remove(&self, slot: &Arc<Slot>) -> bool {
        let mut inner = self.lock();
        let same = inner.slots.get(&slot.id).is_some_and(|known| Arc::ptr_eq(known, slot));
        if same {
            inner.slots.remove(&slot.id);
        }
        same
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Slot>> {
        self.lock().slots.values().cloned().collect()
    }

    /// The sessions of one browser.
    pub(crate) fn of_browser(&self, cookie: [u8; 16]) -> Vec<Arc<Slot>> {
        self.lock().slots.values().filter(|slot| slot.cookie == cookie).cloned().collect()
    }

    /// The sessions whose grace was to end by now, each with the time for which it had been left.
    pub(crate) fn over(&self, now: Instant) -> Vec<(Arc<Slot>, u64)> {
        let mut inner = self.lock();
        let due = inner.waiting.partition_point(|waiting| waiting.until <= now);
        let due: Vec<Waiting> = inner.waiting.drain(..due).collect();
        due.into_iter().filter_map(|w| Some((inner.slots.get(&w.id)?.clone(), w.detached))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
