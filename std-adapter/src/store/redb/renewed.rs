//! A database's bytes, written anew before anything rests on them.

use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::{BackendError, StorageBackend};

/// Where redb's header ends, in bytes: it comes last, when all that it points to is there.
const HEADER: u64 = 4096;

/// How much is written at a time, in bytes.
const CHUNK: u64 = 1 << 20;

/// Writes all that `B` holds once more, and syncs it. After a failed sync the operating system may take pages for clean that never
/// reached the disk, and no later sync would say anything of them.
///
/// It happens when redb first asks for the length: it has locked the file by then, and read nothing yet.
#[derive(Debug)]
pub(super) struct Renewed<B> {
    inner: B,
    renewed: AtomicBool,
}

impl<B: StorageBackend> Renewed<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner, renewed: AtomicBool::new(false) }
    }

    fn renew(&self, length: u64) -> io::Result<()> {
        let header = HEADER.min(length);
        self.again(header, length)?;
        self.again(0, header)
    }

    fn again(&self, mut at: u64, end: u64) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK.min(end - at) as usize];
        while at < end {
            let part = &mut chunk[..CHUNK.min(end - at) as usize];
            self.inner.read(at, part)?;
            self.inner.write(at, part)?;
            at += part.len() as u64;
        }
        self.inner.sync_data()
    }
}

impl<B: StorageBackend> StorageBackend for Renewed<B> {
    fn len(&self) -> io::Result<u64> {
        let length = self.inner.len()?;
        if !self.renewed.swap(true, Ordering::Relaxed) {
            self.renew(length)?;
        }
        Ok(length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}
