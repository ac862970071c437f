//! The store that both servers share: it keeps what it has said that it keeps, and fails as stores fail.

use std::collections::BTreeMap;

use live_core::{Broken, CommitError, Record, Rule, SessionId};

/// Records that outlive every server.
#[derive(Debug, Default)]
pub(crate) struct Store {
    records: BTreeMap<SessionId, Record>,
    /// The highest event in each.
    applied: BTreeMap<SessionId, u64>,
}

/// How one write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Nothing is written, and the server is told so.
    Refused,
    /// It is written, but the server is told that it isn't.
    Unsure,
}

impl Store {
    pub(crate) fn get(&self, id: SessionId) -> Option<&Record> {
        self.records.get(&id)
    }

    /// The highest event that the store has of a session.
    pub(crate) fn applied(&self, id: SessionId) -> Option<u64> {
        self.applied.get(&id).copied()
    }

    /// Writes a record, whose highest event is `applied`, where it follows the one that is there (rule R1).
    pub(crate) fn commit(
        &mut self,
        record: Record,
        applied: u64,
        fault: Fault,
        broken: Broken,
    ) -> Result<(), CommitError> {
        if fault == Fault::Refused {
            return Err(CommitError::Unavailable);
        }
        let there = self.get(record.id).map(Record::owner);
        if !record.owner().follows(there) && !broken.is(Rule::R1) {
            return Err(CommitError::Fenced);
        }
        self.applied.insert(record.id, applied);
        self.records.insert(record.id, record);
        if fault == Fault::Unsure { Err(CommitError::Unavailable) } else { Ok(()) }
    }
}
