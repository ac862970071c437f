//! A lock that no thread waits for: page code runs under it, and may block or loop.

use std::future::poll_fn;
use std::hint::spin_loop;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst, fence};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker};

/// How often [`Lock::try_briefly`] tries: about as long as a holder takes that calls no page code.
const TRIES: usize = 100;

/// Tasks wait for it as for a socket: they are woken when it is free.
#[derive(Default)]
pub(crate) struct Lock<T> {
    value: Mutex<T>,
    waiting: Waiting,
}

/// The value, until it is dropped.
pub(crate) struct Guard<'a, T> {
    // Fields are dropped in this order: those who wait are woken once the value is free.
    value: MutexGuard<'a, T>,
    _wakes: Wakes<'a>,
}

/// Who is woken when the lock is free.
#[derive(Default)]
struct Waiting {
    any: AtomicBool,
    tasks: Mutex<Vec<Waker>>,
}

struct Wakes<'a>(&'a Waiting);

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), waiting: Waiting::default() }
    }

    /// The value, unless somebody has it just now.
    pub(crate) fn try_now(&self) -> Option<Guard<'_, T>> {
        let value = match self.value.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(value)) => value.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Guard { value, _wakes: Wakes(&self.waiting) })
    }

    /// The value, unless somebody has it for longer than a few microseconds.
    pub(crate) fn try_briefly(&self) -> Option<Guard<'_, T>> {
        for _ in 0..TRIES {
            let guard = self.try_now();
            if guard.is_some() {
                return guard;
            }
            spin_loop();
        }
        None
    }

    /// The value; while somebody has it, the context's task is woken when it is free.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Guard<'_, T>> {
        if let Some(guard) = self.try_now() {
            return Poll::Ready(guard);
        }
        self.waiting.add(cx.waker());
        // It may have become free before the waker was there.
        self.try_now().map_or(Poll::Pending, Poll::Ready)
    }

    /// The value, once it is free.
    pub(crate) async fn lock(&self) -> Guard<'_, T> {
        poll_fn(|cx| self.poll(cx)).await
    }
}

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut tasks = self.tasks();
        if !tasks.iter().any(|known| known.will_wake(waker)) {
            tasks.push(waker.clone());
        }
        self.any.store(true, SeqCst);
        // Either whoever frees the value sees the waker, or this task finds the value free.
        fence(SeqCst);
    }

    fn wake(&self) {
        fence(SeqCst);
        if self.any.load(SeqCst) {
            let tasks = {
                let mut tasks = self.tasks();
                self.any.store(false, SeqCst);
                std::mem::take(&mut *tasks)
            };
            tasks.into_iter().for_each(Waker::wake);
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wakes<'_> {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn who_waits_is_woken_once_when_it_is_free() {
        let (lock, count) = (Lock::new(0), Arc::new(Count::default()));
        let waker = Waker::from(count.clone());
        let cx = Context::from_waker(&waker);
        let mut guard = lock.try_now().unwrap();
        assert!(lock.try_now().is_none() && lock.try_briefly().is_none());
        for _ in 0..3 {
            assert!(lock.poll(&cx).is_pending());
        }
        *guard += 1;
        assert_eq!(count.0.load(Relaxed), 0);
        drop(guard);
        assert_eq!(count.0.load(Relaxed), 1);
        let Poll::Ready(guard) = lock.poll(&cx) else { panic!("it is free") };
        assert_eq!(*guard, 1);
        drop(guard);
        assert_eq!(count.0.load(Relaxed), 1);
    }

    /// Each waits by its waker alone, so that a lost one would hang it: after a while the test fails.
    #[test]
    fn no_waker_is_lost() {
        const ROUNDS: u32 = 20_000;
        let (lock, (says, done)) = (Arc::new(Lock::new(0)), std::sync::mpsc::channel());
        for _ in 0..3 {
            let (lock, says) = (lock.clone(), says.clone());
            std::thread::spawn(move || {
                for _ in 0..ROUNDS {
                    parked(lock.lock(), |mut guard| *guard += 1);
                }
                let _ = says.send(());
            });
        }
        for _ in 0..3 {
            done.recv_timeout(std::time::Duration::from_secs(30)).expect("a waker was lost");
        }
        assert_eq!(*lock.try_now().unwrap(), 3 * ROUNDS);
    }

    struct Parked(std::thread::Thread);

    impl Wake for Parked {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn parked<T>(future: impl Future<Output = T>, use_it: impl FnOnce(T)) {
        let waker = Waker::from(Arc::new(Parked(std::thread::current())));
        let mut future = std::pin::pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return use_it(value),
                Poll::Pending => std::thread::park(),
            }
        }
    }
}
