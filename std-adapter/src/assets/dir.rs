//! Files of a directory, as they are when they are asked for.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::file::{Content, File, Found, version};
use super::name::Name;
use super::{MAX_HELD, MAX_HELD_BYTES};

/// How many files are remembered at most: links can give one file any number of names.
const MAX_KNOWN: usize = 10_000;

/// How much of a file is read at a time.
const PIECE: usize = 64 << 10;

pub(super) struct Dir {
    path: PathBuf,
    known: Mutex<Known>,
}

/// The files that have been read before.
#[derive(Default)]
struct Known {
    files: HashMap<Name, (Stamp, Arc<File>)>,
    held: u64,
}

/// Metadata that differs after a file has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// On Unix the device, the inode, and its change time, which programs can't set.
    inode: [i64; 4],
}

impl Dir {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, known: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    /// If it isn't a directory, or can't be read.
    pub(super) fn check(&self) -> io::Result<()> {
        fs::read_dir(&self.path).map(drop)
    }

    /// # Errors
    /// If the file is missing, can't be read, or is outside of the directory.
    pub(super) fn find(&self, name: &Name) -> io::Result<Found> {
        let read = self.read(name);
        if read.is_err() {
            self.known().forget(name);
        }
        read
    }

    fn read(&self, name: &Name) -> io::Result<Found> {
        let path = name.below(&self.path);
        // Checked first: to open a FIFO may block for ever.
        let metadata = fs::metadata(&path)?;
        if !metadata.is_file() {
            return Err(ErrorKind::NotFound.into());
        }
        let known = self.known().get(name, Stamp::of(&metadata));
        if let Some(file) = known.filter(|file| file.variants().is_some()) {
            return Ok(Found::held(file));
        }
        let mut open = fs::File::open(self.inside(&path)?)?;
        let stamp = Stamp::of(&open.metadata()?);
        let known = self.known().get(name, stamp);
        let file = match known {
            Some(file) => file,
            None => {
                let file = Arc::new(file(name, &mut open, stamp)?);
                self.known().keep(name, stamp, file)
            }
        };
        if file.variants().is_some() {
            return Ok(Found::held(file));
        }
        open.rewind()?;
        Ok(Found { file, open: Some(open) })
    }

    /// The file's own path, without links.
    fn inside(&self, path: &Path) -> io::Result<PathBuf> {
        let path = path.canonicalize()?;
        let own = path.strip_prefix(self.path.canonicalize()?).ok().and_then(Path::to_str);
        // A link may point within the directory, but not to a hidden file.
        if own.is_some_and(|own| Name::of(own).is_some()) {
            Ok(path)
        } else {
            Err(ErrorKind::NotFound.into())
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn get(&self, name: &Name, stamp: Stamp) -> Option<Arc<File>> {
        self.files.get(name).filter(|(known, _)| *known == stamp).map(|(_, file)| file.clone())
    }

    /// Keeps a file, and its content, if there is room for that.
    fn keep(&mut self, name: &Name, stamp: Stamp, file: Arc<File>) -> Arc<File> {
        self.forget(name);
        if self.files.len() >= MAX_KNOWN {
            *self = Self::default();
        }
        let room = MAX_HELD_BYTES - self.held;
        let file =
            if held(&file) <= room { file } else { Arc::new(on_disk(name, stamp, file.version.clone())) };
        self.held += held(&file);
        self.files.insert(name.clone(), (stamp, file.clone()));
        file
    }

    fn forget(&mut self, name: &Name) {
        if let Some((_, file)) = self.files.remove(name) {
            self.held -= held(&file);
        }
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt as _;
            [metadata.dev() as i64, metadata.ino() as i64, metadata.ctime(), metadata.ctime_nsec()]
        };
        #[cfg(not(unix))]
        let inode = [0; 4];
        Self { len: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

fn file(name: &Name, open: &mut fs::File, stamp: Stamp) -> io::Result<File> {
    if stamp.len > MAX_HELD {
        return Ok(on_disk(name, stamp, digest_of(open)?));
    }
    let mut content = Vec::with_capacity(stamp.len as usize);
    open.read_to_end(&mut content)?;
    Ok(File::held(name, content, stamp.modified))
}

/// The digest of a file that is too large for memory.
fn digest_of(open: &mut fs::File) -> io::Result<String> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match open.read(&mut piece)? {
            0 => return Ok(version(hasher)),
            count => hasher.update(&piece[..count]),
        }
    }
}

fn on_disk(name: &Name, stamp: Stamp, version: String) -> File {
    File::new(name, version, stamp.len, stamp.modified, Content::OnDisk)
}

fn held(file: &File) -> u64 {
    file.variants().map_or(0, |_| file.len)
}
