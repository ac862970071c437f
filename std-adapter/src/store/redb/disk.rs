//! The file that the records are in.

use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, StorageBackend};

use super::error::RedbProblem;
use super::renewed::Renewed;
use super::tables;
use crate::CatchUnwind;
use crate::files::{make, private};

/// The memory that redb keeps pages in, in bytes.
const CACHE: usize = 64 << 20;

/// Where the writer finds its database.
pub(super) trait Disk: Send + 'static {
    fn open(&self) -> Result<Database, RedbProblem>;

    /// Opens it after an error, when nobody knows what the disk has of it.
    fn reopen(&self) -> Result<Database, RedbProblem>;
}

/// A database with the store's tables in it.
pub(super) fn database(backend: impl StorageBackend) -> Result<Database, RedbProblem> {
    caught(|| {
        let database = Builder::new().set_cache_size(CACHE).create_with_backend(backend)?;
        tables::prepare(&database)?;
        Ok(database)
    })
}

/// A damaged file can make redb panic.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, RedbProblem>) -> Result<T, RedbProblem> {
    CatchUnwind.catch(work).unwrap_or_else(|panicked| Err(RedbProblem::Damaged(panicked.to_string())))
}

pub(super) struct OneFile(pub(super) PathBuf);

impl Disk for OneFile {
    fn open(&self) -> Result<Database, RedbProblem> {
        if !self.0.exists() {
            make(&self.0, empty)?;
        }
        database(file(&self.0)?)
    }

    fn reopen(&self) -> Result<Database, RedbProblem> {
        database(Renewed::new(file(&self.0)?))
    }
}

fn empty(path: &Path) -> Result<(), RedbProblem> {
    Ok(database(file(path)?)?.close()?)
}

/// What sessions hold is private.
fn file(path: &Path) -> Result<FileBackend, RedbProblem> {
    Ok(FileBackend::new(private().create(true).truncate(false).open(path)?)?)
}
