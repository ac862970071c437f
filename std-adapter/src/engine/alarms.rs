//! All timers of all connections, in one list that one task watches.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use atomic_waker::AtomicWaker;
use live_core::Instant;

use super::runtime::Runtime;

/// How often the watching task looks around when no alarm is due.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Wakes tasks at instants. An alarm can't be taken back: a task that no longer needs it is woken for nothing.
#[derive(Default)]
pub(crate) struct Alarms {
    list: Mutex<List>,
    watcher: AtomicWaker,
}

#[derive(Default)]
struct List {
    alarms: BTreeMap<(Instant, u64), Waker>,
    set: u64,
    /// When the watching task looks next.
    looks_at: Instant,
}

/// When a task is woken next, as far as it has asked for that.
#[derive(Default)]
pub(crate) struct Alarm(Option<Instant>);

impl Alarm {
    /// Wakes the context's task at `at`, unless it is woken sooner anyway: it then looks again.
    pub(crate) fn set(&mut self, alarms: &Alarms, at: Instant, now: Instant, cx: &Context<'_>) {
        if self.0.is_none_or(|set| set <= now || at < set) {
            self.0 = Some(at);
            alarms.set(at, cx.waker().clone());
        }
    }
}

impl Alarms {
    /// Wakes `waker` at `at`.
    pub(crate) fn set(&self, at: Instant, waker: Waker) {
        let mut list = self.lock();
        list.set += 1;
        let number = list.set;
        list.alarms.insert((at, number), waker);
        let sooner = at < list.looks_at;
        drop(list);
        if sooner {
            self.watcher.wake();
        }
    }

    /// Wakes all at once; they ring at their time as well.
    pub(crate) fn ring_all(&self) {
        let wakers: Vec<Waker> = self.lock().alarms.values().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Wakes what is due by `now`.
    pub(crate) fn ring(&self, now: Instant) {
        let due = {
            let mut list = self.lock();
            let later = list.alarms.split_off(&(now, u64::MAX));
            std::mem::replace(&mut list.alarms, later)
        };
        due.into_values().for_each(Waker::wake);
    }

    /// Waits until an alarm is due, a sooner one was set, or [`TICK`] is over.
    pub(crate) async fn wait(&self, now: Instant, runtime: &dyn Runtime) {
        let looks_at = {
            let mut list = self.lock();
            let next = list.alarms.first_key_value().map(|((at, _), _)| *at);
            list.looks_at = next.map_or(now + TICK, |at| at.min(now + TICK));
            list.looks_at
        };
        let mut sleep = runtime.sleep(looks_at - now);
        poll_fn(|cx| {
            self.watcher.register(cx.waker());
            if self.is_sooner(looks_at) { Poll::Ready(()) } else { Pin::new(&mut sleep).poll(cx) }
        })
        .await;
    }

    fn is_sooner(&self, than: Instant) -> bool {
        self.lock().alarms.first_key_value().is_some_and(|((at, _), _)| *at < than)
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::task::Wake;

    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn what_is_due_rings_once() {
        let (alarms, count) = (Alarms::default(), Arc::new(Count(AtomicU32::new(0))));
        for at in [5, 5, 7, 9] {
            alarms.set(Instant::from_micros(at), count.clone().into());
        }
        for (now, rung) in [(4, 0), (5, 2), (5, 2), (8, 3)] {
            alarms.ring(Instant::from_micros(now));
            assert_eq!(count.0.load(Relaxed), rung, "at {now}");
        }
        alarms.ring_all();
        assert_eq!(count.0.load(Relaxed), 4);
    }
}
