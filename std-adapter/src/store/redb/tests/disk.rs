//! A disk in memory that fails when it is told to, and forgets what it was not asked to keep.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{Database, StorageBackend};

use crate::store::redb::disk::{Disk, database};
use crate::store::redb::error::RedbProblem;
use crate::store::redb::renewed::Renewed;

/// Handles to one disk.
#[derive(Clone, Debug, Default)]
pub(super) struct FakeDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(super) struct State {
    /// What a reader sees.
    seen: Vec<u8>,
    /// What a crash leaves.
    kept: Vec<u8>,
    /// What lies between, in order.
    unsynced: Vec<Write>,
    /// Each crash ends the backends before it.
    life: u64,
    pub(super) syncs: u64,
    /// After as many writes and syncs, nothing works until the next crash.
    pub(super) fuse: Option<u64>,
    /// The sync that fails, counted from now; the system then takes for clean what never reached the disk.
    pub(super) failing_sync: Option<u64>,
    pub(super) write_fails: bool,
    /// The most bytes that the disk has room for.
    pub(super) room: Option<u64>,
}

#[derive(Clone, Debug)]
enum Write {
    Length(u64),
    Bytes(u64, Vec<u8>),
}

impl Write {
    fn to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length as usize, 0),
            Self::Bytes(at, data) => {
                let (start, end) = (*at as usize, *at as usize + data.len());
                bytes.resize(bytes.len().max(end), 0);
                bytes[start..end].copy_from_slice(data);
            }
        }
    }
}

impl State {
    fn step(&mut self) -> io::Result<()> {
        match &mut self.fuse {
            Some(0) => Err(io::Error::other("the fuse is blown")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn write(&mut self, write: Write) -> io::Result<()> {
        self.step()?;
        if self.write_fails {
            return Err(io::Error::other("a write failed"));
        }
        let end = match &write {
            Write::Length(length) => *length,
            Write::Bytes(at, data) => at + data.len() as u64,
        };
        if self.room.is_some_and(|room| end > room) {
            return Err(ErrorKind::StorageFull.into());
        }
        write.to(&mut self.seen);
        self.unsynced.push(write);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.step()?;
        let unsynced = std::mem::take(&mut self.unsynced);
        if let Some(left) = &mut self.failing_sync {
            *left -= 1;
            if *left == 0 {
                self.failing_sync = None;
                return Err(io::Error::other("a sync failed"));
            }
        }
        self.syncs += 1;
        unsynced.iter().for_each(|write| write.to(&mut self.kept));
        Ok(())
    }
}

impl FakeDisk {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn backend(&self) -> Backend {
        Backend { disk: self.clone(), life: self.state().life }
    }

    /// The power goes: of what wasn't synced the disk has those writes that `keeps` says.
    pub(super) fn crash(&self, mut keeps: impl FnMut(usize) -> bool) {
        let mut state = self.state();
        let unsynced = std::mem::take(&mut state.unsynced);
        for (_, write) in unsynced.iter().enumerate().filter(|(n, _)| keeps(*n)) {
            write.to(&mut state.kept);
        }
        state.seen = state.kept.clone();
        state.life += 1;
        (state.fuse, state.failing_sync) = (None, None);
    }
}

impl Disk for FakeDisk {
    fn open(&self) -> Result<Database, RedbProblem> {
        database(self.backend())
    }

    fn reopen(&self) -> Result<Database, RedbProblem> {
        database(Renewed::new(self.backend()))
    }
}

#[derive(Debug)]
pub(super) struct Backend {
    disk: FakeDisk,
    life: u64,
}

impl Backend {
    fn alive(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.life == self.life { Ok(state) } else { Err(io::Error::other("this process has crashed")) }
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.alive()?.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.alive()?;
        let start = offset as usize;
        let found = state.seen.get(start..start + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.alive()?.write(Write::Length(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.alive()?.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.alive()?.write(Write::Bytes(offset, data.to_vec()))
    }
}
