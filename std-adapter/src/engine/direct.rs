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
    /// The connection's number.
    number: u64,
    direct: Option<Arc<dyn Direct>>,
    /// The connection's task has sent all that it has, and waits.
    is_open: bool,
    /// When it looks again by itself, at the latest.
    due: Option<Instant>,
    /// What it has to do about a frame that was written past it.
    closing: Option<Reason>,
}

/// What comes of news of a shared region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// The session has them, or looks when it comes to it.
    Done,
    /// The session has to look first, and nothing keeps it from doing so at once.
    Looks,
}

impl Way {
    /// Of connection `number`, which has just taken its seat.
    pub(crate) fn of(number: u64, direct: Option<Arc<dyn Direct>>) -> Self {
        Self { number, direct, ..Self::default() }
    }

    /// The connection's task has nothing more to send, and waits until `due`.
    fn open(&mut self, due: Option<Instant>) {
        self.is_open = self.direct.as_ref().is_some_and(|direct| direct.is_clear());
        self.due = due;
    }

    /// Whether something is due before the connection's task looks again.
    fn is_late_for(&self, next: Option<Instant>) -> bool {
        next.is_some_and(|next| self.due.is_none_or(|due| next < due))
    }

    /// The session's connection has its turn, and may send something itself. Why it has to be closed, if it has to.
    pub(crate) fn begin(&mut self) -> Option<Reason> {
        self.is_open = false;
        self.closing.take()
    }

    /// Connection `number` is about to send something itself, if the session still is its own.
    pub(crate) fn hold(&mut self, number: u64) {
        if self.number == number {
            self.is_open = false;
        }
    }

    /// Connection `number` is gone.
    pub(crate) fn leave(&mut self, number: u64) {
        if self.number == number {
            *self = Self::default();
        }
    }

    fn send(&mut self, frame: &[u8]) -> bool {
        self.is_open = self.direct.as_ref().is_some_and(|direct| direct.send(frame));
        self.is_open
    }
}

impl Slot {
    /// The connection's task has nothing more to send, and waits until `due`.
    pub(super) fn open_way(&self, inner: &mut Inner, due: Option<Instant>) {
        let mut way = self.way();
        way.open(due);
        inner.lease = if way.is_open { inner.live.lease() } else { None };
    }
}

impl Inner {
    /// Passes on what all are sent, if the machine has given leave to. None where it hasn't; else whether the connection's task has to be woken.
    fn pass_on(&mut self, way: &mut Way, current: &Arc<Version>) -> Option<bool> {
        let lease = self.lease.as_mut()?;
        if lease.shows(current) {
            return Some(false);
        }
        let frame = lease.pass(current)?;
        Some(!way.send(frame))
    }

    /// Whether the machine may call page code when it is polled.
    fn may_call(&self, now: Instant) -> bool {
        !self.live.is_clean() || self.live.poll_timeout().is_some_and(|due| due <= now)
    }
}

impl Engine {
    /// Tells a session that what this shared region shows may have changed, and sends its browser what follows from that, where nothing is in the way and
    /// no page code is needed for it. Else a note is left, and the session's own task woken: whoever tells many waits for none of them.
    pub(super) fn tell_of_change(
        &self,
        slot: &Arc<Slot>,
        region: &Arc<str>,
        current: Option<&Arc<Version>>,
    ) -> Told {
        let Some(mut inner) = slot.inner.try_briefly() else {
            slot.mailbox.changed(region);
            slot.mailbox.wake();
            return Told::Done;
        };
        let mut way = slot.way();
        if !way.is_open {
            // Under the lock, so that a connection which takes the seat finds the note. Without one nobody looks, and nobody is woken.
            slot.mailbox.changed(region);
            if !inner.seat.is_free() {
                slot.mailbox.wake();
            }
            return Told::Done;
        }
        let Some(current) = current.filter(|_| !self.is_draining()) else {
            let looks = inner.lease.is_some();
            slot.mailbox.changed(region);
            slot.mailbox.wake();
            return if looks { Told::Looks } else { Told::Done };
        };
        if let Some(is_left) = inner.pass_on(&mut way, current) {
            if is_left {
                slot.mailbox.wake();
            }
            return Told::Done;
        }
        let now = self.now();
        self.step(slot, &mut inner, |live| {
            live.handle(Input::Changed { region, current: Some(current) }, now);
        });
        if inner.may_call(now) || !self.send_direct(slot, &mut inner, &mut way, now) {
            slot.mailbox.wake();
        }
        Told::Done
    }

    /// Sends what the machine has for its browser. False where something is left for the connection's task.
    fn send_direct(&self, slot: &Arc<Slot>, inner: &mut Inner, way: &mut Way, now: Instant) -> bool {
        while let Some(output) = self.next_output(slot, inner, now) {
            match self.carry_out(slot, output, inner.mark) {
                None => {}
                Some(ToBrowser::Frame(frame)) => {
                    let is_sent = way.send(&frame);
                    recycle(frame);
                    if !is_sent {
                        return false;
                    }
                }
                Some(ToBrowser::Close(reason)) => {
                    way.closing = Some(reason);
                    return false;
                }
            }
        }
        inner.lease = inner.live.lease();
        !way.is_late_for(inner.live.poll_timeout())
    }
}
