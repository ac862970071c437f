//! One stream, who follows it, and how they are told.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use atomic_waker::AtomicWaker;
use live_core::{SessionId, Stream, Version};

use super::super::Engine;
use super::super::direct::Told;
use super::super::lock::{Guard, Lock};
use super::super::runtime::{Runtime, restarted, within, yield_now};
use super::super::slot::Slot;
use super::Key;
use crate::entropy;
use crate::pubsub::{PubSub, Subscriber};
use crate::store::BoxFuture;

/// How many are told without a break for other tasks.
const AT_ONCE: usize = 64;

/// For each follower that was told, how long the next news waits: so telling a large room takes a part of the server only, and a
/// burst of news is told as one.
const PAUSE: Duration = Duration::from_micros(10);

/// A shorter pause isn't made.
const LEAST_PAUSE: Duration = Duration::from_millis(2);

/// How long the other sessions wait for the first one to render what is new. A page that is slow or busy takes longer: then the next session is asked.
const LOOK_WITHIN: Duration = Duration::from_millis(20);

/// How many sessions are asked in turn. After them all are notified at once, and each renders for itself.
const LOOKS: usize = 3;

pub(crate) struct Entry {
    key: Key,
    /// Under which the bus knows it.
    id: SessionId,
    engine: Weak<Engine>,
    me: Weak<Self>,
    /// The page's code renders it under this lock.
    stream: Lock<Stream>,
    /// What it showed last.
    last: Mutex<Option<Arc<Version>>>,
    /// Somebody has looked at that while another rendered.
    passed_by: AtomicBool,
    /// Waits until somebody has looked.
    looker: AtomicWaker,
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
            stream: Lock::default(),
            last: Mutex::default(),
            passed_by: AtomicBool::new(false),
            looker: AtomicWaker::new(),
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
            crate::log!(error, %error, topic = %self.key.topic, "the region `{}` has no news", self.key.region);
        }
        self.changed();
    }

    /// Gives the bytes before and after. Whoever looks while another renders it, by the page's own code, waits for nobody: it sees what was shown
    /// last, and is notified again; if nothing was shown yet, it renders for itself.
    pub(super) fn lend(&self, look: &mut dyn FnMut(&mut Stream)) -> (usize, usize) {
        let Some(stream) = self.stream.try_briefly().or_else(|| self.passed_by()) else {
            look(&mut self.last().clone().map(Stream::showing).unwrap_or_default());
            return (0, 0);
        };
        let mut lent = Lent { stream, _after: After(self) };
        let stream = &mut *lent.stream;
        if self.has_changed.swap(false, AcqRel) {
            stream.outdate();
        }
        look(stream);
        let bytes = stream.bytes();
        if let Some(current) = stream.current() {
            *self.last() = Some(current.clone());
        }
        drop(lent);
        (self.bytes.swap(bytes, Relaxed), bytes)
    }

    /// Somebody passes by while another renders it, and says so; unless it is free by now.
    fn passed_by(&self) -> Option<Guard<'_, Stream>> {
        self.passed_by.store(true, SeqCst);
        self.stream.try_now()
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
        self.stream.try_now()?.current().cloned()
    }

    /// What it showed when it was looked at last.
    fn last(&self) -> MutexGuard<'_, Option<Arc<Version>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn followers(&self) -> MutexGuard<'_, Followers> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.has_changed.store(true, Release);
        self.spread();
    }

    /// Has everybody told, in a task of its own, if that isn't under way.
    fn spread(&self) {
        if self.telling.swap(AGAIN, AcqRel) == QUIET
            && let (Some(me), Some(engine)) = (self.me.upgrade(), self.engine.upgrade())
        {
            let (weak, runtime) = (self.engine.clone(), engine.runtime.clone());
            let tell = move || -> BoxFuture<'static, ()> { Box::pin(me.clone().tell(weak.clone())) };
            engine.runtime.spawn(Box::pin(restarted(runtime, "news of a shared region", tell)));
        }
    }

    /// Tells everybody, and once more where something was published meanwhile.
    async fn tell(self: Arc<Self>, engine: Weak<Engine>) {
        while let Some(engine) = engine.upgrade() {
            self.telling.store(TELLING, Release);
            let followers = self.followers().all();
            let mut looks = LOOKS;
            for some in followers.chunks(AT_ONCE) {
                for slot in some.iter().filter_map(Weak::upgrade) {
                    let current = self.current();
                    let told = engine.tell_of_change(&slot, &self.key.region, current.as_ref());
                    if told == Told::Looks && looks > 0 {
                        looks -= 1;
                        self.until_looked_at(&*engine.runtime).await;
                    }
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

    /// Waits until a session that was just woken has looked, so that all others are passed what it has rendered; not for long.
    async fn until_looked_at(&self, runtime: &dyn Runtime) {
        let looked = poll_fn(|cx| {
            self.looker.register(cx.waker());
            if self.current().is_some() { Poll::Ready(()) } else { Poll::Pending }
        });
        within(runtime, LOOK_WITHIN, Box::pin(looked)).await;
    }
}

/// A stream while somebody looks at it. Fields are dropped in this order.
struct Lent<'a> {
    stream: Guard<'a, Stream>,
    _after: After<'a>,
}

/// Once the stream is free, even if rendering it has panicked, whoever has passed by is notified.
struct After<'a>(&'a Entry);

impl Drop for After<'_> {
    fn drop(&mut self) {
        self.0.looker.wake();
        if self.0.passed_by.swap(false, SeqCst) {
            self.0.spread();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn who_passed_by_a_render_that_panics_is_notified_again() {
        let entry = Entry::new(Key { page: 0, region: "said".into(), topic: "tea".into() }, Weak::new());
        let panics = || {
            entry.lend(&mut |_| {
                entry.lend(&mut |_| ());
                panic!("the page's own closure");
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        assert_ne!(
            entry.telling.load(Acquire),
            QUIET,
            "nobody is notified: who has passed by shows the previous version"
        );
    }
}
