//! The clock that the core doesn't have.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant as StdInstant, SystemTime, UNIX_EPOCH};

use live_core::Instant;

/// A monotonic clock that was set by the wall clock when it was made. Its instants count from 1970, so that one that a store keeps
/// (a timer's) means the same to the next process. The wall clock may jump afterwards: this clock doesn't.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn TimeSource>,
    start: Duration,
    set_to: Duration,
}

/// What a [`Clock`] goes by: the system's clocks, or a test's.
pub(crate) trait TimeSource: Send + Sync {
    /// The time since any moment, the same each time. It never jumps.
    fn monotonic(&self) -> Duration;

    /// The time since 1970, as somebody has set it. It may jump.
    fn wall(&self) -> Duration;
}

struct System(StdInstant);

impl TimeSource for System {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    /// Zero if the clock is set before 1970.
    fn wall(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self::by(Arc::new(System(StdInstant::now())))
    }

    pub(crate) fn by(source: Arc<dyn TimeSource>) -> Self {
        let (start, set_to) = (source.monotonic(), source.wall());
        Self { source, start, set_to }
    }

    /// The same clock, set to `time` if it is behind that.
    #[cfg(feature = "redb")]
    pub(crate) fn not_before(self, time: Duration) -> Self {
        let behind = time.saturating_sub(self.since_1970());
        Self { set_to: self.set_to + behind, ..self }
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.since_1970().as_micros()).unwrap_or(u64::MAX))
    }

    /// The time since 1970.
    pub(crate) fn since_1970(&self) -> Duration {
        self.set_to + self.source.monotonic().saturating_sub(self.start)
    }

    /// The whole seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.since_1970().as_secs()
    }

    /// The end of what lasts for `time` from now, in whole seconds since 1970: never too early. What lasts for no time at all is over at once.
    pub(crate) fn end_of(&self, time: Duration) -> u64 {
        if time.is_zero() {
            return self.unix_seconds();
        }
        let end = self.since_1970().saturating_add(time);
        end.as_secs().saturating_add(u64::from(end.subsec_nanos() > 0))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.since_1970()).finish()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// The time that a test sets.
    #[derive(Clone, Default)]
    pub(crate) struct FakeTime(Arc<Mutex<(Duration, Duration)>>);

    impl FakeTime {
        /// So long after 1970.
        pub(crate) fn at(wall: Duration) -> Self {
            Self(Arc::new(Mutex::new((Duration::ZERO, wall))))
        }

        pub(crate) fn clock(&self) -> Clock {
            Clock::by(Arc::new(self.clone()))
        }

        /// Time passes.
        pub(crate) fn pass(&self, time: Duration) {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *now = (now.0 + time, now.1 + time);
        }

        /// Somebody sets the wall clock.
        pub(crate) fn set_wall(&self, wall: Duration) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = wall;
        }
    }

    impl TimeSource for FakeTime {
        fn monotonic(&self) -> Duration {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).0
        }

        fn wall(&self) -> Duration {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).1
        }
    }

    #[test]
    fn what_lasts_ends_after_its_time_and_what_does_not_at_once() {
        let second = Duration::from_secs(1);
        let clock = FakeTime::at(Duration::from_millis(9_900)).clock();
        assert_eq!((clock.unix_seconds(), clock.end_of(Duration::ZERO)), (9, 9));
        assert_eq!((clock.end_of(second / 10), clock.end_of(second)), (10, 11));
        assert_eq!(clock.end_of(Duration::MAX), u64::MAX);
    }

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn the_wall_clock_sets_it_once() {
        let time = FakeTime::at(DAY * 20_000);
        let clock = time.clock();
        for wall in [Duration::ZERO, DAY * 30_000, DAY] {
            let before = clock.now();
            time.set_wall(wall);
            assert_eq!(clock.now(), before);
            time.pass(DAY);
            assert_eq!(clock.now(), before + DAY);
        }
    }
}
