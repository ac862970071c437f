//! What waits for the writer: as much as may, and no more.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use live_core::{Record, SessionId};

use super::oneshot::{Receiver, Sender, oneshot};
use super::{MAX_WAITING, MAX_WAITING_BYTES};
use crate::store::StoreError;

/// A change, and whom to tell when it is durable.
pub(super) struct Job {
    pub(super) change: Change,
    pub(super) answer: Sender,
}

/// Times are in seconds of the store's clock.
pub(super) enum Change {
    Set { record: Record, until: u64 },
    Commit { next: Record, until: u64 },
    Delete(SessionId),
    Touch { id: SessionId, until: u64 },
}

impl Change {
    fn bytes(&self) -> usize {
        match self {
            Self::Set { record, .. } | Self::Commit { next: record, .. } => record.bytes.len(),
            Self::Delete(_) | Self::Touch { .. } => 0,
        }
    }
}

/// What the writer finds to do.
pub(super) enum Taken {
    /// Everything that waited. It counts against the limits until [`Queue::release`].
    Jobs(Vec<Job>),
    /// Nothing came for a while.
    Idle,
    /// Nothing will come any more.
    Closed,
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    came: Condvar,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    bytes: usize,
    /// In the batch that the writer has.
    taken: usize,
    taken_bytes: usize,
    closed: bool,
}

impl Queue {
    pub(super) fn put(&self, change: Change) -> Result<Receiver, StoreError> {
        let bytes = change.bytes();
        let mut state = self.lock();
        let too_many = state.jobs.len() + state.taken >= MAX_WAITING;
        if too_many || state.bytes + state.taken_bytes + bytes > MAX_WAITING_BYTES {
            return Err(StoreError::Full);
        }
        let (answer, answered) = oneshot();
        state.bytes += bytes;
        state.jobs.push(Job { change, answer });
        drop(state);
        self.came.notify_one();
        Ok(answered)
    }

    /// Waits until something is there, for at most `patience`.
    pub(super) fn take(&self, patience: Duration) -> Taken {
        let nothing = |state: &mut State| state.jobs.is_empty() && !state.closed;
        let waited = self.came.wait_timeout_while(self.lock(), patience, nothing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.jobs.is_empty() {
            return if state.closed { Taken::Closed } else { Taken::Idle };
        }
        state.taken = state.jobs.len();
        state.taken_bytes = std::mem::take(&mut state.bytes);
        Taken::Jobs(std::mem::take(&mut state.jobs))
    }

    /// The batch that was taken no longer counts.
    pub(super) fn release(&self) {
        let mut state = self.lock();
        (state.taken, state.taken_bytes) = (0, 0);
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.came.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
