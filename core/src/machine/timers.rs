//! Delayed messages.

use alloc::vec::Vec;

use crate::ctx::Timer;
use crate::time::Instant;

/// The timers of one session, few enough for a list.
#[derive(Debug)]
pub(super) struct Timers<M> {
    list: Vec<(Instant, Timer, M)>,
}

impl<M> Timers<M> {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn add(&mut self, timer: Timer, at: Instant, message: M) {
        self.list.push((at, timer, message));
    }

    /// Takes all of them out.
    pub(super) fn take_all(&mut self) -> Vec<(Instant, Timer, M)> {
        core::mem::take(&mut self.list)
    }

    /// Takes these out, as far as they are there.
    pub(super) fn take(&mut self, cancelled: &[Timer]) -> Vec<M> {
        let taken = self.list.extract_if(.., |(_, timer, _)| cancelled.contains(timer));
        taken.map(|(_, _, message)| message).collect()
    }

    /// How many have their time.
    pub(super) fn due(&self, now: Instant) -> usize {
        self.list.iter().filter(|(at, ..)| *at <= now).count()
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.list.iter().map(|(at, ..)| *at).min()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &(Instant, Timer, M)> {
        self.list.iter()
    }

    /// The message of the timer that was due first; of those due at once, the one set first.
    pub(super) fn pop(&mut self, now: Instant) -> Option<M> {
        let due = self.list.iter().enumerate().filter(|(_, (at, ..))| *at <= now);
        let (first, _) = due.min_by_key(|(_, (at, timer, _))| (*at, timer.0))?;
        Some(self.list.swap_remove(first).2)
    }
}

impl<M> Default for Timers<M> {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}
