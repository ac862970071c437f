//! The tasks of one session that are under way.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::store::BoxFuture;

/// Tasks that are dropped when their session ends.
#[derive(Default)]
pub(crate) struct Tasks {
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    wakers: HashMap<u64, Waker>,
    begun: u64,
    /// How many have begun and are not finished.
    under_way: usize,
    ended: bool,
}

impl Tasks {
    /// The number of a task that is under way from now on, until [`finish`](Self::finish).
    pub(crate) fn begin(&self) -> u64 {
        let mut running = self.lock();
        running.begun += 1;
        running.under_way += 1;
        running.begun
    }

    /// A task is over. Whoever sees that finds what `hand_on` has left of it.
    pub(crate) fn finish(&self, hand_on: impl FnOnce()) {
        let mut running = self.lock();
        hand_on();
        running.under_way -= 1;
    }

    /// Whether there was any task so far.
    pub(crate) fn have_begun(&self) -> bool {
        self.lock().begun > 0
    }

    /// Whether no task is under way.
    pub(crate) fn are_done(&self) -> bool {
        self.lock().under_way == 0
    }

    /// `task`'s value, or none if the session ends before. Then the task is dropped at once.
    pub(crate) async fn run<T>(&self, number: u64, mut task: BoxFuture<'static, T>) -> Option<T> {
        let value = poll_fn(|cx| {
            if self.wakes(number, cx.waker()) { task.as_mut().poll(cx).map(Some) } else { Poll::Ready(None) }
        })
        .await;
        self.lock().wakers.remove(&number);
        value
    }

    /// The session has ended: no task goes on.
    pub(crate) fn end(&self) {
        let wakers = {
            let mut running = self.lock();
            running.ended = true;
            std::mem::take(&mut running.wakers)
        };
        wakers.into_values().for_each(Waker::wake);
    }

    /// Keeps the waker for the end; false if that has come.
    fn wakes(&self, number: u64, waker: &Waker) -> bool {
        let mut running = self.lock();
        if !running.ended {
            running
                .wakers
                .entry(number)
                .and_modify(|known| known.clone_from(waker))
                .or_insert_with(|| waker.clone());
        }
        !running.ended
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
