//! Who the other end is, and how many connections it has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

use super::Engine;
use crate::proxies;

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
        let peer = counted(peer);
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

/// What counts as one address: of IPv6 a network of 64 bits, since each customer has at least one of those.
fn counted(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
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
    /// The address of whoever asks, for the [`Visitor`](super::Visitor), where `peer` is the other end of the connection, of which that by a Unix socket has no
    /// address: that one, or what a proxy says that [`Options::trusted_proxies`](crate::Options::trusted_proxies) lists.
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        proxies::client(peer, headers, &self.options.trusted_proxies, self.options.proxy_header)
    }
}

/// The last address on the way that is no trusted proxy's.
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
    fn a_network_of_ipv6_is_one_address() {
        let peers = Arc::new(Peers::default());
        let first = peers.enter(ip("2001:db8::1"), 1);
        assert!(first.is_some() && peers.enter(ip("2001:db8::2"), 1).is_none());
        assert!(peers.enter(ip("2001:db8:0:1::1"), 1).is_some());
        let mapped = peers.enter(ip("::ffff:1.1.1.1"), 1);
        assert!(mapped.is_some() && peers.enter(ip("1.1.1.1"), 1).is_none());
        assert!(peers.enter(ip("1.1.1.2"), 1).is_some());
    }
}
