//! A file that is read as it is sent.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

/// An open file, for any number of responses at once.
pub(crate) struct Open {
    file: Mutex<File>,
    len: u64,
    modified: Option<SystemTime>,
}

impl Open {
    /// `len` and `modified` are those of the content that is to be sent.
    pub(super) fn new(file: File, len: u64, modified: Option<SystemTime>) -> Self {
        Self { file: Mutex::new(file), len, modified }
    }

    /// At most `count` bytes from an offset on.
    ///
    /// # Errors
    /// Also if the file has been changed: the client must not take a mixture for the whole content.
    pub(super) fn read(&self, at: u64, count: u64) -> io::Result<Bytes> {
        let mut bytes = vec![0; count as usize];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let count = file.read(&mut bytes)?;
        // Asked behind the read, so that no byte of another content is sent.
        let metadata = file.metadata()?;
        if metadata.len() != self.len || metadata.modified().ok() != self.modified {
            return Err(io::Error::other("the file was changed while it was sent"));
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.truncate(count);
        Ok(bytes.into())
    }
}
