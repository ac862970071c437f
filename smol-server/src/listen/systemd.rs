//! Sockets that the service manager passes to the process: sd_listen_fds(3).

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::sync::{LazyLock, Mutex, PoisonError};

use listenfd::ListenFd;
use socket2::Socket;

/// The sockets that were passed to the process. The environment can be read only once.
static PASSED: LazyLock<Mutex<Passed>> = LazyLock::new(|| Mutex::new(Passed::of_process()));

struct Passed {
    descriptors: ListenFd,
    /// Their names; `None` once a socket is taken.
    names: Vec<Option<String>>,
}

/// The socket of this name, or the only one. Each can be taken once.
pub(super) fn take(name: Option<&str>) -> io::Result<Socket> {
    PASSED.lock().unwrap_or_else(PoisonError::into_inner).take(name)
}

impl Passed {
    fn of_process() -> Self {
        // Before the variables are removed, so that no child takes the sockets for its own.
        let listed = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let descriptors = ListenFd::from_env();
        let names = names(&listed, descriptors.len());
        Self { descriptors, names }
    }

    fn take(&mut self, name: Option<&str>) -> io::Result<Socket> {
        let at = choose(&self.names, name)?;
        let socket = match self.descriptors.take_tcp_listener(at) {
            Ok(listener) => listener.map(Socket::from),
            // It isn't TCP.
            Err(_) => self
                .descriptors
                .take_unix_listener(at)
                .map_err(|error| {
                    invalid(format!("the socket that was passed is neither TCP nor a Unix stream: {error}"))
                })?
                .map(|listener| Socket::from(OwnedFd::from(listener))),
        };
        self.names[at] = None;
        let socket = socket.ok_or(ErrorKind::NotFound)?;
        #[cfg(target_os = "linux")]
        if !socket.is_listener()? {
            return Err(invalid(
                "the socket that was passed is a connection: the unit needs Accept=no".to_owned(),
            ));
        }
        Ok(socket)
    }
}

/// One name for each of `count` sockets.
fn names(listed: &str, count: usize) -> Vec<Option<String>> {
    let given = listed.split(':').filter(|name| !name.is_empty()).map(Some);
    // systemd's name for sockets without one.
    given
        .chain(std::iter::repeat(None))
        .take(count)
        .map(|name| Some(name.unwrap_or("unknown").to_owned()))
        .collect()
}

/// The index of the requested socket.
fn choose(names: &[Option<String>], name: Option<&str>) -> io::Result<usize> {
    if names.is_empty() {
        let why = "no socket was passed to this process (LISTEN_FDS): it has to be started by a socket unit";
        return Err(io::Error::new(ErrorKind::NotFound, why));
    }
    let is_meant = |had: &str| name.is_none_or(|name| name == had);
    let mut meant = names.iter().enumerate().filter(|(_, had)| had.as_deref().is_some_and(is_meant));
    let left: Vec<_> = names.iter().flatten().map(String::as_str).collect();
    match (meant.next(), meant.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) if left.is_empty() => Err(io::Error::new(
            ErrorKind::NotFound,
            "each socket that was passed is in use by this process already",
        )),
        (None, _) => {
            let why = format!("no socket of this name was passed; there are: {}", left.join(", "));
            Err(io::Error::new(ErrorKind::NotFound, why))
        }
        (Some(_), Some(_)) => Err(invalid(format!(
            "several sockets were passed ({}), and a server listens on one: give each a FileDescriptorName=, and choose it as systemd:NAME",
            left.join(", ")
        ))),
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(listed: &str, count: usize, name: Option<&str>) -> Result<usize, String> {
        choose(&names(listed, count), name).map_err(|error| error.to_string())
    }

    #[test]
    fn the_socket_that_is_meant_is_found_by_its_name() {
        assert_eq!(chosen("", 1, None), Ok(0));
        assert_eq!(chosen("web", 1, None), Ok(0));
        assert_eq!(chosen("web:admin", 2, Some("admin")), Ok(1));
        assert_eq!(chosen("web", 2, Some("unknown")), Ok(1));
    }

    #[test]
    fn what_is_missing_or_more_than_one_is_told() {
        for (listed, count, name, told) in [
            ("", 0, None, "LISTEN_FDS"),
            ("web:admin", 2, Some("api"), "there are: web, admin"),
            ("web:admin", 2, None, "systemd:NAME"),
            ("web:web", 2, Some("web"), "FileDescriptorName="),
        ] {
            let error = chosen(listed, count, name).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        let taken = choose(&[None], None).unwrap_err().to_string();
        assert!(taken.contains("already"), "{taken}");
    }
}
