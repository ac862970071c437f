//! The worker threads of a pool: one a core, and spare ones in the place of those that are stuck.
//!
//! Page code that blocks its thread, or computes for long, takes its worker away from all others. So one thread looks after the workers, and for each that is stuck it
//! starts another.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::pool::{Beat, Pool};

/// How often the workers are looked after. One that is at the same work at two looks is stuck.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The most workers that are started in the place of others. If all of them are stuck as well, everybody waits.
const MAX_SPARE: usize = 64;

/// For how many looks a worker has to be one too many until one ends: handlers that block come in groups.
const LOOKS_UNTIL_END: usize = 20;

/// How long the end of a pool waits for workers that are stuck. Beyond, they end with the process.
const END_WITHIN: Duration = Duration::from_millis(200);

pub(crate) struct Crew {
    pool: Arc<Pool>,
    /// How many workers are not stuck.
    size: usize,
    workers: Vec<Worker>,
    /// How many were started so far, and how many of them must end. Each of those ends at some time, and no other does.
    count: usize,
    dismissed: usize,
    /// For how many looks there have been too many.
    looks: usize,
    /// Each worker has one, and drops it when it ends.
    alive: Sender<()>,
    all_ended: Receiver<()>,
}

struct Worker {
    thread: JoinHandle<()>,
    beat: Arc<Beat>,
    seen: u64,
}

impl Crew {
    /// So many workers for a pool.
    pub(crate) fn start(pool: Arc<Pool>, size: usize) -> io::Result<Self> {
        let (alive, all_ended) = channel();
        let mut crew =
            Self { pool, size, workers: Vec::new(), count: 0, dismissed: 0, looks: 0, alive, all_ended };
        for _ in 0..size {
            crew.add()?;
        }
        Ok(crew)
    }

    /// Looks after the workers until nobody holds the other end of `goes_on`, and gives them back.
    pub(crate) fn supervise(mut self, goes_on: &Receiver<()>) -> Self {
        while goes_on.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            self.look();
        }
        self
    }

    fn look(&mut self) {
        self.workers.retain(|worker| !worker.thread.is_finished());
        let stuck = self.workers.iter_mut().map(|worker| worker.beat.is_stuck(&mut worker.seen));
        let wanted = self.size + stuck.filter(|stuck| *stuck).count().min(MAX_SPARE);
        let there = self.count - self.dismissed;
        self.looks = if there > wanted { self.looks + 1 } else { 0 };
        if self.looks > LOOKS_UNTIL_END {
            self.pool.dismiss(there - wanted);
            self.dismissed += there - wanted;
        }
        for _ in there..wanted {
            if let Err(error) = self.add() {
                live_std::log!(warn, %error, "workers are stuck, and no other one can be started");
                return;
            }
        }
    }

    fn add(&mut self) -> io::Result<()> {
        let (pool, beat, alive) = (self.pool.clone(), Arc::<Beat>::default(), self.alive.clone());
        let own = beat.clone();
        let work = move || {
            work(&pool, &own);
            // Before `alive`, so that whoever waits for the end finds all tasks gone.
            drop(pool);
            drop(alive);
        };
        let thread = thread::Builder::new().name(format!("live-{}", self.count)).spawn(work)?;
        self.count += 1;
        self.workers.push(Worker { thread, beat, seen: 0 });
        Ok(())
    }

    /// Waits until all have ended, after the pool was stopped; but not for long for those that are stuck.
    pub(crate) fn end(self) {
        let Self { workers, alive, all_ended, .. } = self;
        drop(alive);
        let all = all_ended.recv_timeout(END_WITHIN) == Err(RecvTimeoutError::Disconnected);
        let (ended, stuck): (Vec<_>, Vec<_>) =
            workers.into_iter().partition(|worker| all || worker.thread.is_finished());
        for worker in ended {
            // A worker's panics are caught and logged where they happen.
            let _ = worker.thread.join();
        }
        if !stuck.is_empty() {
            live_std::log!(warn, workers = stuck.len(), "the server ends while handlers still run");
        }
    }
}

/// A task that panics must not take its worker along.
fn work(pool: &Pool, beat: &Arc<Beat>) {
    while catch_unwind(AssertUnwindSafe(|| pool.work(beat))).is_err() {
        live_std::log!(error, "a task panicked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Instant;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn until(what: &str, mut done: impl FnMut() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < PATIENCE, "{what}");
            thread::yield_now();
        }
    }

    /// Blocks a worker until the sender is dropped.
    fn block(pool: &Pool) -> (mpsc::Sender<()>, mpsc::Receiver<()>) {
        let ((go_on, waits), (says, blocked)) = (channel::<()>(), channel());
        pool.spawn(Box::pin(async move {
            says.send(()).unwrap();
            let _ = waits.recv();
        }));
        (go_on, blocked)
    }

    #[test]
    fn a_stuck_worker_is_replaced_and_one_ends_when_it_comes_back() {
        let pool = Arc::new(Pool::new().unwrap());
        let mut crew = Crew::start(pool.clone(), 1).unwrap();
        let blocked: Vec<_> = (0..5).map(|_| block(&pool)).collect();
        // None of them comes in but beside those before.
        until("they don't all run", || {
            crew.look();
            crew.workers.len() >= 6
        });
        for (_, blocked) in &blocked {
            blocked.recv_timeout(PATIENCE).unwrap();
        }
        drop(blocked);
        until("the spare ones don't end", || {
            crew.look();
            crew.workers.len() == 1
        });
        let (says, done) = channel();
        pool.spawn(Box::pin(async move { says.send(()).unwrap() }));
        done.recv_timeout(PATIENCE).expect("the last one works");
        pool.stop();
        crew.end();
    }

    #[test]
    fn there_is_a_limit_to_spare_workers() {
        let pool = Arc::new(Pool::new().unwrap());
        let mut crew = Crew::start(pool.clone(), 2).unwrap();
        let blocked: Vec<_> = (0..MAX_SPARE + 10).map(|_| block(&pool)).collect();
        until("they aren't started", || {
            crew.look();
            crew.workers.len() == 2 + MAX_SPARE
        });
        for _ in 0..3 {
            crew.look();
        }
        assert_eq!(crew.workers.len(), 2 + MAX_SPARE);
        drop(blocked);
        pool.stop();
        crew.end();
    }

    #[test]
    fn the_end_doesnt_wait_for_a_stuck_worker() {
        let pool = Arc::new(Pool::new().unwrap());
        let crew = Crew::start(pool.clone(), 2).unwrap();
        let (_go_on, blocked) = block(&pool);
        blocked.recv_timeout(PATIENCE).unwrap();
        pool.stop();
        let began = Instant::now();
        crew.end();
        assert!(began.elapsed() >= END_WITHIN && began.elapsed() < PATIENCE);
    }
}
