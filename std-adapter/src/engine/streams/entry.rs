//! One stream, who follows it, and how they are told.

use std::collections::HashMap;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use live_core::{SessionId, Stream, Version};

use super::super::Engine;
use super::super::runtime::yield_now;
use super::super::slot::Slot;
use super::Key;
use crate::entropy;
use crate::pubsub::{PubSub, Subscriber};

/// How many are told without a break for other tasks.
const AT_ONCE: usize = 64;

/// For each follower that was told, how long the next news waits: so telling a large room takes a part of the server only, and a
/// burst of news is told as one.
const PAUSE: Duration = Duration::from_micros(10);

/// A shorter pause isn't made.
const LEAST_PAUSE: Duration = Duration::from_millis(2);

pub(crate) struct Entry {
    key: Key,
    /// Under which the bus knows it.
    id: SessionId,
    engine: Weak<Engine>,
    me: Weak<Self>,
    stream: Mutex<Stream>,
    /// Something was published since the stream was lent.
    has_changed: AtomicBool,
    followers: Mutex<Followers>,
    telling: AtomicU8,
    looks: AtomicU64,
    bytes: AtomicUsize,
}

/// Who is told.
#[derive(Default)]
struct Followers {
    by_session: HashMap<SessionId, Weak<Slot>>,
    /// All of them, for whoever tells them, as long as nobody comes or goes.
    all: Option<Arc<[Weak<Slot>]>>,
}

/// Nobody has to be told.
const QUIET: u8 = 0;
/// All are being told.
const TELLING: u8 = 1;
/// And once more afterwards.
const AGAIN: u8 = 2;

impl Entry {
    pub(super) fn new(key: Key, engine: Weak<Engine>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            key,
            id: entropy::session_id(),
            engine,
            me: me.clone(),
            stream: Mutex::default(),
            has_changed: AtomicBool::new(false),
            followers: Mutex::default(),
            telling: AtomicU8::new(QUIET),
            looks: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
        })
    }

    /// From now on the bus brings news. What came before, nobody has rendered yet.
    pub(super) fn join(self: &Arc<Self>, bus: &dyn PubSub) {
        bus.join(self.clone());
        if let Err(error) = bus.subscribe(self.id, &self.key.topic) {
            tracing::error!(%error, topic = %self.key.topic, "the region `{}` has no news", self.key.region);
        }
        self.changed();
    }

    /// Gives the bytes before and after.
    pub(super) fn lend(&self, look: &mut dyn FnMut(&mut Stream)) -> (usize, usize) {
        let mut stream = self.stream();
        if self.has_changed.swap(false, AcqRel) {
            stream.outdate();
        }
        look(&mut stream);
        let bytes = stream.bytes();
        (self.bytes.swap(bytes, Relaxed), bytes)
    }

    /// The session is told of changes from now on. There may have been one since it looked.
    pub(super) fn add(&self, slot: &Arc<Slot>) {
        let mut followers = self.followers();
        followers.by_session.insert(slot.id, Arc::downgrade(slot));
        followers.all = None;
    }

    pub(crate) fn remove(&self, session: SessionId) {
        let mut followers = self.followers();
        followers.by_session.remove(&session);
        followers.all = None;
    }

    pub(crate) fn is(&self, region: &str, topic: &str) -> bool {
        (&*self.key.region, &*self.key.topic) == (region, topic)
    }

    #[cfg(test)]
    pub(super) fn has_changed(&self) -> bool {
        self.has_changed.load(Acquire)
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    pub(super) fn looked_at(&self, looks: u64) {
        self.looks.store(looks, Relaxed);
    }

    pub(super) fn looks(&self) -> u64 {
        self.looks.load(Relaxed)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    pub(super) fn is_unused(&self) -> bool {
        self.followers().by_session.is_empty()
    }

    /// What it shows now, if nothing was published since that was rendered.
    fn current(&self) -> Option<Arc<Version>> {
        if self.has_changed.load(Acquire) {
            return None;
        }
        self.stream().current().cloned()
    }

    fn stream(&self) -> MutexGuard<'_, Stream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn followers(&self) -> MutexGuard<'_, Followers> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.has_changed.store(true, Release);
        if self.telling.swap(AGAIN, AcqRel) == QUIET
            && let (Some(me), Some(engine)) = (self.me.upgrade(), self.engine.upgrade())
        {
            engine.runtime.spawn(Box::pin(me.tell(Arc::downgrade(&engine))));
        }
    }

    /// Tells everybody, and once more where something was published meanwhile.
    async fn tell(self: Arc<Self>, engine: Weak<Engine>) {
        while let Some(engine) = engine.upgrade() {
            self.telling.store(TELLING, Release);
            let followers = self.followers().all();
            for some in followers.chunks(AT_ONCE) {
                for slot in some.iter().filter_map(Weak::upgrade) {
                    engine.tell_of_change(&slot, &self.key.region, self.current().as_ref());
                }
                yield_now().await;
            }
            let pause = PAUSE * u32::try_from(followers.len()).unwrap_or(u32::MAX);
            if pause >= LEAST_PAUSE {
                let sleep = engine.runtime.sleep(pause);
                drop(engine);
                sleep.await;
            }
            if self.telling.compare_exchange(TELLING, QUIET, AcqRel, Acquire).is_ok() {
                return;
            }
        }
    }
}

impl Followers {
    fn all(&mut self) -> Arc<[Weak<Slot>]> {
        self.all.get_or_insert_with(|| self.by_session.values().cloned().collect()).clone()
    }
}

impl Subscriber for Entry {
    fn session(&self) -> SessionId {
        self.id
    }

    /// What the message says is the sessions' own affair, where they have subscribed, too; a broadcast is no news of a topic.
    fn deliver(&self, topic: &Arc<str>, _: &Arc<[u8]>) {
        if **topic == *self.key.topic {
            self.changed();
        }
    }
}
