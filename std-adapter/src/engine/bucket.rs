//! A token bucket (rule S10).

use std::time::Duration;

use live_core::Instant;

const EVENT: i64 = 1_000_000;

/// How many events may be sent at once, and how many a second for long. At least one each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    rate: u32,
    burst: u32,
}

impl Limit {
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        Self { rate: rate.max(1), burst: burst.max(1) }
    }

    fn full(self) -> i64 {
        i64::from(self.burst) * EVENT
    }
}

/// Fills with `rate` events a second up to `burst`. Counts in millionths of an event, so that a rate of an event a second
/// fills by one each microsecond. What is spent beyond what is there is a debt, which has to be filled first.
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: Limit,
    level: i64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn new(limit: Limit, now: Instant) -> Self {
        Self { limit, level: limit.full(), at: now }
    }

    /// Counts an event that came.
    pub(crate) fn spend(&mut self, now: Instant) {
        self.fill(now);
        self.level = self.level.saturating_sub(EVENT);
    }

    /// When the next event may be read: `None` means now.
    pub(crate) fn opens_at(&mut self, now: Instant) -> Option<Instant> {
        self.fill(now);
        let missing = EVENT.saturating_sub(self.level).max(0).unsigned_abs();
        (missing > 0).then(|| now + Duration::from_micros(missing.div_ceil(self.limit.rate.into())))
    }

    /// Whether more than half of the burst is there again.
    pub(crate) fn has_recovered(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.level > self.limit.full() / 2
    }

    /// Whether it is as a new one.
    pub(crate) fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.level == self.limit.full()
    }

    /// Connections of one browser look at the time one after the other, and come here in another order.
    fn fill(&mut self, now: Instant) {
        let micros = i64::try_from((now - self.at).as_micros()).unwrap_or(i64::MAX);
        let filled = self.level.saturating_add(micros.saturating_mul(self.limit.rate.into()));
        self.level = filled.min(self.limit.full());
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = Bucket::new(Limit::new(20, 60), at(0));
        for n in 0..60 {
            assert_eq!(bucket.opens_at(at(0)), None, "event {n}");
            bucket.spend(at(0));
        }
        assert_eq!(bucket.opens_at(at(0)), Some(at(50)));
        assert_eq!(bucket.opens_at(at(50)), None);
        bucket.spend(at(50));
        assert_eq!(bucket.opens_at(at(60)), Some(at(100)));
    }

    #[test]
    fn what_passed_too_much_is_paid_back_first() {
        let mut bucket = Bucket::new(Limit::new(20, 60), at(0));
        (0..100).for_each(|_| bucket.spend(at(0)));
        assert_eq!(bucket.opens_at(at(0)), Some(at(41 * 50)));
        assert_eq!(bucket.opens_at(at(2000)), Some(at(2050)));
        assert!(!bucket.has_recovered(at(3500)) && bucket.has_recovered(at(3501)));
        assert!(!bucket.is_full(at(4999)) && bucket.is_full(at(5000)));
    }

    #[test]
    fn a_time_that_was_looked_at_earlier_fills_nothing_twice() {
        let mut bucket = Bucket::new(Limit::new(20, 60), at(0));
        (0..60).for_each(|_| bucket.spend(at(1000)));
        bucket.spend(at(500));
        assert_eq!(bucket.opens_at(at(1000)), Some(at(1100)));
    }

    #[test]
    fn limits_at_their_ends() {
        let mut none = Bucket::new(Limit::new(0, 0), at(0));
        none.spend(at(0));
        assert_eq!(none.opens_at(at(0)), Some(at(1000)));
        let mut most = Bucket::new(Limit::new(u32::MAX, u32::MAX), at(0));
        (0..1000).for_each(|_| most.spend(at(0)));
        assert_eq!(most.opens_at(Instant::from_micros(u64::MAX)), None);
    }
}
