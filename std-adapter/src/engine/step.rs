//! One step of a session's machine, seen from outside: traced, and counted.

use std::sync::Arc;
use std::time::Instant;

use live_core::{Input, Lease, Output};
use tracing::{Span, debug_span};

use super::Engine;
use super::live::{Live, Parcel};
use super::slot::{Inner, Slot};
use crate::guard::{CatchUnwind, Shown};
use crate::metrics::Metrics;
use crate::options::Options;

impl Engine {
    /// Lets the machine take a step within the session's span. What it has changed is counted, if anybody counts; in dev mode a slow render is
    /// told to its browser.
    pub(super) fn step<T: Default>(
        &self,
        slot: &Arc<Slot>,
        inner: &mut Inner,
        step: impl FnOnce(&mut dyn Live) -> T,
    ) -> T {
        self.watched(slot, inner, true, step)
    }

    /// The machine's next output, as a step of it. Where no page code is due the time isn't taken: that would be most of what it takes.
    pub(super) fn next_output(
        &self,
        slot: &Arc<Slot>,
        inner: &mut Inner,
        now: live_core::Instant,
    ) -> Option<Output<Parcel>> {
        let timed = !inner.live.is_clean();
        self.watched(slot, inner, timed, |live| live.poll(now))
    }

    fn watched<T: Default>(
        &self,
        slot: &Arc<Slot>,
        inner: &mut Inner,
        timed: bool,
        step: impl FnOnce(&mut dyn Live) -> T,
    ) -> T {
        let _span = span(slot).entered();
        let Options { metrics, dev, .. } = &self.options;
        if metrics.is_none() && !dev {
            self.give_back(inner);
            return self.caught(slot, inner, step);
        }
        let (before, start) = (inner.live.counters(), timed.then(Instant::now));
        self.give_back(inner);
        let value = self.caught(slot, inner, step);
        let (after, took) = (inner.live.counters(), start.map(|start| start.elapsed()));
        if let Some(metrics) = metrics {
            metrics.step(&before, &after, took.unwrap_or_default());
        }
        if let (Some(start), Some(took), true) = (start, took, *dev && after.renders != before.renders) {
            inner.slow.rendered(&slot.request.path, start, start + took);
        }
        value
    }

    /// A step that panics past the machine's own guard ends its session: nobody knows what of it was done.
    fn caught<T: Default>(
        &self,
        slot: &Arc<Slot>,
        inner: &mut Inner,
        step: impl FnOnce(&mut dyn Live) -> T,
    ) -> T {
        match self.calls.during(slot.id, || CatchUnwind.catch(|| step(&mut *inner.live))) {
            Ok(value) => value,
            Err(panicked) => {
                crate::log!(error, %panicked, session = ?slot.id, "a session ends");
                self.count(Metrics::panicked);
                self.drop_session(slot);
                T::default()
            }
        }
    }

    /// Tells the machine what went out without it.
    fn give_back(&self, inner: &mut Inner) {
        if let Some(lease) = inner.lease.take().filter(Lease::is_used) {
            inner.live.handle(Input::Passed(lease), self.now());
        }
    }
}

/// Everything that a session does is within it.
fn span(slot: &Slot) -> Span {
    debug_span!("session", id = ?slot.id, path = %Shown(&slot.request.path))
}
