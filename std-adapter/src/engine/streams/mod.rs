//! What many sessions look at: one stream for each page, region and topic, kept while it is followed, and for as long as there is room.

mod entry;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use live_core::{Interner, Stream, Streams};

use super::Engine;
use super::slot::Slot;
use crate::pubsub::PubSub;
pub(crate) use entry::Entry;

/// The streams of all pages.
pub(crate) struct StreamStore {
    bus: Arc<dyn PubSub>,
    engine: Weak<Engine>,
    /// The most bytes that streams may hold; those that nobody follows go first.
    budget: usize,
    kept: Mutex<Kept>,
    /// What sessions show alike without having declared it.
    alike: Mutex<Interner>,
}

/// The streams of one page.
pub(crate) struct PageStreams {
    store: Arc<StreamStore>,
    page: usize,
}

#[derive(Default)]
struct Kept {
    entries: HashMap<Key, Arc<Entry>>,
    bytes: usize,
    /// Counts looks: the entry with the lowest was looked at the longest ago.
    looks: u64,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    page: usize,
    pub(crate) region: Arc<str>,
    pub(crate) topic: Arc<str>,
}

/// What an entry takes beside its stream.
const OVERHEAD: usize = 512;

impl StreamStore {
    pub(crate) fn new(bus: Arc<dyn PubSub>, engine: Weak<Engine>, budget: usize) -> Arc<Self> {
        Arc::new(Self { bus, engine, budget, kept: Mutex::default(), alike: Mutex::default() })
    }

    /// The entry, a new one where there is none; `hold` is called before anybody can drop it.
    fn entry(&self, key: Key, hold: impl FnOnce(&Arc<Entry>)) -> Arc<Entry> {
        let (entry, is_new, dropped) = {
            let mut kept = self.lock();
            kept.looks += 1;
            let looks = kept.looks;
            let (entry, is_new) = match kept.entries.get(&key) {
                Some(entry) => (entry.clone(), false),
                None => {
                    let entry = Entry::new(key.clone(), self.engine.clone());
                    kept.entries.insert(key, entry.clone());
                    kept.bytes += OVERHEAD;
                    (entry, true)
                }
            };
            entry.looked_at(looks);
            hold(&entry);
            (entry, is_new, kept.excess(self.budget))
        };
        if is_new {
            entry.join(&*self.bus);
        }
        dropped.iter().for_each(|entry| self.bus.leave(entry.id()));
        entry
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PageStreams {
    pub(crate) fn new(store: &Arc<StreamStore>, page: usize) -> Arc<Self> {
        Arc::new(Self { store: store.clone(), page })
    }

    /// Tells the session of changes, from now on.
    pub(crate) fn follow(&self, slot: &Arc<Slot>, region: Arc<str>, topic: Arc<str>) {
        let entry = self.store.entry(Key { page: self.page, region, topic }, |entry| entry.add(slot));
        slot.mailbox.changed(&entry.key().region);
        slot.mailbox.wake();
        slot.follows().push(entry);
    }

    /// Tells it no longer.
    pub(crate) fn unfollow(&self, slot: &Slot, region: &str, topic: &str) {
        slot.follows().retain(|entry| {
            let stays = !entry.is(region, topic);
            if !stays {
                entry.remove(slot.id);
            }
            stays
        });
    }
}

impl Streams for PageStreams {
    fn lend(&self, region: &str, topic: &str, look: &mut dyn FnMut(&mut Stream)) {
        let key = Key { page: self.page, region: region.into(), topic: topic.into() };
        let (before, after) = self.store.entry(key, |_| ()).lend(look);
        let mut kept = self.store.lock();
        kept.bytes = (kept.bytes + after).saturating_sub(before);
    }

    fn intern(&self, hash: [u8; 8], html: String) -> Arc<String> {
        self.store.alike.lock().unwrap_or_else(PoisonError::into_inner).intern(hash, html)
    }
}

impl Kept {
    /// Takes out what nobody follows, the longest unused first, until the rest is within the budget.
    fn excess(&mut self, budget: usize) -> Vec<Arc<Entry>> {
        let mut dropped = Vec::new();
        while self.bytes > budget {
            let unused = self.entries.values().filter(|entry| entry.is_unused());
            let Some(key) = unused.min_by_key(|entry| entry.looks()).map(|entry| entry.key().clone()) else {
                break;
            };
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes = self.bytes.saturating_sub(OVERHEAD + entry.bytes());
                dropped.push(entry);
            }
        }
        dropped
    }
}

impl fmt::Debug for PageStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStreams").field("page", &self.page).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pubsub::{InmemPubSub, PubSubExt};

    fn store(budget: usize) -> (Arc<InmemPubSub>, Arc<PageStreams>) {
        let bus = Arc::new(InmemPubSub::new());
        let store = StreamStore::new(bus.clone(), Weak::new(), budget);
        (bus, PageStreams::new(&store, 0))
    }

    /// Whether the stream, as it is lent, has to be rendered.
    fn look(streams: &PageStreams, topic: &str) -> bool {
        let mut is_blank = false;
        streams.lend("said", topic, &mut |stream| is_blank = stream.current().is_none());
        is_blank
    }

    #[test]
    fn what_is_published_outdates_the_streams_of_its_topic_in_all_pages() {
        let (bus, streams) = store(1 << 20);
        let other = PageStreams::new(&streams.store, 1);
        assert!(look(&streams, "tea") && look(&other, "tea") && look(&streams, "rust"));
        assert_eq!((bus.followers("tea"), bus.followers("rust")), (2, 1));
        let entries: Vec<Arc<Entry>> = streams.store.lock().entries.values().cloned().collect();
        for entry in &entries {
            entry.lend(&mut |_| ());
        }
        bus.publish("tea", &()).unwrap();
        bus.broadcast(&()).unwrap();
        let outdated = entries.iter().filter(|entry| entry.has_changed());
        assert!(outdated.map(|entry| &*entry.key().topic).eq(["tea", "tea"]));
    }

    #[test]
    fn past_the_budget_the_longest_unused_goes() {
        let (bus, streams) = store(3 * OVERHEAD);
        for topic in ["a", "b", "c"] {
            look(&streams, topic);
        }
        look(&streams, "a");
        look(&streams, "d");
        let there = ["a", "b", "c", "d"].map(|topic| bus.followers(topic));
        assert_eq!(there, [1, 0, 1, 1]);
        assert_eq!(streams.store.lock().bytes, 3 * OVERHEAD);
    }
}
