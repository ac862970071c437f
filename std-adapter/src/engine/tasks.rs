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
    ended: bool,
}

impl Tasks {
    /// `task`'s value, or none if the session ends before. Then the task is dropped at once.
    pub(crate) async fn run<T>(&self, mut task: BoxFuture<'static, T>) -> Option<T> {
        let number = self.begin();
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

    fn begin(&self) -> u64 {
        let mut running = self.lock();
        running.begun += 1;
        running.begun
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
