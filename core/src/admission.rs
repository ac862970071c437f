//! Admission at a bounded rate: rule R14.

use crate::limits::MAX_AWAY;
use crate::rules::{Broken, Rule};
use crate::time::{Duration, Instant};

/// Lets so many in at once, and from then on so many a second. Whoever isn't let in is told when to come back: one after the other, at
/// the same rate. A driver asks it for each browser that joins a session.
///
/// ```
/// use live_core::{Admission, Duration, Instant};
///
/// let mut admission = Admission::new(10, 2);
/// let now = Instant::from_micros(0);
/// assert_eq!((admission.admit(now), admission.admit(now)), (Ok(()), Ok(())));
/// assert_eq!(admission.admit(now), Err(Duration::from_millis(100)));
/// assert_eq!(admission.admit(now), Err(Duration::from_millis(200)));
/// assert_eq!(admission.admit(now + Duration::from_millis(100)), Ok(()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// Between two that are admitted for long.
    interval: u64,
    /// How far `full` may be ahead of the clock.
    burst: u64,
    /// When all that was admitted has been worked off.
    full: u64,
    /// When the last of those who were sent away comes back.
    promised: u64,
    broken: Broken,
}

impl Admission {
    /// Admits `rate_per_second` for long, and `burst` at once. Zero counts as one.
    pub fn new(rate_per_second: u32, burst: u32) -> Self {
        let interval = NANOS.div_ceil(u64::from(rate_per_second.max(1)));
        let burst = interval * u64::from(burst.max(1) - 1);
        Self { interval, burst, full: 0, promised: 0, broken: Broken::default() }
    }

    /// Breaks a rule, for tests that have to notice.
    #[must_use]
    pub fn with_broken(self, broken: Broken) -> Self {
        Self { broken, ..self }
    }

    /// Lets one in.
    ///
    /// # Errors
    /// How long to stay away, [`MAX_AWAY`] at most. Those who are sent away while there is no room come back spread over time.
    pub fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        let now = now.as_micros().saturating_mul(1000);
        let opens = self.full.saturating_sub(self.burst);
        if opens <= now || self.broken.is(Rule::R14) {
            self.full = self.full.max(now).saturating_add(self.interval);
            return Ok(());
        }
        let next = self.promised.saturating_add(self.interval).max(opens);
        // Too long a queue starts over: its end would have to wait for too long.
        self.promised = if next - now > MAX_AWAY.as_nanos() as u64 { opens } else { next };
        Err(Duration::from_nanos(self.promised - now).min(MAX_AWAY))
    }
}

/// In a second.
const NANOS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    #[test]
    fn no_window_has_more_than_the_burst_and_the_rate() {
        let (rate, burst) = (7, 3);
        let mut admission = Admission::new(rate, burst);
        let admitted: Vec<u64> =
            (0..5000).step_by(13).filter(|now| admission.admit(at(*now)).is_ok()).collect();
        assert!(admitted.len() >= 35, "{admitted:?}");
        for (first, from) in admitted.iter().enumerate() {
            for (last, to) in admitted.iter().enumerate().skip(first) {
                let most = u64::from(burst) + u64::from(rate) * (to - from) / 1000;
                assert!((last - first + 1) as u64 <= most, "{from} to {to}");
            }
        }
    }

    #[test]
    fn those_who_come_back_when_they_were_told_are_let_in() {
        let mut admission = Admission::new(10, 5);
        let mut waits: Vec<u64> = Vec::new();
        for _ in 0..25 {
            if let Err(wait) = admission.admit(at(0)) {
                waits.push(wait.as_millis() as u64);
            }
        }
        assert_eq!(waits, (1..=20).map(|nth| nth * 100).collect::<Vec<_>>());
        assert!(waits.iter().all(|wait| admission.admit(at(*wait)).is_ok()));
    }

    #[test]
    fn nobody_is_sent_away_for_longer_than_the_limit() {
        let mut admission = Admission::new(1, 1);
        let waits: Vec<_> = (0..100).filter_map(|_| admission.admit(at(0)).err()).collect();
        assert_eq!(waits.len(), 99);
        assert_eq!(waits.iter().max(), Some(&MAX_AWAY));
        assert_eq!(waits.iter().filter(|wait| **wait == MAX_AWAY).count(), 3);
    }

    #[test]
    fn a_rest_earns_no_more_than_the_burst() {
        let mut admission = Admission::new(1000, 2);
        assert!(admission.admit(at(0)).is_ok());
        let later = at(1_000_000);
        assert!(admission.admit(later).is_ok() && admission.admit(later).is_ok());
        assert_eq!(admission.admit(later), Err(Duration::from_millis(1)));
    }
}
