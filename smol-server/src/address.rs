//! Where a server listens.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::PathBuf;

/// Where a server listens: what [`Live::bind`](crate::Live::bind) and [`Live::run`](crate::Live::run) take.
///
/// | text | what it is |
/// |---|---|
/// | `127.0.0.1:3000`, `[::]:3000`, `localhost:3000` | TCP. A name is looked up when the server starts |
/// | `unix:/run/app/app.sock` | a Unix socket, for a proxy on the same machine |
/// | `systemd` | the socket that the service manager passes to the process: socket activation |
/// | `systemd:web` | the one of several that has this name: `FileDescriptorName=web` |
///
/// A [`SocketAddr`], and a pair of a host and a port, are addresses, too.
///
/// ```
/// use live_smol::Address;
///
/// assert_eq!(Address::from(("::1", 3000)).to_string(), "[::1]:3000");
/// assert_eq!(Address::unix("/run/app/app.sock").mode(0o660), Address::from("unix:/run/app/app.sock").mode(0o660));
/// ```
///
/// # Unix sockets
///
/// The socket's file is made when the server starts, and removed when it ends. A file that a process left behind, and that nobody listens on, is replaced. One that is
/// in use, and a file that is no socket, are errors. Whoever may write to the file may connect: [`mode`](Self::mode) says who that is, and so do the folder's
/// permissions. Such a peer has no IP address; see [`Options::trusted_proxies`](live_std::Options::trusted_proxies).
///
/// # Socket activation
///
/// The socket is described by `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES`: sd_listen_fds(3). It may be TCP or Unix. A server listens on one socket, so
/// where several are passed each needs a name. Development mode can't pass it on to a new build.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Address(pub(crate) Place);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    /// A host and a port.
    Tcp(String),
    Unix {
        path: PathBuf,
        mode: Option<u32>,
    },
    /// A socket that the process was given, by its name.
    Systemd(Option<String>),
}

impl Address {
    /// A Unix socket.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self(Place::Unix { path: path.into(), mode: None })
    }

    /// Sets the permissions of a Unix socket's file, such as `0o660` for its user and group. They are set before anybody can connect. An address of another
    /// kind stays as it is. Default: what the process's umask leaves, most often `0o755`, so that only its own user may connect.
    pub fn mode(mut self, permissions: u32) -> Self {
        if let Place::Unix { mode, .. } = &mut self.0 {
            *mode = Some(permissions);
        }
        self
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(match text.split_once(':') {
            Some(("unix", path)) => Place::Unix { path: path.into(), mode: None },
            Some(("systemd", name)) => Place::Systemd(Some(name.to_owned())),
            None if text == "systemd" => Place::Systemd(None),
            _ => Place::Tcp(text.to_owned()),
        })
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Address {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self(Place::Tcp(address.to_string()))
    }
}

impl From<SocketAddrV4> for Address {
    fn from(address: SocketAddrV4) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<SocketAddrV6> for Address {
    fn from(address: SocketAddrV6) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(IpAddr, u16)> for Address {
    fn from(address: (IpAddr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(Ipv4Addr, u16)> for Address {
    fn from(address: (Ipv4Addr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(Ipv6Addr, u16)> for Address {
    fn from(address: (Ipv6Addr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<([u8; 4], u16)> for Address {
    fn from(address: ([u8; 4], u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(&str, u16)> for Address {
    fn from((host, port): (&str, u16)) -> Self {
        Self(Place::Tcp(match host.parse::<Ipv6Addr>() {
            Ok(host) => format!("[{host}]:{port}"),
            Err(_) => format!("{host}:{port}"),
        }))
    }
}

impl From<(String, u16)> for Address {
    fn from((host, port): (String, u16)) -> Self {
        (host.as_str(), port).into()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Tcp(text) => f.write_str(text),
            Place::Unix { path, .. } => write!(f, "unix:{}", path.display()),
            Place::Systemd(None) => f.write_str("systemd"),
            Place::Systemd(Some(name)) => write!(f, "systemd:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for text in
            ["127.0.0.1:3000", "[::1]:0", "localhost:80", "unix:/run/a.sock", "systemd", "systemd:web"]
        {
            assert_eq!(Address::from(text).to_string(), text);
        }
        assert_eq!(Address::from("unix:/a:b").0, Place::Unix { path: "/a:b".into(), mode: None });
        assert_eq!(Address::from("systemd.example:80").0, Place::Tcp("systemd.example:80".to_owned()));
        assert_eq!(Address::from("unix.example:80").0, Place::Tcp("unix.example:80".to_owned()));
    }

    #[test]
    fn typed_addresses_are_the_same_as_their_text() {
        let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 3);
        for (typed, text) in [
            (Address::from(([127, 0, 0, 1], 80)), "127.0.0.1:80"),
            (Address::from((Ipv4Addr::LOCALHOST, 80)), "127.0.0.1:80"),
            (Address::from((IpAddr::from(Ipv6Addr::LOCALHOST), 80)), "[::1]:80"),
            (Address::from((Ipv6Addr::UNSPECIFIED, 80)), "[::]:80"),
            (Address::from(v6), "[::1%3]:80"),
            (Address::from(("::1", 80)), "[::1]:80"),
            (Address::from(("localhost".to_owned(), 80)), "localhost:80"),
            (Address::from(&"localhost:80".to_owned()), "localhost:80"),
        ] {
            assert_eq!(typed, Address::from(text));
        }
    }

    #[test]
    fn permissions_are_those_of_unix_sockets_alone() {
        assert_eq!(Address::unix("/a").mode(0o600).0, Place::Unix { path: "/a".into(), mode: Some(0o600) });
        assert_eq!(Address::from("systemd").mode(0o600), Address::from("systemd"));
    }
}
