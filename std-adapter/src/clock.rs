//! The clock that the core doesn't have.

use std::time::{Duration, Instant as StdInstant, SystemTime, UNIX_EPOCH};

use live_core::Instant;

/// A monotonic clock that was set by the wall clock when it was made. Its instants count from 1970, so that one that a store keeps
/// (a timer's) means the same to the next process.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: StdInstant,
    set_to: Duration,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { start: StdInstant::now(), set_to: since_1970() }
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        let micros = (self.set_to + self.start.elapsed()).as_micros();
        Instant::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// Seconds since 1970 on the wall clock, for what outlives the process (the expiry of tokens). Zero if the clock is set before.
pub fn unix_seconds() -> u64 {
    since_1970().as_secs()
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
