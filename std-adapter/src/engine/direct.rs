//! Straight into sockets: what many sessions look at is written by whoever tells of it, without waking the task of each.

use std::sync::Arc;

use live_core::wire::Reason;
use live_core::{Input, Instant, Version};

use super::Engine;
use super::live::recycle;
use super::outputs::ToBrowser;
use super::slot::{Inner, Slot};

/// A way into a connection's socket beside its own task, see [`Connection::with_direct`](super::Connection::with_direct). It is called only while everything
/// is sent that the connection gave out before, and never by two at once.
pub trait Direct: Send + Sync {
    /// Sends a binary message, as far as the socket takes it at once. False where something is left, or the socket has failed: the
    /// connection's task is then woken, and sends what is left before anything else.
    fn send(&self, message: &[u8]) -> bool;

    /// Whether nothing is left of what was sent before.
    fn is_clear(&self) -> bool;
}

/// A session's way into its connection's socket.
#[derive(Default)]
pub(crate) struct Way {
    direct: Option<Arc<dyn Direct>>,
    /// The connection's task has sent all that it has, and waits.
    is_open: bool,
    /// When it looks again by itself, at the latest.
    due: Option<Instant>,
    /// What it has to do about a frame that was written past it.
    closing: Option<Reason>,
}

impl Way {
    /// Of a connection that has just taken its seat.
    pub(crate) fn of(direct: Option<Arc<dyn Direct>>) -> Self {
        Self { direct, ..Self::default() }
    }

    /// The connection's task has nothing more to send, and waits.
    pub(crate) fn open(&mut self, due: Option<Instant>) {
        self.is_open = self.direct.as_ref().is_some_and(|direct| direct.is_clear());
        self.due = due;
    }

    /// Whether something is due before the connection's task looks again.
    fn is_late_for(&self, next: Option<Instant>) -> bool {
        next.is_some_and(|next| self.due.is_none_or(|due| next < due))
    }

    /// It is about to send something itself.
    pub(crate) fn close(&mut self) {
        self.is_open = false;
    }

    /// Why the connection has to be closed, if it has to.
    pub(crate) fn closing(&mut self) -> Option<Reason> {
        self.closing.take()
    }

    fn send(&mut self, frame: &[u8]) -> bool {
        self.is_open = self.direct.as_ref().is_some_and(|direct| direct.send(frame));
        self.is_open
    }
}

impl Inner {
    /// The connection's task has nothing more to send, and waits until `due`.
    pub(super) fn open(&mut self, due: Option<Instant>) {
        self.way.open(due);
        self.lease = if self.way.is_open { self.live.lease() } else { None };
    }

    /// Passes on what all are sent, if the machine has given leave to. None where it hasn't; else whether the connection's task has to be woken.
    fn pass_on(&mut self, current: Option<&Arc<Version>>) -> Option<bool> {
        let (lease, current) = (self.lease.as_mut()?, current?);
        if lease.shows(current) {
            return Some(false);
        }
        let frame = lease.pass(current)?;
        Some(!self.way.send(frame))
    }
}

impl Engine {
    /// Tells a session that what this shared region shows may have changed, and sends its browser what follows from that, where nothing is in the way.
    pub(super) fn tell_of_change(&self, slot: &Arc<Slot>, region: &Arc<str>, current: Option<&Arc<Version>>) {
        let mut inner = slot.lock();
        if !inner.way.is_open {
            // Under the lock, so that a connection which takes the seat finds the note. Without one nobody looks, and nobody is woken.
            slot.mailbox.changed(region);
            if !inner.seat.is_free() {
                slot.mailbox.wake();
            }
            return;
        }
        if let Some(is_left) = inner.pass_on(current) {
            return if is_left {
                slot.mailbox.wake()
            };
        }
        let now = self.now();
        self.step(slot, &mut inner, |live| live.handle(Input::Changed { region, current }, now));
        while let Some(output) = self.next_output(slot, &mut inner, now) {
            match self.carry_out(slot, output, inner.mark) {
                None => {}
                Some(ToBrowser::Frame(frame)) => {
                    let is_sent = inner.way.send(&frame);
                    recycle(frame);
                    if !is_sent {
                        return slot.mailbox.wake();
                    }
                }
                Some(ToBrowser::Close(reason)) => {
                    inner.way.closing = Some(reason);
                    return slot.mailbox.wake();
                }
            }
        }
        if inner.way.is_late_for(inner.live.poll_timeout()) {
            return slot.mailbox.wake();
        }
        inner.lease = inner.live.lease();
    }
}
