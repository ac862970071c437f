//! A socket that tasks wait for.

use std::io;
use std::mem::take;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use rustix::event::epoll::EventFlags;

use super::epoll::Reactor;
use super::sources::Key;

/// A socket that tasks of a pool wait for: one that reads, one that writes.
///
/// Whoever reads or writes goes on until the socket would block, or has given less than there was room for, and only then waits: what comes in later is told, what was
/// there before isn't.
pub(crate) struct Source<T> {
    inner: T,
    reactor: Arc<Reactor>,
    state: Arc<State>,
    key: Key,
}

/// What was heard of a socket.
#[derive(Default)]
pub(super) struct State(Mutex<Heard>);

#[derive(Default)]
struct Heard {
    read: Side,
    write: Side,
    /// The other end sends nothing more, or the connection is gone. A read says so, and never blocks.
    ended: bool,
}

#[derive(Default)]
struct Side {
    /// It has changed since it was waited for last.
    ready: bool,
    waits: Option<Waker>,
}

impl<T: AsFd> Source<T> {
    pub(super) fn new(reactor: &Arc<Reactor>, inner: T) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&inner, true)?;
        let state = Arc::<State>::default();
        let key = reactor.add(&inner, state.clone())?;
        Ok(Self { inner, reactor: reactor.clone(), state, key })
    }
}

impl<T> Source<T> {
    pub(crate) fn get_ref(&self) -> &T {
        &self.inner
    }

    /// Waits until there is something to read, or the other end has stopped.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut heard = self.state.lock();
        let ended = heard.ended;
        heard.read.poll(ended, cx)
    }

    /// Waits until there is room to write.
    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state.lock().write.poll(false, cx)
    }
}

impl<T> Drop for Source<T> {
    fn drop(&mut self) {
        self.reactor.remove(self.key);
    }
}

impl State {
    /// Takes in what the kernel says; whoever waits for that is to be woken.
    pub(super) fn tell(&self, flags: EventFlags) -> [Option<Waker>; 2] {
        let mut heard = self.lock();
        let failed = flags.intersects(EventFlags::ERR | EventFlags::HUP);
        let ended = flags.intersects(EventFlags::RDHUP | EventFlags::HUP);
        heard.ended |= ended;
        [
            heard.read.tell(failed || ended || flags.contains(EventFlags::IN)),
            heard.write.tell(failed || flags.contains(EventFlags::OUT)),
        ]
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Side {
    fn poll(&mut self, ended: bool, cx: &Context<'_>) -> Poll<io::Result<()>> {
        if take(&mut self.ready) || ended {
            return Poll::Ready(Ok(()));
        }
        match &mut self.waits {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    fn tell(&mut self, ready: bool) -> Option<Waker> {
        self.ready |= ready;
        if ready { self.waits.take() } else { None }
    }
}
