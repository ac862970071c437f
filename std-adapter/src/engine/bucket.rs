//! How many events a session may send: a token bucket (rule S10).

use std::time::Duration;

use live_core::Instant;

/// How long a session may be held at its limit before it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

const EVENT: u64 = 1_000_000;

/// Fills with `rate` events a second up to `burst`. Counts in millionths of an event, so that a rate of an event a second
/// fills by one each microsecond.
#[derive(Debug)]
pub(crate) struct Bucket {
    level: u64,
    full: u64,
    rate: u64,
    at: Instant,
    empty_since: Option<Instant>,
}

impl Bucket {
    pub(crate) fn new(rate: u32, burst: u32, now: Instant) -> Self {
        let full = u64::from(burst.max(1)) * EVENT;
        Self { level: full, full, rate: u64::from(rate.max(1)), at: now, empty_since: None }
    }

    /// Counts an event that came.
    pub(crate) fn spend(&mut self, now: Instant) {
        self.fill(now);
        self.level = self.level.saturating_sub(EVENT);
        if self.level < EVENT {
            self.empty_since.get_or_insert(now);
        }
    }

    /// When the next event may be read: `None` means now.
    pub(crate) fn opens_at(&mut self, now: Instant) -> Option<Instant> {
        self.fill(now);
        let missing = EVENT.saturating_sub(self.level);
        (missing > 0).then(|| now + Duration::from_micros(missing.div_ceil(self.rate)))
    }

    /// Whether the session has been at its limit for too long.
    pub(crate) fn is_abused(&self, now: Instant) -> bool {
        self.empty_since.is_some_and(|since| now - since > PATIENCE)
    }

    fn fill(&mut self, now: Instant) {
        let micros = u64::try_from((now - self.at).as_micros()).unwrap_or(u64::MAX);
        self.level = self.level.saturating_add(micros.saturating_mul(self.rate)).min(self.full);
        self.at = now;
        if self.level > self.full / 2 {
            self.empty_since = None;
        }
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
        let mut bucket = Bucket::new(20, 60, at(0));
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
    fn staying_at_the_limit_is_abuse_and_a_pause_is_forgiven() {
        let mut bucket = Bucket::new(20, 60, at(0));
        (0..60).for_each(|_| bucket.spend(at(0)));
        (1..=200).for_each(|n| bucket.spend(at(50 * n)));
        assert!(!bucket.is_abused(at(10_000)) && bucket.is_abused(at(10_001)));
        assert_eq!(bucket.opens_at(at(12_000)), None);
        assert!(!bucket.is_abused(at(12_000)));
    }
}
