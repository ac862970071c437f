//! The store that both servers share: it keeps what it has said that it keeps, and fails as stores fail.

use std::collections::BTreeMap;

use live_core::{Broken, CommitError, Record, Rule, SessionId};

/// Records that outlive every server.
#[derive(Debug, Default)]
pub(crate) struct Store {
    records: BTreeMap<SessionId, Record>,
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

    /// Writes a record where it follows the one that is there (rule R1).
    pub(crate) fn commit(&mut self, record: Record, fault: Fault, broken: Broken) -> Result<(), CommitError> {
        if fault == Fault::Refused {
            return Err(CommitError::Unavailable);
        }
        let before = self.get(record.id).map(|record| record.generation);
        if !record.follows(before) && !broken.is(Rule::R1) {
            return Err(CommitError::Fenced);
        }
        self.records.insert(record.id, record);
        if fault == Fault::Unsure { Err(CommitError::Unavailable) } else { Ok(()) }
    }
}
