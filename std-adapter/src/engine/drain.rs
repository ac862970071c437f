//! The end of a server (rule R13).

use std::future::poll_fn;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;

use atomic_waker::AtomicWaker;

use super::Engine;

/// Whether the server ends, and who waits for that.
#[derive(Default)]
pub(super) struct Drain {
    /// Over which time the browsers come back.
    spread: OnceLock<Duration>,
    /// It will soon.
    is_retiring: AtomicBool,
    waiting: AtomicWaker,
    /// How many sessions are out of memory but for the application's code that ends them.
    ending: AtomicUsize,
}

impl Drain {
    /// A session is about to end.
    pub(super) fn begins(&self) {
        self.ending.fetch_add(1, SeqCst);
    }

    /// A session is gone: whoever waits for the last may look.
    pub(super) fn ends(&self) {
        self.ending.fetch_sub(1, SeqCst);
        self.waiting.wake();
    }
}

impl Engine {
    /// Lets every session commit what it has changed, then closes its connection with code 1012; no browser joins any more. Browsers come back after a
    /// random time of up to `spread`, of 30 s at most: where a successor listens already, it isn't overrun so. With zero they come back as after any
    /// lost connection. Called again, it does nothing.
    ///
    /// Returns at once. [`is_ready`](Self::is_ready) is false from now on, and `/healthz` answers 503.
    pub fn drain(&self, spread: Duration) {
        if self.drain.spread.set(spread).is_ok() {
            self.registry.all().iter().for_each(|slot| slot.mailbox.wake());
            self.alarms.ring_all();
        }
    }

    /// Waits until no session is left in memory, which after [`drain`](Self::drain) means that all are committed. With a store that fails that may
    /// never be, so a server waits for [`DRAIN_WITHIN`](live_core::limits::DRAIN_WITHIN) at most. One task waits; of several, the last.
    pub async fn drained(&self) {
        poll_fn(|cx| {
            self.drain.waiting.register(cx.waker());
            let is_over = self.sessions() == 0 && self.drain.ending.load(SeqCst) == 0;
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// From now on [`is_ready`](Self::is_ready) is false, and `/healthz` answers 503, so that a balancer sends nobody new; all else goes on until the
    /// server [drains](Self::drain).
    pub fn retire(&self) {
        self.drain.is_retiring.store(true, SeqCst);
    }

    /// Whether a balancer may send somebody new: not any more once the server [retires](Self::retire) or [drains](Self::drain).
    pub fn is_ready(&self) -> bool {
        !self.is_draining() && !self.drain.is_retiring.load(SeqCst)
    }

    /// Whether the server [drains](Self::drain).
    pub fn is_draining(&self) -> bool {
        self.draining().is_some()
    }

    /// The spread, while the server drains.
    pub(super) fn draining(&self) -> Option<Duration> {
        self.drain.spread.get().copied()
    }
}
