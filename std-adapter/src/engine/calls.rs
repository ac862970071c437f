//! Which calls of page code are under way, one a thread at most: the thread says so, at next to no cost, and the [watchdog](super::watchdog) looks.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use live_core::{Request, SessionId};

/// The calls of one engine.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Tells engines apart.
    number: u64,
    threads: Mutex<Threads>,
}

#[derive(Debug, Default)]
struct Threads {
    alive: Vec<Weak<Thread>>,
    /// How many there were.
    count: u64,
}

/// What one thread is at. On a cache line of its own: the thread writes it with each step.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Thread {
    /// Another one for each.
    pub(super) number: u64,
    /// Grows with each begin and each end: odd within a call.
    count: AtomicU64,
    /// The session's, in two halves.
    id: [AtomicU64; 2],
    /// Of a session that isn't in memory beyond the call.
    request: Mutex<Option<Arc<Request>>>,
}

/// A call as the watchdog sees it.
#[derive(Debug)]
pub(super) struct Call {
    /// Another one for each call of the thread.
    pub(super) count: u64,
    pub(super) session: SessionId,
    pub(super) request: Option<Arc<Request>>,
}

/// What a thread knows of itself.
#[derive(Default)]
enum Mine {
    /// It has called nothing yet.
    #[default]
    Nothing,
    /// It is within a call. What that calls is part of it.
    Within,
    /// It called for this engine last.
    Outside(u64, Arc<Thread>),
}

thread_local! {
    static MINE: Cell<Mine> = const { Cell::new(Mine::Nothing) };
}

/// Within a call, until it is dropped.
struct Within {
    engine: u64,
    thread: Option<Arc<Thread>>,
    has_request: bool,
}

impl Default for Calls {
    fn default() -> Self {
        static ENGINES: AtomicU64 = AtomicU64::new(0);
        Self { number: ENGINES.fetch_add(1, Relaxed), threads: Mutex::default() }
    }
}

impl Calls {
    /// Runs page code of a session in memory.
    pub(crate) fn during<T>(&self, session: SessionId, code: impl FnOnce() -> T) -> T {
        let _within = self.enter(session, None);
        code()
    }

    /// Runs page code of a session that nobody finds by its id.
    pub(crate) fn during_request<T>(
        &self,
        session: SessionId,
        request: &Arc<Request>,
        code: impl FnOnce() -> T,
    ) -> T {
        let _within = self.enter(session, Some(request));
        code()
    }

    /// None within a call, and while a thread ends.
    fn enter(&self, session: SessionId, request: Option<&Arc<Request>>) -> Option<Within> {
        let thread = match MINE.try_with(|mine| mine.replace(Mine::Within)).ok()? {
            Mine::Within => return None,
            Mine::Outside(engine, thread) if engine == self.number => thread,
            Mine::Outside(..) | Mine::Nothing => self.add(),
        };
        thread.begin(session, request);
        Some(Within { engine: self.number, thread: Some(thread), has_request: request.is_some() })
    }

    fn add(&self) -> Arc<Thread> {
        let mut threads = self.lock();
        threads.count += 1;
        let thread = Arc::new(Thread { number: threads.count, ..Thread::default() });
        threads.alive.retain(|known| known.strong_count() > 0);
        threads.alive.push(Arc::downgrade(&thread));
        thread
    }

    /// All threads that have called anything.
    pub(super) fn threads(&self) -> Vec<Weak<Thread>> {
        self.lock().alive.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Thread {
    fn begin(&self, session: SessionId, request: Option<&Arc<Request>>) {
        let id = u128::from_be_bytes(*session.as_bytes());
        self.id[0].store((id >> 64) as u64, Relaxed);
        self.id[1].store(id as u64, Relaxed);
        if request.is_some() {
            *self.request() = request.cloned();
        }
        self.count.store(self.count.load(Relaxed) + 1, Release);
    }

    fn end(&self, has_request: bool) {
        if has_request {
            *self.request() = None;
        }
        self.count.store(self.count.load(Relaxed) + 1, Release);
    }

    /// The call that is under way.
    pub(super) fn call(&self) -> Option<Call> {
        let count = self.count.load(Acquire);
        let [high, low] = self.id.each_ref().map(|half| u128::from(half.load(Relaxed)));
        let (session, request) = (SessionId::new((high << 64 | low).to_be_bytes()), self.request().clone());
        // What was read is of this call if that still is under way.
        let is_whole = count % 2 == 1 && self.count.load(Acquire) == count;
        is_whole.then_some(Call { count, session, request })
    }

    fn request(&self) -> MutexGuard<'_, Option<Arc<Request>>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.end(self.has_request);
            // A thread that ends forgets it.
            let _ = MINE.try_with(|mine| mine.set(Mine::Outside(self.engine, thread)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(calls: &Calls) -> Vec<Call> {
        calls.threads().iter().filter_map(Weak::upgrade).filter_map(|thread| thread.call()).collect()
    }

    #[test]
    fn a_call_is_seen_while_it_is_under_way_and_an_inner_one_is_part_of_it() {
        let (calls, other, id) = (Calls::default(), Calls::default(), SessionId::new([7; 16]));
        assert!(under_way(&calls).is_empty());
        let count = calls.during(id, || {
            other.during(SessionId::new([1; 16]), || assert!(under_way(&other).is_empty()));
            let [call] = &under_way(&calls)[..] else { panic!("it is one call") };
            assert_eq!(call.session, id);
            call.count
        });
        assert!(under_way(&calls).is_empty());
        calls.during(id, || assert!(under_way(&calls)[0].count > count));
    }

    #[test]
    fn a_thread_that_has_ended_is_forgotten() {
        let calls = Arc::new(Calls::default());
        for _ in 0..3 {
            let calls = calls.clone();
            std::thread::spawn(move || calls.during(SessionId::new([7; 16]), || ())).join().unwrap();
        }
        calls.during(SessionId::new([7; 16]), || assert_eq!(under_way(&calls).len(), 1));
        assert_eq!(calls.threads().len(), 1);
    }
}
