//! Counting panics and failed renders: rule R5.

use crate::limits::{MAX_STRIKES, STRIKE_WINDOW};
use crate::time::Instant;

/// The last failures of a session.
#[derive(Debug, Default)]
pub(super) struct Strikes {
    last: [Option<Instant>; MAX_STRIKES],
    next: usize,
}

impl Strikes {
    /// Counts one. `true` when the session has had too many within the window.
    pub(super) fn strike(&mut self, now: Instant) -> bool {
        self.last[self.next] = Some(now);
        self.next = (self.next + 1) % MAX_STRIKES;
        let out = self.last.iter().all(|at| at.is_some_and(|at| now - at <= STRIKE_WINDOW));
        if out {
            *self = Self::default();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_within_a_minute_are_too_many() {
        let mut strikes = Strikes::default();
        let at = |seconds: u64| Instant::from_micros(seconds * 1_000_000);
        assert!(!strikes.strike(at(0)));
        assert!(!strikes.strike(at(30)));
        assert!(!strikes.strike(at(61)), "the first is too old");
        assert!(strikes.strike(at(90)));
        assert!(!strikes.strike(at(90)), "counting starts anew");
    }
}
