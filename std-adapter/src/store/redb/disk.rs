//! The file that the records are in.

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, StorageBackend};

use super::error::RedbProblem;
use super::renewed::Renewed;
use super::tables;
use crate::CatchUnwind;
use crate::files::{private, sync_folder};

/// The memory that redb keeps pages in, in bytes.
const CACHE: usize = 64 << 20;

/// Where the writer finds its database.
pub(super) trait Disk: Send + 'static {
    fn open(&self) -> Result<Database, RedbProblem>;

    /// Opens it after an error, when nobody knows what the disk has of it.
    fn reopen(&self) -> Result<Database, RedbProblem>;
}

/// A database with the store's tables in it. A damaged file can make redb panic.
pub(super) fn database(backend: impl StorageBackend) -> Result<Database, RedbProblem> {
    let opened = CatchUnwind.catch(|| {
        let database = Builder::new().set_cache_size(CACHE).create_with_backend(backend)?;
        tables::prepare(&database)?;
        Ok(database)
    });
    opened.unwrap_or_else(|panicked| Err(RedbProblem::Damaged(panicked.to_string())))
}

pub(super) struct OneFile(pub(super) PathBuf);

impl Disk for OneFile {
    fn open(&self) -> Result<Database, RedbProblem> {
        let file = open_file(&self.0)?;
        let is_new = file.metadata().map_err(RedbProblem::Io)?.len() == 0;
        let database = database(FileBackend::new(file)?)?;
        if is_new {
            sync_folder(&self.0).map_err(RedbProblem::Io)?;
        }
        Ok(database)
    }

    fn reopen(&self) -> Result<Database, RedbProblem> {
        let file = open_file(&self.0)?;
        let database = database(Renewed::new(FileBackend::new(file)?))?;
        sync_folder(&self.0).map_err(RedbProblem::Io)?;
        Ok(database)
    }
}

/// What sessions hold is private.
fn open_file(path: &Path) -> Result<File, RedbProblem> {
    private().create(true).truncate(false).open(path).map_err(RedbProblem::Io)
}
