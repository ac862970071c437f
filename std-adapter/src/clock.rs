//! The clock that the core doesn't have.

use std::time::{Instant as StdInstant, SystemTime, UNIX_EPOCH};

use live_core::Instant;

/// A monotonic clock. Its instants count from when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: StdInstant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { start: StdInstant::now() }
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Seconds since 1970 on the wall clock, for what outlives the process (the expiry of tokens). Zero if the clock is set before.
pub fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
