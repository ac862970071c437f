//! Whoever is refused: counted each time, logged once a minute.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use live_core::Instant;

use super::Engine;

/// What is refused for one reason is logged no more often than this.
const PAUSE: Duration = Duration::from_secs(60);

/// Why a request or a connection is refused, and what an operator can do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The Host header.
    Host,
    /// The Origin header.
    Origin,
    /// A handshake that isn't one, or one of another protocol.
    Handshake,
    /// [`Options::max_connections_per_ip`](crate::Options::max_connections_per_ip).
    Address,
    /// The process may open no more files.
    Descriptors,
    /// [`Options::max_sessions`](crate::Options::max_sessions).
    Sessions,
    /// [`Options::admission_rate`](crate::Options::admission_rate).
    Admission,
}

/// How many there are.
const ALL: usize = Refusal::Admission as usize + 1;

/// What was refused since the last line of the log, for each reason.
#[derive(Default)]
pub(super) struct Refusals([Mutex<Tally>; ALL]);

#[derive(Default)]
struct Tally {
    count: u64,
    /// What the last of them was about.
    last: String,
    logged: Option<Instant>,
}

impl Refusal {
    const EACH: [Self; ALL] = [
        Self::Host,
        Self::Origin,
        Self::Handshake,
        Self::Address,
        Self::Descriptors,
        Self::Sessions,
        Self::Admission,
    ];

    /// Its label in the metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Origin => "origin",
            Self::Handshake => "handshake",
            Self::Address => "address",
            Self::Descriptors => "descriptors",
            Self::Sessions => "sessions",
            Self::Admission => "admission",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Host => "set `public_url` to the URL that people open",
            Self::Origin => "set `public_url`, or add another site to `allowed_origins`",
            Self::Handshake => "a proxy in front has to pass WebSocket handshakes on",
            Self::Address => {
                "see `max_connections_per_ip`; if it is a proxy's address, add that to `trusted_proxies`"
            }
            Self::Descriptors => "let the process open more files: `ulimit -n`, or `LimitNOFILE=` of systemd",
            Self::Sessions => "see `max_sessions`",
            Self::Admission => "see `admission_rate`",
        }
    }
}

impl Refusals {
    fn of(&self, refusal: Refusal) -> MutexGuard<'_, Tally> {
        self.0[refusal as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs what is due.
    pub(super) fn log(&self, now: Instant) {
        for refusal in Refusal::EACH {
            self.of(refusal).log(refusal, now);
        }
    }
}

impl Tally {
    /// How many to log now.
    fn due(&mut self, now: Instant) -> Option<u64> {
        if self.count == 0 || self.logged.is_some_and(|at| now - at < PAUSE) {
            return None;
        }
        self.logged = Some(now);
        Some(std::mem::take(&mut self.count))
    }

    fn log(&mut self, refusal: Refusal, now: Instant) {
        if let Some(count) = self.due(now) {
            crate::log!(
                warn,
                reason = refusal.name(),
                count,
                last = self.last,
                "refused requests or connections: {}",
                refusal.advice()
            );
        }
    }
}

impl Engine {
    /// Takes note of a refusal; `about` says what is wrong with it, or whose it is.
    pub(super) fn refused(&self, refusal: Refusal, about: &dyn Display) {
        self.count(|metrics| metrics.refused(refusal.name()));
        let mut tally = self.refusals.of(refusal);
        tally.count += 1;
        tally.last = about.to_string();
        tally.log(refusal, self.now());
    }
}

impl Engine {
    /// Counts and logs a connection that the server has refused, since the process may open no more files.
    pub fn refused_for_descriptors(&self, peer: Option<IpAddr>) {
        self.refused(Refusal::Descriptors, &Peer(peer));
    }
}

/// An address that may be unknown.
pub(super) struct Peer(pub(super) Option<IpAddr>);

impl Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_logged_at_once_then_once_a_minute_and_none_is_forgotten() {
        let mut tally = Tally::default();
        let mut note = |count: u64, seconds: u64| {
            tally.count += count;
            tally.due(Instant::from_micros(seconds * 1_000_000))
        };
        assert_eq!(
            [note(1, 0), note(1, 1), note(1, 59), note(1, 60), note(1, 61)],
            [Some(1), None, None, Some(3), None]
        );
        assert_eq!([note(0, 119), note(0, 120), note(0, 180)], [None, Some(1), None]);
    }

    #[test]
    fn each_has_a_place_of_its_own() {
        for (at, refusal) in Refusal::EACH.into_iter().enumerate() {
            assert_eq!(refusal as usize, at);
        }
    }
}
