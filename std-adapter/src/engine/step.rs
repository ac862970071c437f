//! One step of a session's machine, seen from outside: traced, and counted.

use std::time::Instant;

use tracing::{Span, debug_span};

use super::Engine;
use super::live::Live;
use super::slot::{Inner, Slot};
use crate::guard::Shown;
use crate::options::Options;

impl Engine {
    /// Lets the machine take a step within the session's span. What it has changed is counted, if anybody counts; in dev mode a slow render is
    /// told to its browser.
    pub(super) fn step<T>(&self, slot: &Slot, inner: &mut Inner, step: impl FnOnce(&mut dyn Live) -> T) -> T {
        let _span = span(slot).entered();
        let Options { metrics, dev, .. } = &self.options;
        if metrics.is_none() && !dev {
            return step(&mut *inner.live);
        }
        let (before, start) = (inner.live.counters(), Instant::now());
        let value = step(&mut *inner.live);
        let (after, end) = (inner.live.counters(), Instant::now());
        if let Some(metrics) = metrics {
            metrics.step(&before, &after, end - start);
        }
        if *dev && after.renders != before.renders {
            inner.slow.rendered(&slot.request.path, start, end);
        }
        value
    }
}

/// Everything that a session does is within it.
fn span(slot: &Slot) -> Span {
    debug_span!("session", id = ?slot.id, path = %Shown(&slot.request.path))
}
