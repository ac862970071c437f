//! Opens the socket that a server listens on.

#[cfg(unix)]
mod systemd;
#[cfg(unix)]
mod unix;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use socket2::Socket;

use crate::address::{Address, Place};
use crate::error::Error;
use crate::http::{BACKLOG, UNSENT};

/// A socket that a server listens on.
pub(crate) struct Listener {
    pub(crate) socket: Socket,
    pub(crate) local: Local,
    pub(crate) file: Option<SocketFile>,
    /// The service manager passed the socket, and keeps it open: after this server stops accepting, new connections wait for the next server.
    pub(crate) is_passed: bool,
}

/// The address that a server listens on, as the system reports it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Local {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

#[cfg(unix)]
pub(crate) use self::unix::SocketFile;
/// Only Unix has socket files.
#[cfg(not(unix))]
pub(crate) enum SocketFile {}

impl Listener {
    /// Opens the socket. Whoever connects from now on is served once the server accepts.
    pub(crate) fn open(address: &Address) -> Result<Self, Error> {
        let opened = match &address.0 {
            Place::Tcp(text) => {
                TcpListener::bind(text.as_str()).and_then(|listener| Self::of(listener.into(), None))
            }
            #[cfg(unix)]
            Place::Unix { path, mode } => {
                // A socket that is bound and doesn't listen yet looks like one that was left behind.
                let _alone = unix::lock_folder(path);
                unix::bind(path, *mode).and_then(|(socket, file)| Self::of(socket, Some(file)))
            }
            #[cfg(unix)]
            Place::Systemd(name) => systemd::take(name.as_deref())
                .and_then(|socket| Ok(Self { is_passed: true, ..Self::of(socket, None)? })),
            #[cfg(not(unix))]
            Place::Unix { .. } | Place::Systemd(_) => Err(io::ErrorKind::Unsupported.into()),
        };
        opened.map_err(|error| Error::listen(address.to_string(), error))
    }

    fn of(socket: Socket, file: Option<SocketFile>) -> io::Result<Self> {
        let local = local(&socket)?;
        socket.listen(BACKLOG)?;
        // What is accepted has the listener's options.
        #[cfg(target_os = "linux")]
        if matches!(local, Local::Tcp(_)) {
            socket.set_tcp_notsent_lowat(UNSENT)?;
        }
        Ok(Self { socket, local, file, is_passed: false })
    }
}

fn local(socket: &Socket) -> io::Result<Local> {
    let address = socket.local_addr()?;
    if let Some(address) = address.as_socket() {
        return Ok(Local::Tcp(address));
    }
    #[cfg(unix)]
    return Ok(Local::Unix(match (address.as_pathname(), address.as_abstract_namespace()) {
        (Some(path), _) => path.to_owned(),
        (None, name) => format!("@{}", String::from_utf8_lossy(name.unwrap_or_default())).into(),
    }));
    #[cfg(not(unix))]
    Err(io::ErrorKind::Unsupported.into())
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
