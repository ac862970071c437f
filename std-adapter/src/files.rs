//! Files that hold secrets, and that a power cut leaves there.

use std::ffi::OsString;
#[cfg(unix)]
use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::entropy;

/// Reads and writes a file that only its owner may, once more is said about how to open it.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a file that is there with all that is in it, or isn't: `write` fills another beside it. If somebody else makes the same file
/// meanwhile, theirs stays. A process that is killed here may leave the other.
pub(crate) fn make<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let beside = beside(path);
    let made = write(&beside).and_then(|()| Ok(place(&beside, path)?));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => made.and(Err(error.into())),
        _ => made.and_then(|()| Ok(sync_folder(path)?)),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{}", entropy::text()));
    name.into()
}

/// A link never takes another's place; where there are none, a new name has to do.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(_) if !to.exists() => fs::rename(from, to),
        done => done,
    }
}

/// Makes a new file's name durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Makes a new file's name durable: elsewhere than on Unix that is the system's own business.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
