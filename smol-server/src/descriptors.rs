//! How many files, and so how many connections, the process may have open.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use socket2::Socket;

/// How many descriptors are left to what isn't a connection: the store's file, pipes, what handlers open.
const RESERVE: usize = 64;

/// What a connection is told that is one too many. It is written without a look at what it asks for.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 32\r\n\r\nThe server has no room just now\n";

/// The connections that there may be.
pub(crate) struct Descriptors {
    most: usize,
    open: Arc<AtomicUsize>,
}

/// A connection's, until it is dropped.
pub(crate) struct Descriptor(Arc<AtomicUsize>);

impl Descriptors {
    /// As many as the system lets the process have: the soft limit is raised to the hard one. `wanted` is what the server's own limits ask for.
    pub(crate) fn claim(wanted: usize) -> Self {
        let limit = raised();
        if limit < wanted {
            live_std::log!(
                warn,
                limit,
                wanted,
                "the process may open fewer files than `max_sessions` asks for: see `ulimit -n`, or `LimitNOFILE=` of systemd"
            );
        }
        Self::new(limit)
    }

    fn new(limit: usize) -> Self {
        // Where hardly any are left at all, half of them.
        Self { most: limit.saturating_sub(RESERVE).max(limit / 2), open: Arc::default() }
    }

    /// Takes one for a connection that was accepted, or turns it away: with an answer, if it is `plain` HTTP.
    pub(crate) fn enter(
        &self,
        stream: &Socket,
        peer: Option<IpAddr>,
        plain: bool,
        refused: impl FnOnce(Option<IpAddr>),
    ) -> Option<Descriptor> {
        if self.open.load(Relaxed) < self.most {
            self.open.fetch_add(1, Relaxed);
            return Some(Descriptor(self.open.clone()));
        }
        refused(peer);
        if !plain {
            return None;
        }
        // What doesn't fit into the socket's empty buffer nobody waits for.
        let _ = stream.set_nonblocking(true).and_then(|()| io::Write::write(&mut &*stream, BUSY));
        None
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The limit, which is now the hard one.
#[cfg(unix)]
fn raised() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let count =
        |limit: Option<u64>| limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    if current == maximum {
        return count(current);
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => {
            live_std::log!(
                info,
                before = count(current),
                now = count(maximum),
                "the process may open more files now"
            );
            count(maximum)
        }
        Err(_) => count(current),
    }
}

#[cfg(not(unix))]
fn raised() -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn one_too_many_is_told_so_and_there_is_room_again_when_another_goes() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let descriptors = Descriptors::new(RESERVE + 65);
        let mut refused = 0;
        let mut accept = || {
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (stream, peer) = listener.accept().unwrap();
            let entered = descriptors.enter(&stream.into(), Some(peer.ip()), true, |_| refused += 1);
            (client, entered)
        };
        let mut all: Vec<_> = (0..65).map(|_| accept()).collect();
        assert!(all.iter().all(|(_, entered)| entered.is_some()));
        let (mut client, entered) = accept();
        let mut told = String::new();
        client.read_to_string(&mut told).unwrap();
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        assert!(entered.is_none() && head.starts_with("HTTP/1.1 503 "), "{told}");
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len()))
                || head.ends_with(&format!("content-length: {}", body.len()))
        );
        all.pop();
        assert!(accept().1.is_some());
        assert_eq!(refused, 1);
    }

    #[test]
    fn some_are_left_to_all_else() {
        assert_eq!(Descriptors::new(20_000).most, 20_000 - RESERVE);
        assert_eq!(Descriptors::new(100).most, 50);
        assert!(raised() >= 64);
    }
}
