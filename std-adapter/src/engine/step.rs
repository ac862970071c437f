//! One step of a session's machine, seen from outside: traced, and counted.

use std::time::Instant;

use live_core::{Counters, Output};
use tracing::{Span, debug_span};

use super::Engine;
use super::live::{Live, Parcel};
use super::slot::{Inner, Slot};
use crate::guard::Shown;

impl Engine {
    /// Lets the machine take a step within the session's span. What it has changed is counted, if anybody counts; in dev mode a slow render is
    /// told to its browser.
    pub(super) fn step<T>(&self, slot: &Slot, inner: &mut Inner, step: impl FnOnce(&mut dyn Live) -> T) -> T {
        let _span = span(slot).entered();
        if !self.watches() {
            return step(&mut *inner.live);
        }
        let (before, start) = (inner.live.counters(), Instant::now());
        let value = step(&mut *inner.live);
        self.watched(slot, inner, &before, start);
        value
    }

    /// The machine's next output, as a step of it. To look at the clock costs more than to see that there is nothing to render.
    pub(super) fn next_output(
        &self,
        slot: &Slot,
        inner: &mut Inner,
        now: live_core::Instant,
    ) -> Option<Output<Parcel>> {
        if inner.live.is_clean() {
            let _span = span(slot).entered();
            return inner.live.poll(now);
        }
        self.step(slot, inner, |live| live.poll(now))
    }

    fn watches(&self) -> bool {
        self.options.metrics.is_some() || self.options.dev
    }

    fn watched(&self, slot: &Slot, inner: &mut Inner, before: &Counters, start: Instant) {
        let (after, end) = (inner.live.counters(), Instant::now());
        if let Some(metrics) = &self.options.metrics {
            metrics.step(before, &after, end - start);
        }
        if self.options.dev && after.renders != before.renders {
            inner.slow.rendered(&slot.request.path, start, end);
        }
    }
}

/// Everything that a session does is within it.
fn span(slot: &Slot) -> Span {
    debug_span!("session", id = ?slot.id, path = %Shown(&slot.request.path))
}
