//! How many of something there are, for whoever waits until there are none.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Count {
    count: Mutex<usize>,
    changed: Condvar,
}

/// One of them, until it is dropped.
pub(crate) struct Counted(Arc<Count>);

impl Count {
    pub(crate) fn enter(self: &Arc<Self>) -> Counted {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Counted(self.clone())
    }

    pub(crate) fn wait_until_none(&self, limit: Duration) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(count, limit, |count| *count > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_all();
    }
}
