//! Virtual time: what happens when.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use live_core::wire::Reason;
use live_core::{CommitError, Instant, Record, SessionId};

use crate::page::Message;
use crate::store::Fault;

/// Something that happens. `life` tells a server from the one before its crash, `instance` a session in memory from the one before it: what was
/// meant for that one is lost with it.
#[derive(Debug)]
pub(crate) enum What {
    /// A user does something.
    Act { tab: usize },
    /// A user does what is seen, when all is calm.
    LastAct { tab: usize },
    /// A browser opens a connection.
    Connect { tab: usize },
    /// A frame arrives at a server.
    Up { connection: usize, frame: Vec<u8> },
    /// A frame arrives at a browser.
    Down { connection: usize, frame: Vec<u8> },
    /// A server learns that a connection is gone.
    Lost { connection: usize },
    /// A browser learns it.
    Closed { connection: usize, reason: Option<Reason> },
    /// The store gives a record to a connection that asks for its session.
    Read { connection: usize },
    /// The store writes.
    Write { server: usize, instance: u64, record: Record, fault: Fault },
    /// A server hears what came of it.
    Written {
        server: usize,
        instance: u64,
        session: SessionId,
        generation: u64,
        result: Result<(), CommitError>,
    },
    /// The store gives a sleeping session its state back.
    Fetch { server: usize, instance: u64, session: SessionId },
    /// Nothing has happened to a tab's session for a while, or for longer.
    Idle { tab: usize, sleep: bool },
    /// A session's time has come.
    Timeout { server: usize, life: u64, session: SessionId },
    /// A message arrives from the bus.
    Deliver { server: usize, life: u64, session: SessionId, message: Message },
    /// A session is told that what all look at has changed.
    Changed { server: usize, life: u64, session: SessionId, region: Arc<str> },
    /// A server is killed.
    Crash { server: usize },
    /// It comes back.
    Start { server: usize },
    /// A server is told to end, and has a successor (rule R13).
    Drain { server: usize },
    /// A server has had all the time that it may take to end.
    Deadline,
    /// A connection is cut.
    Cut { tab: usize },
    /// A tab loads its page anew.
    Reload { tab: usize },
    /// A tab is duplicated.
    Duplicate { tab: usize },
    /// A hostile browser does its worst.
    Greed { tab: usize },
    /// A browser's copy of a region is spoilt.
    Spoil { tab: usize },
    /// The last fault is over.
    Calm,
}

/// Where something is planned: when, and as the how manyth.
pub(crate) type Place = (Instant, u64);

/// What is to come, the soonest first; of those at once, the one that was planned first.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// By time, and in the order in which it was planned.
    entries: BTreeMap<Place, What>,
    planned: u64,
    pub(crate) now: Instant,
}

impl Schedule {
    pub(crate) fn at(&mut self, at: Instant, what: What) {
        self.planned += 1;
        self.entries.insert((at.max(self.now), self.planned), what);
    }

    pub(crate) fn after(&mut self, delay: Duration, what: What) {
        self.at(self.now + delay, what);
    }

    /// Moves the clock to what comes next.
    pub(crate) fn next(&mut self) -> Option<What> {
        let (place, _) = self.entries.first_key_value()?;
        self.take(*place)
    }

    /// Where the first is that fits.
    pub(crate) fn find(&self, fits: impl Fn(&What) -> bool) -> Option<Place> {
        self.entries.iter().find(|(_, what)| fits(what)).map(|(place, _)| *place)
    }

    /// Where the last is.
    pub(crate) fn find_last(&self, fits: impl Fn(&What) -> bool) -> Option<Place> {
        self.entries.iter().rfind(|(_, what)| fits(what)).map(|(place, _)| *place)
    }

    /// Takes out what is at a place: its time has come.
    pub(crate) fn take(&mut self, place: Place) -> Option<What> {
        self.now = self.now.max(place.0);
        self.entries.remove(&place)
    }
}
