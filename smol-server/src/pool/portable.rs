//! Workers that leave sockets to async-io's reactor.

use std::cell::RefCell;
use std::io;
#[cfg(unix)]
pub(crate) use std::os::fd::AsFd as Socket;
#[cfg(windows)]
pub(crate) use std::os::windows::io::AsSocket as Socket;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};

use async_executor::Executor;
use smol::channel::{self, Receiver, Sender};
use smol::{Async, block_on};

use super::{Beat, BoxFuture};

/// An executor.
pub(crate) struct Pool {
    executor: Executor<'static>,
    running: Sender<()>,
    stopped: Receiver<()>,
}

/// A socket that tasks of a pool wait for: one that reads, one that writes.
pub(crate) struct Source<T> {
    inner: Async<T>,
    /// A task has been told to wait until it can be read.
    waits: AtomicBool,
}

impl Pool {
    pub(crate) fn new() -> io::Result<Self> {
        let (running, stopped) = channel::unbounded();
        Ok(Self { executor: Executor::new(), running, stopped })
    }

    pub(crate) fn spawn(&self, task: BoxFuture) {
        self.executor.spawn(Beating(task)).detach();
    }

    /// A socket for this pool's tasks, which doesn't block from now on.
    pub(crate) fn source<T: Socket>(&self, socket: T) -> io::Result<Source<T>> {
        Ok(Source { inner: Async::new(socket)?, waits: AtomicBool::new(false) })
    }

    /// Works until the pool is stopped, or this worker is dismissed.
    ///
    /// # Panics
    /// Where a task does.
    pub(crate) fn work(&self, beat: &Arc<Beat>) {
        BEAT.set(Some(beat.clone()));
        // An error says that it is stopped.
        let _ = block_on(self.executor.run(self.stopped.recv()));
    }

    /// Ends the work of so many workers.
    pub(crate) fn dismiss(&self, workers: usize) {
        for _ in 0..workers {
            // It fails only when all end.
            let _ = self.running.try_send(());
        }
    }

    /// Ends every worker's work, once the task that it runs is pending.
    pub(crate) fn stop(&self) {
        self.running.close();
    }
}

thread_local! {
    /// Of the worker that this thread is.
    static BEAT: RefCell<Option<Arc<Beat>>> = const { RefCell::new(None) };
}

/// A task of which its worker gives signs of life.
struct Beating(BoxFuture);

impl Future for Beating {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let at_work = AtWork::begin();
        let polled = self.0.as_mut().poll(cx);
        drop(at_work);
        polled
    }
}

/// Until it is dropped, also by a panic.
struct AtWork;

impl AtWork {
    fn begin() -> Self {
        BEAT.with_borrow(|beat| beat.iter().for_each(|beat| beat.works()));
        Self
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        BEAT.with_borrow(|beat| beat.iter().for_each(|beat| beat.rests()));
    }
}

impl<T> Source<T> {
    pub(crate) fn get_ref(&self) -> &T {
        self.inner.get_ref()
    }

    /// Waits until there is something to read, or the other end has stopped.
    ///
    /// The reactor's first answer may be about what was read long since, or come in the turn of the reactor in which it was asked, which it then takes for such. So
    /// that is passed over here, and whoever is woken reads, whatever the reactor says. Nothing is lost by it: what is there when a wait begins ends it.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waits.swap(false, Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let polled = match self.inner.poll_readable(cx) {
            Poll::Ready(Ok(())) => self.inner.poll_readable(cx),
            polled => polled,
        };
        self.waits.store(polled.is_pending(), Relaxed);
        polled
    }

    /// Waits until there is room to write.
    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_writable(cx)
    }
}
