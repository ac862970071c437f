//! The one thread that writes: everything that waits is one transaction, and the next begins when that one is durable.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use redb::Database;

use super::disk::Disk;
use super::error::RedbError;
use super::queue::{Job, Queue, Taken};
use super::tables::{self, Key, Outcome, Tables};
use super::{NOTE_TIME, RETRY, SWEEP, SWEEP_STEP};
use crate::CatchUnwind;
use crate::clock::Clock;
use crate::store::StoreError;

/// What the writer and the readers share.
pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) queue: Queue,
    /// The database, or why it isn't open at the moment.
    database: RwLock<Result<Database, String>>,
    pub(super) clock: Clock,
}

impl Shared {
    pub(super) fn new(path: PathBuf, database: Database, clock: Clock) -> Self {
        Self { path, queue: Queue::default(), database: RwLock::new(Ok(database)), clock }
    }

    /// Does something with the database. Whatever goes wrong is told, a panic of redb's included.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> Outcome<T>) -> Result<T, String> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().map_err(Clone::clone)?;
        match CatchUnwind.catch(|| work(database)) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.told(&error)),
            Err(panicked) => Err(self.told(&panicked)),
        }
    }

    fn told(&self, error: &dyn std::fmt::Display) -> String {
        format!("{}: {error}", self.path.display())
    }

    /// Puts another database, or the reason why there is none, in place of the one before, which is closed.
    fn replace(&self, with: Result<Database, String>) {
        let mut place = self.database.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, with);
        drop(place);
        if let Err(panicked) = CatchUnwind.catch(|| drop(before)) {
            crate::log!(error, %panicked, "closing the session store");
        }
    }
}

pub(super) struct Writer<D> {
    shared: Arc<Shared>,
    disk: D,
    swept: Sweep,
    /// The time that was written into the file last.
    noted: u64,
    /// Since an error: when to open the file again.
    retry: Option<Instant>,
    /// Opening it takes its time, so it isn't tried again before this.
    rested: Instant,
}

struct Sweep {
    next: Instant,
    from: Option<Key>,
}

impl<D: Disk> Writer<D> {
    pub(super) fn new(shared: Arc<Shared>, disk: D) -> Self {
        let now = Instant::now();
        let swept = Sweep { next: now + SWEEP, from: None };
        Self { shared, disk, swept, noted: 0, retry: None, rested: now }
    }

    /// Until the queue is closed and empty.
    pub(super) fn run(mut self) {
        loop {
            match CatchUnwind.catch(|| self.step()) {
                Ok(true) => {}
                Ok(false) => break,
                // Whoever waits for what was under way is told that it failed, as its answer is dropped.
                Err(panicked) => crate::log!(error, %panicked, "the session store's writer"),
            }
        }
        self.shared.replace(Err(self.shared.told(&"the store is closed")));
    }

    /// False when there is nothing more to come.
    fn step(&mut self) -> bool {
        match self.shared.queue.take(SWEEP.min(RETRY)) {
            Taken::Jobs(jobs) => self.write(jobs),
            Taken::Idle => {}
            Taken::Closed => return false,
        }
        self.reopen();
        self.sweep();
        true
    }

    /// One transaction. What is answered with `Ok` is durable.
    fn write(&mut self, jobs: Vec<Job>) {
        self.reopen();
        let now = self.shared.clock.unix_seconds();
        let note = now >= self.noted.saturating_add(NOTE_TIME.as_secs());
        let written = self.shared.with(|database| transaction(database, &jobs, now, note));
        self.shared.queue.release();
        if note && written.is_ok() {
            self.noted = now;
        }
        match written {
            Ok(verdicts) => {
                for (job, verdict) in jobs.into_iter().zip(verdicts) {
                    job.answer.send(verdict);
                }
            }
            Err(reason) => {
                self.failed(&reason);
                for job in jobs {
                    job.answer.send(Err(StoreError::Failed(reason.clone().into())));
                }
            }
        }
    }

    /// redb does nothing more after an error until it is opened again.
    fn failed(&mut self, reason: &str) {
        if self.retry.is_none() {
            crate::log!(error, %reason, "the session store couldn't write; it is opened again");
            self.shared.replace(Err(reason.to_owned()));
            self.retry = Some(self.rested);
        }
    }

    /// Opens the file again, when it is time to.
    fn reopen(&mut self) {
        let began = Instant::now();
        if self.retry.is_none_or(|retry| retry > began) {
            return;
        }
        let opened = self.disk.reopen();
        self.rested = Instant::now() + RETRY.max(began.elapsed() * 4);
        match opened {
            Ok(database) => {
                self.shared.replace(Ok(database));
                self.retry = None;
                crate::log!(info, path = %self.shared.path.display(), "the session store is open again");
            }
            Err(problem) => {
                self.retry = Some(self.rested);
                let reason = RedbError::new(&self.shared.path, problem).to_string();
                crate::log!(error, %reason, "the session store is still closed");
                self.shared.replace(Err(reason));
            }
        }
    }

    /// Removes some of what is over.
    fn sweep(&mut self) {
        if self.retry.is_some() || self.swept.next > Instant::now() {
            return;
        }
        self.swept.next = Instant::now() + SWEEP;
        let from = self.swept.from;
        match self.shared.with(|database| sweep(database, from, self.shared.clock.unix_seconds())) {
            Ok(next) => self.swept.from = next,
            Err(reason) => self.failed(&reason),
        }
    }
}

fn transaction(
    database: &Database,
    jobs: &[Job],
    now: u64,
    note: bool,
) -> Outcome<Vec<Result<(), StoreError>>> {
    let write = database.begin_write()?;
    if note {
        tables::note_time(&write, now)?;
    }
    let mut tables = Tables::open(&write)?;
    let verdicts: Outcome<Vec<_>> = jobs.iter().map(|job| tables.apply(&job.change, now)).collect();
    drop(tables);
    let verdicts = verdicts?;
    write.commit()?;
    Ok(verdicts)
}

/// Removes what is over of [`SWEEP_STEP`] sessions. Gives the one to go on with.
pub(super) fn sweep(database: &Database, from: Option<Key>, now: u64) -> Outcome<Option<Key>> {
    let looked = tables::look(database, from, SWEEP_STEP, now)?;
    if !looked.over.is_empty() {
        let write = database.begin_write()?;
        let mut tables = Tables::open(&write)?;
        looked.over.iter().try_for_each(|id| tables.remove(id))?;
        drop(tables);
        write.commit()?;
    }
    Ok(looked.next)
}
