//! Time as the core sees it: an argument, never a clock.

use core::ops::{Add, Sub};
pub use core::time::Duration;

/// A point in time, in microseconds since a start that the driver chooses. Only differences mean anything; where sessions
/// outlive the process, so has the start to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Instant(u64);

impl Instant {
    /// The instant that lies this many microseconds after the driver's start.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the driver's start.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, rhs: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, rhs: Instant) -> Duration {
        self.since(rhs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_saturates_and_subtracting_stops_at_zero() {
        let late = Instant::from_micros(u64::MAX - 1);
        assert_eq!(late + Duration::from_secs(9), Instant::from_micros(u64::MAX));
        assert_eq!(Instant::from_micros(3) - Instant::from_micros(5), Duration::ZERO);
        assert_eq!(Instant::from_micros(5) - Instant::from_micros(3), Duration::from_micros(2));
    }
}
