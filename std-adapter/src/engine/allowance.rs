//! How many events may come: from a session, and from all sessions of its browser (rule S10). Neither depends on the connections that they come by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use live_core::Instant;

use super::bucket::{Bucket, Limit};

/// How long a connection may be held back until it is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the browsers' buckets are looked at, whether they are full again.
const SWEEP: Duration = Duration::from_secs(10);

/// A session's own bucket, and the one that it shares with its browser's other sessions.
#[derive(Debug)]
pub(crate) struct Allowance {
    session: Mutex<Bucket>,
    browser: Arc<Mutex<Bucket>>,
}

impl Allowance {
    pub(crate) fn new(limit: Limit, browser: Arc<Mutex<Bucket>>, now: Instant) -> Self {
        Self { session: Mutex::new(Bucket::new(limit, now)), browser }
    }

    /// Counts an event that came. Gives when the next may: `None` means now.
    fn spend(&self, now: Instant) -> Option<Instant> {
        let mut buckets = self.lock();
        buckets.iter_mut().for_each(|bucket| bucket.spend(now));
        opens_at(&mut buckets, now)
    }

    fn opens_at(&self, now: Instant) -> Option<Instant> {
        opens_at(&mut self.lock(), now)
    }

    fn has_recovered(&self, now: Instant) -> bool {
        self.lock().iter_mut().all(|bucket| bucket.has_recovered(now))
    }

    fn lock(&self) -> [MutexGuard<'_, Bucket>; 2] {
        [lock(&self.session), lock(&self.browser)]
    }
}

fn opens_at(buckets: &mut [MutexGuard<'_, Bucket>; 2], now: Instant) -> Option<Instant> {
    buckets.iter_mut().filter_map(|bucket| bucket.opens_at(now)).max()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The buckets of browsers, by the hash of their cookie: of those that have sessions, and of those whose bucket isn't full again.
#[derive(Default)]
pub(crate) struct Browsers(Mutex<Known>);

#[derive(Default)]
struct Known {
    buckets: HashMap<[u8; 16], Arc<Mutex<Bucket>>>,
    next_sweep: Instant,
}

impl Browsers {
    /// The bucket that all sessions of a browser spend from.
    pub(crate) fn bucket(&self, cookie: [u8; 16], limit: Limit, now: Instant) -> Arc<Mutex<Bucket>> {
        let mut known = lock(&self.0);
        known.buckets.entry(cookie).or_insert_with(|| Arc::new(Mutex::new(Bucket::new(limit, now)))).clone()
    }

    /// Forgets the buckets of browsers without a session that are as new ones would be, if it is time to look.
    pub(crate) fn sweep(&self, now: Instant) {
        let mut known = lock(&self.0);
        if now >= known.next_sweep {
            known.next_sweep = now + SWEEP;
            known.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !lock(bucket).is_full(now));
        }
    }
}

/// How a connection keeps to its session's allowance: by not being read.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// When to look again whether it may be read.
    opens: Option<Instant>,
    /// Since when it was held back again and again, without a rest between.
    held_since: Option<Instant>,
}

impl Throttle {
    /// Of a connection that serves a session from now on, as its predecessors have left that.
    pub(crate) fn of(allowance: &Allowance, now: Instant) -> Self {
        let opens = allowance.opens_at(now);
        Self { opens, held_since: opens.map(|_| now) }
    }

    /// Counts an event that came; whether the connection is held back now.
    pub(crate) fn spend(&mut self, allowance: &Allowance, now: Instant) -> bool {
        self.opens = allowance.spend(now);
        if self.opens.is_some() {
            self.held_since.get_or_insert(now);
        }
        self.opens.is_some()
    }

    /// When the next event may be read: `None` means now. Meanwhile others may spend what there is, so the answer is looked at again then.
    pub(crate) fn opens_at(&mut self, allowance: &Allowance, now: Instant) -> Option<Instant> {
        if self.opens.is_some_and(|at| at <= now) {
            self.opens = allowance.opens_at(now);
        }
        self.opens
    }

    /// Whether the connection has been held back for too long.
    pub(crate) fn is_abused(&mut self, allowance: &Allowance, now: Instant) -> bool {
        if self.held_since.is_some() && allowance.has_recovered(now) {
            self.held_since = None;
        }
        self.held_since.is_some_and(|since| now - since > PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: (u32, u32) = (20, 60);
    const BROWSER: (u32, u32) = (100, 300);

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    fn session(browsers: &Browsers, cookie: u8, now: Instant) -> Allowance {
        let limit = |(rate, burst)| Limit::new(rate, burst);
        Allowance::new(limit(SESSION), browsers.bucket([cookie; 16], limit(BROWSER), now), now)
    }

    /// How many events pass at once.
    fn pass(allowance: &Allowance, now: Instant) -> usize {
        let mut throttle = Throttle::of(allowance, now);
        let mut passed = 0;
        while throttle.opens_at(allowance, now).is_none() {
            throttle.spend(allowance, now);
            passed += 1;
        }
        passed
    }

    #[test]
    fn staying_at_the_limit_is_abuse_and_a_pause_is_forgiven() {
        let browsers = Browsers::default();
        let allowance = session(&browsers, 1, at(0));
        let mut throttle = Throttle::of(&allowance, at(0));
        let events = std::iter::repeat_n(0, 60).chain((1..=200).map(|n| 50 * n));
        let held = events.filter(|millis| throttle.spend(&allowance, at(*millis))).count();
        assert_eq!(held, 201, "the burst's last, and each since");
        assert!(!throttle.is_abused(&allowance, at(10_000)) && throttle.is_abused(&allowance, at(10_001)));
        assert_eq!(throttle.opens_at(&allowance, at(12_000)), None);
        assert!(!throttle.is_abused(&allowance, at(12_000)));
    }

    #[test]
    fn another_connection_finds_what_is_left_and_its_own_patience() {
        let browsers = Browsers::default();
        let allowance = session(&browsers, 1, at(0));
        assert_eq!(pass(&allowance, at(0)), 60);
        assert_eq!(pass(&allowance, at(0)), 0);
        assert_eq!(pass(&allowance, at(100)), 2);
        let mut throttle = Throttle::of(&allowance, at(100));
        assert!(!throttle.is_abused(&allowance, at(200)));
    }

    #[test]
    fn the_sessions_of_a_browser_share_and_those_of_others_do_not() {
        let browsers = Browsers::default();
        let sessions: Vec<Allowance> = (0..8).map(|_| session(&browsers, 1, at(0))).collect();
        let passed: usize = sessions.iter().map(|session| pass(session, at(0))).sum();
        assert_eq!(passed, 300);
        assert_eq!(pass(&session(&browsers, 1, at(0)), at(0)), 0, "a session made anew");
        assert_eq!(pass(&session(&browsers, 2, at(0)), at(0)), 60);
    }

    #[test]
    fn connections_that_were_open_when_the_rest_was_spent_pass_one_event_each_and_pay_for_it() {
        let browsers = Browsers::default();
        let sessions: Vec<Allowance> = (0..400).map(|_| session(&browsers, 1, at(0))).collect();
        let mut throttles: Vec<Throttle> =
            sessions.iter().map(|session| Throttle::of(session, at(0))).collect();
        for (session, throttle) in sessions.iter().zip(&mut throttles) {
            assert_eq!(throttle.opens_at(session, at(0)), None);
            throttle.spend(session, at(0));
        }
        // A hundred too many: a second, and the time of one event.
        assert_eq!(pass(&sessions[0], at(1000)), 0);
        assert_eq!(pass(&sessions[0], at(1010)), 1);
    }

    #[test]
    fn a_browser_is_forgotten_when_it_has_no_session_and_its_bucket_is_full_again() {
        let browsers = Browsers::default();
        let (known, there) = (|| lock(&browsers.0).buckets.len(), session(&browsers, 1, at(0)));
        let spent = session(&browsers, 2, at(0));
        pass(&spent, at(0));
        drop((spent, session(&browsers, 3, at(0))));
        assert_eq!(known(), 3);
        browsers.sweep(at(0));
        assert_eq!(known(), 2, "the third was full");
        browsers.sweep(at(9_999));
        assert_eq!(known(), 2, "looked at each ten seconds");
        browsers.sweep(at(10_000));
        assert_eq!(known(), 1, "the second is full again");
        drop(there);
        browsers.sweep(at(20_000));
        assert_eq!(known(), 0);
    }
}
