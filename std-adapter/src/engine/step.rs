//! One step of a session's machine, seen from outside: traced, and counted.

use std::time::Instant;

use tracing::{Span, debug_span};

use super::Engine;
use super::live::Live;
use super::slot::{Inner, Slot};
use crate::guard::Shown;

impl Engine {
    /// Lets the machine take a step within the session's span. What it has changed is counted, if anybody counts.
    pub(super) fn step<T>(&self, slot: &Slot, inner: &mut Inner, step: impl FnOnce(&mut dyn Live) -> T) -> T {
        let _span = span(slot).entered();
        let Some(metrics) = &self.options.metrics else { return step(&mut *inner.live) };
        let (before, start) = (inner.live.counters(), Instant::now());
        let value = step(&mut *inner.live);
        metrics.step(&before, &inner.live.counters(), start.elapsed());
        value
    }
}

/// Everything that a session does is within it.
fn span(slot: &Slot) -> Span {
    debug_span!("session", id = ?slot.id, path = %Shown(&slot.request.path))
}
