//! Signs of life of a worker, by which others see that it is stuck.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts what one worker begins and ends; odd while it is at work. On a cache line of its own, as the worker writes it all the time.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Beat(AtomicU64);

impl Beat {
    /// The worker begins something, or goes on with something else.
    pub(super) fn works(&self) {
        let count = self.0.load(Relaxed);
        self.0.store(count + 1 + (count & 1), Relaxed);
    }

    /// The worker waits for work.
    pub(super) fn rests(&self) {
        let count = self.0.load(Relaxed);
        self.0.store(count + (count & 1), Relaxed);
    }

    /// Whether the worker is at the same work as when its count was `seen`, which becomes the present one.
    pub(crate) fn is_stuck(&self, seen: &mut u64) -> bool {
        let count = self.0.load(Relaxed);
        std::mem::replace(seen, count) == count && count & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_at_the_same_work_at_two_looks_is_stuck() {
        let (beat, mut seen) = (Beat::default(), 0);
        let mut is_stuck = |step: fn(&Beat)| {
            step(&beat);
            beat.is_stuck(&mut seen)
        };
        assert!(!is_stuck(|_| ()), "it has not begun");
        assert!(!is_stuck(Beat::works));
        assert!(is_stuck(|_| ()));
        assert!(!is_stuck(Beat::works), "it is at other work");
        assert!(!is_stuck(Beat::rests));
        assert!(!is_stuck(Beat::rests) && !is_stuck(|_| ()), "it sleeps");
    }
}
