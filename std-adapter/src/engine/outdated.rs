//! Browsers whose script is of an older server, as they come for a while after an update.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use live_core::Instant;

use super::Engine;
use crate::metrics::Metrics;

/// They are logged no more often than this.
const PAUSE: Duration = Duration::from_secs(60);

/// Those that came since the last line of the log.
#[derive(Default)]
pub(super) struct Outdated(Mutex<Unlogged>);

#[derive(Default)]
struct Unlogged {
    count: u64,
    logged: Option<Instant>,
}

impl Outdated {
    /// Takes note of one; gives how many there were since the last line, if another is due.
    fn note(&self, now: Instant) -> Option<u64> {
        let mut unlogged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unlogged.count += 1;
        if unlogged.logged.is_some_and(|at| now - at < PAUSE) {
            return None;
        }
        unlogged.logged = Some(now);
        Some(std::mem::take(&mut unlogged.count))
    }
}

impl Engine {
    /// A browser has connected whose script speaks the previous protocol only.
    pub(super) fn met_outdated(&self) {
        self.count(Metrics::outdated);
        if let Some(browsers) = self.outdated.note(self.now()) {
            tracing::info!(browsers, "scripts of an older version are told to load their pages again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_logged_once_a_minute_and_none_is_forgotten() {
        let outdated = Outdated::default();
        let note = |seconds: u64| outdated.note(Instant::from_micros(seconds * 1_000_000));
        assert_eq!([note(0), note(1), note(59), note(60), note(61)], [Some(1), None, None, Some(3), None]);
        assert_eq!(note(300), Some(2));
    }
}
