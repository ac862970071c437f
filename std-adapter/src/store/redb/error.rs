//! Why a file isn't opened.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use redb::{DatabaseError, StorageError};

/// Why a [`RedbStore`](super::RedbStore) was not opened. Its text names the file and says what to do.
#[derive(Debug)]
pub struct RedbError {
    path: PathBuf,
    problem: RedbProblem,
}

/// What was found at the path of a [`RedbError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum RedbProblem {
    /// Another process, or another store in this one, has the file open.
    InUse,
    /// The file is there, and it is no session store.
    Foreign,
    /// A newer version wrote it: with this schema number.
    Newer(u64),
    /// The file is damaged; what was found.
    Damaged(String),
    /// The operating system's error.
    Io(io::Error),
}

impl RedbError {
    pub(super) fn new(path: &Path, problem: RedbProblem) -> Self {
        Self { path: path.to_owned(), problem }
    }

    /// What was found.
    pub fn problem(&self) -> &RedbProblem {
        &self.problem
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl From<redb::Error> for RedbProblem {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::InUse,
            redb::Error::TableTypeMismatch { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TypeDefinitionChanged { .. }
            | redb::Error::UpgradeRequired(_) => Self::Foreign,
            redb::Error::Io(error) if error.kind() == ErrorKind::InvalidData => Self::Foreign,
            redb::Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Self::Damaged("it ends too early".to_owned())
            }
            redb::Error::Io(error) => Self::Io(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<io::Error> for RedbProblem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<DatabaseError> for RedbProblem {
    fn from(error: DatabaseError) -> Self {
        redb::Error::from(error).into()
    }
}

impl From<StorageError> for RedbProblem {
    fn from(error: StorageError) -> Self {
        redb::Error::from(error).into()
    }
}

impl fmt::Display for RedbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            RedbProblem::InUse => {
                write!(f, "{path} is in use. Stop the process that has it open, or name another file")
            }
            RedbProblem::Foreign => write!(
                f,
                "{path} is no session store. Name another file; or remove this one, if nothing else needs it"
            ),
            RedbProblem::Newer(schema) => write!(
                f,
                "{path} was written by a newer version (schema {schema}). Start that version, or name another file"
            ),
            RedbProblem::Damaged(what) => write!(
                f,
                "{path} is damaged: {what}. Move it away, so that all sessions begin anew, or put a copy back"
            ),
            RedbProblem::Io(error) => write!(f, "{path} can't be opened: {error}. {}", advice(error.kind())),
        }
    }
}

fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "Make the folder that it is to be in",
        ErrorKind::IsADirectory => "Name a file in that folder",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "Let this user read and write the file and its folder, or name another"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Make room on the disk",
        _ => "Look at the disk, or name a file on another",
    }
}

impl std::error::Error for RedbError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            RedbProblem::Io(error) => Some(error),
            _ => None,
        }
    }
}
