//! Records in a file.

mod disk;
mod error;
mod oneshot;
mod queue;
mod renewed;
mod successor;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::future::ready;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use live_core::{Record, SessionId};

use self::disk::{Disk, OneFile};
use self::queue::Change;
use self::writer::{Shared, Writer};
use super::{SessionStore, StoreError, StoreFuture};
use crate::clock::Clock;

pub use error::{RedbError, RedbProblem};
pub use successor::RedbSuccessor;

/// The most changes that wait for the disk at a time; past it a [`RedbStore`] answers [`StoreError::Full`].
pub const MAX_WAITING: usize = 65_536;

/// The most bytes of records that wait for the disk at a time; past it a [`RedbStore`] answers [`StoreError::Full`].
pub const MAX_WAITING_BYTES: usize = 64 << 20;

/// How often some of what is over is looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// How many sessions a sweep looks at.
const SWEEP_STEP: usize = 1024;

/// The shortest pause between two attempts to open a file that failed.
const RETRY: Duration = Duration::from_secs(1);

/// How often the time is written into the file, for the next process.
const NOTE_TIME: Duration = Duration::from_secs(60);

/// How often a successor looks whether the file is free.
const LOOK: Duration = Duration::from_millis(20);

/// Keeps records in one file, by the embedded database redb: sessions outlive the process, and a power cut.
///
/// **What is durable, and when.** `set`, `commit`, `delete` and `touch` are done when the disk has said that it has what they wrote,
/// and not before. One thread writes: all that waits at that moment becomes one transaction with one sync, and the next begins when it
/// has ended. So there is no timer, a lone commit waits for nobody, and a hundred at once cost little more than one. Whoever asks
/// first is written first; several generations of a session may wait at once.
///
/// **When the disk fails,** every change of that transaction is answered with [`StoreError::Failed`], and so is all that follows
/// until the file was opened again, which is tried each second, and then less often the longer it takes. All of the file is then
/// written once more, since after a failed sync nobody knows what the disk has of it. A change that failed may be in the file or not,
/// as after a crash; a commit may simply be tried again. On a full disk it goes on when there is room.
///
/// **Limits.** One process at a time has a file open: [`RedbStore::open_behind`] and [`RedbStore::open_waiting`] let a successor wait for its turn. Times are kept in
/// whole seconds, rounded up, of a clock that the wall clock sets when the file is opened: it may jump afterwards, and no record ends by that. Nor is
/// the time ever before the last that the file knows of, to the minute. Records whose time is over are never given out; 1024 sessions a second are looked at
/// to remove them. The file doesn't shrink, but its room is used again. redb's cache takes up to 64 MB, and what waits at most
/// [`MAX_WAITING_BYTES`]. `get` reads on the caller's thread, which waits for the disk where the page isn't in memory. After a crash
/// opening takes longer, as all of the file is checked. A file is readable for its owner only.
///
/// **Speed.** `cargo run --release -p live-std --features redb --example redb-commits` measures it. Records of 500 bytes, on a virtual
/// machine with two shared cores and a fast disk (ext4), gave 2,900, 18,000 and 66,000 commits a second with 1, 10 and 100 committers:
/// 0.84, 0.72 and 0.30 of what redb alone does with as many records a transaction from one thread, without expiry and fencing.
/// An empty file has 74 KB; 10,000 of these records, written one by one, made it 13 MB.
///
/// ```
/// use live_std::{Options, RedbStore};
/// use std::sync::Arc;
///
/// # let folder = std::env::temp_dir().join(format!("mizu-live-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("sessions.redb");
/// let store = RedbStore::open(path)?;
/// let options = Options { session_store: Arc::new(store), ..Options::default() };
/// # drop(options);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Tokens have to outlive the process, too: see [`Keys::from_file`](crate::Keys::from_file).
///
/// Dropped, it writes what waits, and then closes the file.
pub struct RedbStore {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

impl RedbStore {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// A file in use, a damaged one, one of something else, and what the operating system says: see [`RedbProblem`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RedbError> {
        Self::on(path.as_ref(), OneFile(path.as_ref().to_owned()), Clock::start())
    }

    /// Opens a file, or makes it. While another process has it, waits for at most `patience`; the thread is blocked meanwhile.
    ///
    /// # Errors
    /// As [`RedbStore::open`]; [`RedbProblem::InUse`] when the time is over.
    pub fn open_waiting(path: impl AsRef<Path>, patience: Duration) -> Result<Self, RedbError> {
        let began = Instant::now();
        loop {
            match Self::open(&path) {
                Err(error) if matches!(error.problem(), RedbProblem::InUse) && began.elapsed() < patience => {
                    thread::sleep(LOOK);
                }
                done => return done,
            }
        }
    }

    /// Opens a file, or creates it. If another process has it open, this returns at once, and all operations wait until that process has ended. So a server can listen
    /// before the previous one is told to stop, and no request fails.
    ///
    /// # Errors
    /// As [`RedbStore::open`], except for a file in use.
    pub fn open_behind(path: impl AsRef<Path>) -> Result<RedbSuccessor, RedbError> {
        RedbSuccessor::open(path.as_ref())
    }

    fn on(path: &Path, disk: impl Disk, clock: Clock) -> Result<Self, RedbError> {
        let failed = |problem| RedbError::new(path, problem);
        let database = disk.open().map_err(failed)?;
        let seen = disk::caught(|| Ok(tables::seen(&database)?)).map_err(failed)?;
        let clock = clock.not_before(Duration::from_secs(seen));
        let shared = Arc::new(Shared::new(path.to_owned(), database, clock));
        let writer = Writer::new(shared.clone(), disk);
        let thread = thread::Builder::new().name("session-store".to_owned()).spawn(|| writer.run());
        Ok(Self { shared, writer: Some(thread.map_err(|error| failed(RedbProblem::Io(error)))?) })
    }

    /// How many records it holds, those whose time is over included until they are removed.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if the file can't be read.
    pub fn count(&self) -> Result<u64, StoreError> {
        self.shared.with(tables::count).map_err(failed)
    }

    fn change(&self, change: Change) -> StoreFuture<'_, ()> {
        match self.shared.queue.put(change) {
            Ok(answer) => Box::pin(answer),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

fn failed(reason: String) -> StoreError {
    StoreError::Failed(reason.into())
}

impl SessionStore for RedbStore {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        let found = self.shared.with(|database| tables::get(database, id, self.shared.clock.unix_seconds()));
        Box::pin(ready(found.map_err(failed)))
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.change(Change::Set { record, until: self.shared.clock.end_of(ttl) })
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.change(Change::Commit { next, until: self.shared.clock.end_of(ttl) })
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.change(Change::Delete(id))
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.change(Change::Touch { id, until: self.shared.clock.end_of(ttl) })
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        self.shared.queue.close();
        let writer = self.writer.take();
        // The last handle may go while the writer's thread wakes somebody: it can't wait for itself.
        if let Some(writer) = writer.filter(|writer| writer.thread().id() != thread::current().id())
            && writer.join().is_err()
        {
            crate::log!(error, path = %self.shared.path.display(), "the session store's writer panicked");
        }
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").field("path", &self.shared.path).finish_non_exhaustive()
    }
}
