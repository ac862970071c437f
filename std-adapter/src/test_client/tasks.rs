//! The tasks that a page has spawned, run on the test's thread: polled when they are woken, and waited for in between.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use live_core::{Call, Duration, Panicked, Task};

use super::Checked;
use crate::engine::caught;
use crate::store::BoxFuture;

/// Those that are under way.
pub(super) struct Tasks<M> {
    under_way: Vec<Running<M>>,
    /// The calls of page code whose tasks the machine hands out next.
    callers: VecDeque<Call>,
    begun: u64,
    bell: Arc<Bell>,
    /// They are left alone.
    pub(super) held: bool,
    /// How long the test waits for them.
    limit: Duration,
}

struct Running<M> {
    number: u64,
    spawned_by: Call,
    future: BoxFuture<'static, Result<M, Panicked>>,
    waker: Waker,
}

/// Which tasks can go on, and who waits for one that can.
#[derive(Default)]
struct Bell {
    woken: Mutex<VecDeque<u64>>,
    rung: Condvar,
}

/// Wakes one task.
struct Rope {
    number: u64,
    bell: Arc<Bell>,
}

impl<M: Send + 'static> Tasks<M> {
    pub(super) fn new(limit: Duration, held: bool) -> Self {
        Self { under_way: Vec::new(), callers: VecDeque::new(), begun: 0, bell: Arc::default(), held, limit }
    }

    /// This call has asked for so many tasks, which the machine hands out after those of the calls before.
    pub(super) fn expect(&mut self, call: &Call, count: usize) {
        self.callers.extend(std::iter::repeat_n(call, count).cloned());
    }

    pub(super) fn begin(&mut self, task: Task<M>) {
        self.begun += 1;
        let (number, bell) = (self.begun, self.bell.clone());
        bell.ring(number);
        self.under_way.push(Running {
            number,
            spawned_by: self.callers.pop_front().unwrap_or(Call::Info),
            future: Box::pin(caught(task)),
            waker: Arc::new(Rope { number, bell }).into(),
        });
    }

    /// When the limit of a call that begins now is reached.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// The result of the next task that is done, waited for until `deadline`; none where there is nothing to wait for.
    /// An error names the tasks that aren't done by then.
    pub(super) fn next(&mut self, deadline: Instant) -> Checked<Option<Result<M, Panicked>>> {
        while !self.held && !self.under_way.is_empty() {
            let Some(number) = self.bell.wait(deadline) else { return Err(self.late()) };
            // A waker may outlive its task.
            let Some(at) = self.under_way.iter().position(|task| task.number == number) else { continue };
            let Running { future, waker, .. } = &mut self.under_way[at];
            if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(waker)) {
                self.under_way.remove(at);
                return Ok(Some(result));
            }
            if Instant::now() >= deadline {
                return Err(self.late());
            }
        }
        Ok(None)
    }

    fn late(&self) -> String {
        let mut callers: Vec<(&Call, usize)> = Vec::new();
        for Running { spawned_by, .. } in &self.under_way {
            match callers.iter_mut().find(|(call, _)| *call == spawned_by) {
                Some((_, count)) => *count += 1,
                None => callers.push((spawned_by, 1)),
            }
        }
        let callers: Vec<String> = callers.iter().map(|(call, count)| format!("{call} ({count})")).collect();
        let tasks = match self.under_way.len() {
            1 => "1 task is".to_owned(),
            count => format!("{count} tasks are"),
        };
        format!(
            "{tasks} still under way after {} s: spawned by {}. hold_tasks() leaves tasks alone, TestOptions::task_limit gives them longer",
            self.limit.as_secs_f64(),
            callers.join(", ")
        )
    }
}

impl Bell {
    fn ring(&self, number: u64) {
        let mut woken = self.lock();
        if !woken.contains(&number) {
            woken.push_back(number);
        }
        self.rung.notify_all();
    }

    /// The task that was woken first, waited for until `deadline`.
    fn wait(&self, deadline: Instant) -> Option<u64> {
        let left = deadline.saturating_duration_since(Instant::now());
        let woken = self.rung.wait_timeout_while(self.lock(), left, |woken| woken.is_empty());
        woken.unwrap_or_else(PoisonError::into_inner).0.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.bell.ring(self.number);
    }
}
