//! Why a server doesn't start.

use std::fmt;
use std::io;
use std::path::PathBuf;

use live_std::{InvalidAssets, InvalidOption, InvalidRoute};

/// Why a server doesn't start. As text it says what to do.
#[derive(Debug)]
pub enum Error {
    /// Something listens on this address already.
    AddressInUse(String),
    /// The address can't be listened on.
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// A route can't be added.
    Route {
        /// The route.
        route: String,
        /// Why.
        reason: String,
    },
    /// An option has a value that it can't have.
    Option(InvalidOption),
    /// A certificate or its key can't be used.
    Tls {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system gives no threads, signals or sockets.
    Start(io::Error),
}

impl Error {
    pub(crate) fn listen(address: String, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse(address),
            _ => Self::Listen { address, source },
        }
    }
}

impl From<InvalidRoute> for Error {
    fn from(error: InvalidRoute) -> Self {
        Self::Route { route: error.route, reason: error.reason }
    }
}

impl From<InvalidOption> for Error {
    fn from(error: InvalidOption) -> Self {
        Self::Option(error)
    }
}

impl From<InvalidAssets> for Error {
    fn from(error: InvalidAssets) -> Self {
        Self::Option(error.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse(address) if address.starts_with("unix:") => {
                write!(f, "another program listens on {address} already: stop it, or choose another path")
            }
            Self::AddressInUse(address) => write!(
                f,
                "another program listens on {address} already: stop it, or choose another address (--addr 127.0.0.1:0 takes \
                 any free port)"
            ),
            Self::Listen { address, source } => {
                write!(f, "can't listen on {address}: {source} (choose another address by --addr)")
            }
            Self::Route { route, reason } => write!(f, "the route \"{route}\" can't be added: {reason}"),
            Self::Option(error) => error.fmt(f),
            Self::Tls { file, reason } => write!(f, "TLS can't be had with {}: {reason}", file.display()),
            Self::Start(error) => write!(f, "the server can't start: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Start(source) => Some(source),
            Self::Option(error) => Some(error),
            Self::AddressInUse(_) | Self::Route { .. } | Self::Tls { .. } => None,
        }
    }
}
