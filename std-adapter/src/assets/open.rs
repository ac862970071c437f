//! A file that is read as it is sent.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::FileExt as _;
#[cfg(windows)]
use std::os::windows::fs::FileExt as _;
use std::time::SystemTime;

use bytes::Bytes;

/// An open file, for any number of responses at once.
pub(crate) struct Open {
    file: File,
    len: u64,
    modified: Option<SystemTime>,
}

impl Open {
    /// `len` and `modified` describe the expected content.
    pub(super) fn new(file: File, len: u64, modified: Option<SystemTime>) -> Self {
        Self { file, len, modified }
    }

    /// At most `count` bytes from an offset on.
    ///
    /// # Errors
    /// Also if the file was changed: the client must not get a mixture of two contents.
    pub(super) fn read(&self, at: u64, count: u64) -> io::Result<Bytes> {
        let mut bytes = vec![0; count as usize];
        #[cfg(unix)]
        let count = self.file.read_at(&mut bytes, at)?;
        #[cfg(windows)]
        let count = self.file.seek_read(&mut bytes, at)?;
        // Asked after the read, so that no byte of another content is sent.
        let metadata = self.file.metadata()?;
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
