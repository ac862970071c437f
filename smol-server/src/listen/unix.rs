//! Unix sockets, and their files.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

/// The file of a socket, which is removed with it.
pub(crate) struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

/// A socket bound to `path`. Nobody can connect until it listens.
pub(super) fn bind(path: &Path, mode: Option<u32>) -> io::Result<(Socket, SocketFile)> {
    if path.as_os_str().is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the socket's path is missing"));
    }
    let address = SockAddr::unix(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    match socket.bind(&address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            make_way(path, &address)?;
            socket.bind(&address)?;
        }
        bound => bound?,
    }
    let file = SocketFile::of(path)?;
    if let Some(mode) = mode {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok((socket, file))
}

/// Keeps other servers from binding in the folder of `path` until it is dropped. `None` if the folder can't be locked.
pub(super) fn lock_folder(path: &Path) -> Option<File> {
    let folder = std::path::absolute(path).ok()?.parent().map(File::open)?.ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Removes the file of a socket that nobody listens on.
fn make_way(path: &Path, address: &SockAddr) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file, and it is no socket"));
    }
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    probe.set_nonblocking(true)?;
    match probe.connect(address) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        // Its queue is full, so somebody listens.
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::ErrorKind::AddrInUse.into()),
    }
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let id = id(&path)?;
        Ok(Self { path, id })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Another server may have put its own there.
        if id(&self.path).is_ok_and(|id| id == self.id) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Distinguishes a file from another one that gets the same name.
fn id(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}
