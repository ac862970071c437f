//! Files of a directory, as they are when they are asked for.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::file::{Content, File, Found, version};
use super::name::{Name, is_part};
use super::open::Open;
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
    files: HashMap<Name, Entry>,
    held: u64,
}

struct Entry {
    stamp: Stamp,
    file: Arc<File>,
    /// The open file while it is being sent, if its content isn't in memory: all responses share one descriptor.
    open: Weak<Open>,
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

    /// `None` if there is no such file, or if it is outside of the directory.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(super) fn find(&self, name: &Name) -> io::Result<Option<Found>> {
        self.unless_absent(name, self.read(name))
    }

    /// As [`find`](Self::find), without the content: a file that hasn't changed isn't opened.
    pub(super) fn describe(&self, name: &Name) -> io::Result<Option<Arc<File>>> {
        let file = match self.unchanged(name) {
            Ok(Some(found)) => Ok(found.file),
            Ok(None) => self.read(name).map(|found| found.file),
            Err(error) => Err(error),
        };
        self.unless_absent(name, file)
    }

    fn unless_absent<T>(&self, name: &Name, found: io::Result<T>) -> io::Result<Option<T>> {
        match found {
            Err(error) if is_absent(&error) => {
                self.known().forget(name);
                Ok(None)
            }
            found => found.map(Some),
        }
    }

    /// What is known of a file that is as it was when it was last read.
    fn unchanged(&self, name: &Name) -> io::Result<Option<Found>> {
        let metadata = fs::metadata(name.below(&self.path))?;
        if !metadata.is_file() {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(self.known().get(name, Stamp::of(&metadata)))
    }

    fn read(&self, name: &Name) -> io::Result<Found> {
        // Checked first: to open a FIFO may block for ever.
        if let Some(found) = self.unchanged(name)?.filter(Found::has_content) {
            return Ok(found);
        }
        let mut open = self.open(name)?;
        let stamp = Stamp::of(&open.metadata()?);
        let known = self.known().get(name, stamp);
        let file = match known {
            Some(found) => found.file,
            None => Arc::new(file(name, &mut open, stamp)?),
        };
        Ok(self.known().keep(name, stamp, file, open))
    }

    fn open(&self, name: &Name) -> io::Result<fs::File> {
        let root = self.path.canonicalize()?;
        open_inside(&root, name).or_else(|error| {
            // A deploy may have pointed a link to another directory meanwhile.
            let now = self.path.canonicalize()?;
            if now == root { Err(error) } else { open_inside(&now, name) }
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn get(&self, name: &Name, stamp: Stamp) -> Option<Found> {
        let entry = self.files.get(name).filter(|entry| entry.stamp == stamp)?;
        Some(Found { file: entry.file.clone(), open: entry.open.upgrade() })
    }

    /// Keeps a file, and its content, if there is room for that.
    fn keep(&mut self, name: &Name, stamp: Stamp, file: Arc<File>, open: fs::File) -> Found {
        self.forget(name);
        if self.files.len() >= MAX_KNOWN {
            *self = Self::default();
        }
        let room = MAX_HELD_BYTES - self.held;
        let file =
            if held(&file) <= room { file } else { Arc::new(on_disk(name, stamp, file.version.clone())) };
        self.held += held(&file);
        let open = file.variants().is_none().then(|| Arc::new(Open::new(open, stamp.len, stamp.modified)));
        let weak = open.as_ref().map_or_else(Weak::new, Arc::downgrade);
        self.files.insert(name.clone(), Entry { stamp, file: file.clone(), open: weak });
        Found { file, open }
    }

    fn forget(&mut self, name: &Name) {
        if let Some(entry) = self.files.remove(name) {
            self.held -= held(&entry.file);
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

/// Whether an error says that there is no file of a name, or can't be one.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// # Errors
/// Not found, if links lead out of the directory or to a hidden file.
fn open_inside(root: &Path, name: &Name) -> io::Result<fs::File> {
    let path = name.below(root).canonicalize()?;
    if path.strip_prefix(root).is_ok_and(is_visible) {
        fs::File::open(path)
    } else {
        Err(ErrorKind::NotFound.into())
    }
}

/// Whether a file may be served from its own path, without links. Kubernetes mounts a ConfigMap as links through a directory such as
/// `..2026_01_31_12_00_00.123`, which is hidden only from people.
fn is_visible(own: &Path) -> bool {
    let mut parts = own.iter().peekable();
    parts.next_if(|part| part.as_encoded_bytes().starts_with(b".."));
    parts.peek().is_some() && parts.all(|part| part.to_str().is_some_and(is_part))
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
