//! Who the other end is, and how many connections it has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

use super::Engine;

/// Counts connections by address.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One counted connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Peers {
    /// A place for one more connection from `peer`, if it has fewer than `limit`.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr, limit: usize) -> Option<Place> {
        let mut open = self.lock();
        let count = open.entry(peer).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Place { peers: self.clone(), peer })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.lock();
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

impl Engine {
    /// The address of whoever asks, for the [`Visitor`](super::Visitor), where `peer` is the other end of the TCP connection: that one,
    /// or what a proxy says that [`Options::trusted_proxies`](crate::Options::trusted_proxies) lists.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        client(peer, headers, &self.options.trusted_proxies)
    }
}

/// The last address on the way that is no trusted proxy's.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let way: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut client = peer;
    for address in way.into_iter().rev() {
        match address.parse() {
            Ok(before) if trusted.contains(&client) => client = before,
            _ => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_given_back() {
        let peers = Arc::new(Peers::default());
        let first = peers.enter(ip("1.1.1.1"), 2);
        let second = peers.enter(ip("1.1.1.1"), 2);
        assert!(first.is_some() && second.is_some());
        assert!(peers.enter(ip("1.1.1.1"), 2).is_none());
        assert!(peers.enter(ip("2.2.2.2"), 2).is_some());
        drop(first);
        assert!(peers.enter(ip("1.1.1.1"), 2).is_some());
        drop(second);
        assert!(peers.lock().is_empty());
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 3.3.3.3, 9.9.9.9".parse().unwrap());
        let proxies = [ip("10.0.0.1"), ip("9.9.9.9")];
        assert_eq!(client(ip("8.8.8.8"), &headers, &proxies), ip("8.8.8.8"));
        assert_eq!(client(ip("10.0.0.1"), &headers, &proxies), ip("3.3.3.3"));
        assert_eq!(client(ip("10.0.0.1"), &HeaderMap::new(), &proxies), ip("10.0.0.1"));
    }
}
