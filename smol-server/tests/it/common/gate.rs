//! Where page code blocks its thread until the test lets it go on.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::PATIENCE;

/// Shut until it is opened. Whoever passes meanwhile blocks its thread.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: bool,
    inside: usize,
}

/// Opens its gate when it is dropped, so that no test leaves a thread behind. Declare it after the server, which waits for its threads.
pub(crate) struct Opens(Gate);

impl Gate {
    pub(crate) fn opens(&self) -> Opens {
        Opens(self.clone())
    }

    /// Blocks while the gate is shut.
    pub(crate) fn pass(&self) {
        let mut state = self.lock();
        state.inside += 1;
        self.0.changed.notify_all();
        while !state.open {
            state = self.0.changed.wait(state).unwrap();
        }
        state.inside -= 1;
    }

    /// Keeps its core busy while the gate is shut.
    pub(crate) fn spin(&self) {
        self.lock().inside += 1;
        self.0.changed.notify_all();
        while !self.lock().open {
            for _ in 0..10_000 {
                std::hint::spin_loop();
            }
        }
        self.lock().inside -= 1;
    }

    /// Waits until so many threads are blocked here.
    pub(crate) fn until_inside(&self, count: usize) {
        let began = Instant::now();
        let mut state = self.lock();
        while state.inside < count {
            let left = PATIENCE.checked_sub(began.elapsed()).expect("nobody came to the gate");
            state = self.0.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Also after a test has failed at the gate.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(&self) {
        self.lock().open = true;
        self.0.changed.notify_all();
    }
}

impl Drop for Opens {
    fn drop(&mut self) {
        self.0.open();
    }
}
