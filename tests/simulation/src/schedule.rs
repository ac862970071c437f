//! Virtual time: what happens when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
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
    /// A session's time has come.
    Timeout { server: usize, life: u64, session: SessionId },
    /// A message arrives from the bus.
    Deliver { server: usize, life: u64, session: SessionId, message: Message },
    /// A server is killed.
    Crash { server: usize },
    /// It comes back.
    Start { server: usize },
    /// A server is told to end, and has a successor (rule R13).
    Drain { server: usize },
    /// It has had all the time that it may take.
    Ended { server: usize, life: u64 },
    /// A connection is cut.
    Cut { tab: usize },
    /// A browser's copy of a region is spoilt.
    Spoil { tab: usize },
    /// The last fault is over.
    Calm,
}

/// What is to come, the soonest first; of those at once, the one that was planned first.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<Entry>>,
    planned: u64,
    pub(crate) now: Instant,
}

#[derive(Debug)]
struct Entry {
    at: Instant,
    order: u64,
    what: What,
}

impl Schedule {
    pub(crate) fn at(&mut self, at: Instant, what: What) {
        self.planned += 1;
        self.heap.push(Reverse(Entry { at: at.max(self.now), order: self.planned, what }));
    }

    pub(crate) fn after(&mut self, delay: Duration, what: What) {
        self.at(self.now + delay, what);
    }

    /// Moves the clock to what comes next.
    pub(crate) fn next(&mut self) -> Option<What> {
        let Reverse(entry) = self.heap.pop()?;
        self.now = entry.at;
        Some(entry.what)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
