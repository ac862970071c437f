//! Whose address a request has that came through proxies.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;
use http::header::FORWARDED;
use ipnet::IpNet;

/// Addresses of proxies: one (`10.0.0.7`, `::1`), a range in CIDR notation (`10.0.0.0/8`, `fd00::/8`), or `unix` for whoever comes by a Unix socket. Such a peer has no
/// address of its own: without `unix` on the list nobody's address is known where a server listens on a Unix socket, and the limits of an address hold nobody.
///
/// ```
/// use live_std::{Options, Proxies};
///
/// let options = Options {
///     trusted_proxies: vec!["127.0.0.1".parse()?, "10.0.0.0/8".parse()?],
///     ..Options::default()
/// };
/// # Ok::<(), live_std::InvalidProxies>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proxies(Peers);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Peers {
    Net(IpNet),
    Unix,
}

/// Whoever comes by a Unix socket.
const UNIX: &str = "unix";

/// A text is neither an address nor a range of addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidProxies(String);

/// Which header tells whom a proxy speaks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`; where a request has none, `Forwarded`. Right for a proxy that writes the former, as most do: it replaces or extends what a
    /// stranger has sent.
    #[default]
    Any,
    /// `X-Forwarded-For` alone.
    XForwardedFor,
    /// `Forwarded` alone (RFC 7239): for a proxy that writes only that, so that nobody is believed who sends the other.
    Forwarded,
}

impl Proxies {
    /// Whether a peer is one of them; one by a Unix socket has no address.
    fn contains(&self, peer: Option<IpAddr>) -> bool {
        match (self.0, peer) {
            (Peers::Net(net), Some(address)) => net.contains(&address),
            (Peers::Unix, None) => true,
            _ => false,
        }
    }
}

impl From<IpAddr> for Proxies {
    fn from(address: IpAddr) -> Self {
        Self(Peers::Net(address.to_canonical().into()))
    }
}

impl FromStr for Proxies {
    type Err = InvalidProxies;

    fn from_str(text: &str) -> Result<Self, InvalidProxies> {
        match (text.parse::<IpAddr>(), text.parse::<IpNet>()) {
            _ if text == UNIX => Ok(Self(Peers::Unix)),
            (Ok(address), _) => Ok(address.into()),
            (_, Ok(range)) => Ok(Self(Peers::Net(range))),
            _ => Err(InvalidProxies(text.to_owned())),
        }
    }
}

impl fmt::Display for InvalidProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no address, such as 10.0.0.7, no range of them, such as 10.0.0.0/8, and not \"unix\"",
            self.0
        )
    }
}

impl std::error::Error for InvalidProxies {}

/// The address of whoever asks: the last one on the request's way that isn't a trusted proxy's. Behind what can't be read nobody is believed.
pub(crate) fn client(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    trusted: &[Proxies],
    header: ProxyHeader,
) -> Option<IpAddr> {
    let mut client = peer.map(|peer| peer.to_canonical());
    let is_trusted = |address| trusted.iter().any(|proxies| proxies.contains(address));
    if !is_trusted(client) {
        return client;
    }
    for step in way(headers, header).into_iter().rev() {
        match step {
            Some(address) if is_trusted(client) => client = Some(address),
            _ => break,
        }
    }
    client
}

/// The addresses on a request's way, its origin first; none for each that can't be read.
fn way(headers: &HeaderMap, header: ProxyHeader) -> Vec<Option<IpAddr>> {
    let listed = |name: &str| -> Vec<String> {
        // Bytes that are no text are part of an item that can't be read, not of none.
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.flat_map(|value| items(&value, ',')).filter(|item| !item.is_empty()).collect()
    };
    let told = listed("x-forwarded-for");
    if header == ProxyHeader::XForwardedFor || (header == ProxyHeader::Any && !told.is_empty()) {
        return told.iter().map(|item| address(item)).collect();
    }
    listed(FORWARDED.as_str()).iter().map(|element| forwarded_for(element)).collect()
}

/// The `for` of one element of a `Forwarded` header: RFC 7239, section 4.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = items(element, ';');
    let mut named = pairs.iter().filter_map(|pair| pair.split_once('='));
    let (_, value) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim())
}

/// The items of a list, but for separators within quotes.
fn items(list: &str, separator: char) -> Vec<String> {
    let mut is_quoted = false;
    let split = list.split(|char: char| {
        is_quoted ^= char == '"';
        char == separator && !is_quoted
    });
    split.map(|item| item.trim().to_owned()).collect()
}

/// An address, with or without quotes, brackets, a port and a zone.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let host = match text.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        // More than one colon: an address of IPv6, without a port.
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => host,
            _ => text,
        },
    };
    let host = host.split_once('%').map_or(host, |(host, _zone)| host);
    host.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn trusted() -> Vec<Proxies> {
        ["10.0.0.1", "9.9.9.9", "172.16.0.0/12", "fd00::/8"].map(|text| text.parse().unwrap()).to_vec()
    }

    fn seen(peer: &str, header: ProxyHeader, headers: &[(&'static str, &[u8])]) -> String {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        client(Some(ip(peer)), &all, &trusted(), header).unwrap().to_string()
    }

    fn told(peer: &str, value: &str) -> String {
        seen(peer, ProxyHeader::Any, &[("x-forwarded-for", value.as_bytes())])
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let way = "6.6.6.6, 3.3.3.3, 9.9.9.9";
        assert_eq!(told("8.8.8.8", way), "8.8.8.8");
        assert_eq!(told("10.0.0.1", way), "3.3.3.3");
        assert_eq!(told("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", ProxyHeader::Any, &[]), "10.0.0.1");
    }

    #[test]
    fn whoever_comes_by_a_unix_socket_is_believed_where_that_is_trusted() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 3.3.3.3, 10.0.0.1"));
        let seen = |trusted: &[&str]| {
            let trusted: Vec<Proxies> = trusted.iter().map(|text| text.parse().unwrap()).collect();
            client(None, &headers, &trusted, ProxyHeader::Any).map(|address| address.to_string())
        };
        assert_eq!(seen(&[]), None);
        assert_eq!(seen(&["0.0.0.0/0", "::/0"]), None);
        assert_eq!(seen(&["unix"]).as_deref(), Some("10.0.0.1"));
        assert_eq!(seen(&["unix", "10.0.0.1"]).as_deref(), Some("3.3.3.3"));
        let trusted = ["unix".parse().unwrap()];
        assert_eq!(client(None, &HeaderMap::new(), &trusted, ProxyHeader::Any), None, "it says nothing");
        assert_eq!(client(Some(ip("1.1.1.1")), &headers, &trusted, ProxyHeader::Any), Some(ip("1.1.1.1")));
    }

    #[test]
    fn ranges_and_both_families_are_trusted() {
        for proxy in ["172.16.0.1", "172.31.255.255", "::ffff:172.20.1.2", "::ffff:10.0.0.1", "fd12::1"] {
            assert_eq!(told(proxy, "3.3.3.3"), "3.3.3.3", "{proxy}");
        }
        for stranger in ["172.32.0.1", "10.0.0.2", "::ffff:8.8.8.8", "fe80::1"] {
            assert_eq!(told(stranger, "3.3.3.3"), ip(stranger).to_canonical().to_string());
        }
        assert_eq!(told("10.0.0.1", "3.3.3.3, 172.16.5.5, fd00::5, 9.9.9.9"), "3.3.3.3", "several in a row");
    }

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        for (written, address) in [
            ("1.2.3.4:51008", "1.2.3.4"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
            ("1.2.3.4,", "1.2.3.4"),
            (" ,, 1.2.3.4 ,\t", "1.2.3.4"),
            ("unknown", "10.0.0.1"),
            ("1.2.3.4, _hidden", "10.0.0.1"),
            ("1.2.3.4, 5", "10.0.0.1"),
            ("1.2.3.4, [::1", "10.0.0.1"),
        ] {
            assert_eq!(told("10.0.0.1", written), address, "{written}");
        }
        let garbage: &[(&'static str, &[u8])] = &[("x-forwarded-for", b"1.2.3.4, \xff")];
        assert_eq!(seen("10.0.0.1", ProxyHeader::Any, garbage), "10.0.0.1", "nobody is believed behind it");
        let lines: &[(&'static str, &[u8])] =
            &[("x-forwarded-for", b"6.6.6.6"), ("x-forwarded-for", b"3.3.3.3, 9.9.9.9")];
        assert_eq!(seen("10.0.0.1", ProxyHeader::Any, lines), "3.3.3.3", "several headers are one list");
    }

    #[test]
    fn the_standard_header_is_read_where_the_other_is_missing() {
        let forwarded = |value: &str| seen("10.0.0.1", ProxyHeader::Any, &[("forwarded", value.as_bytes())]);
        for (value, address) in [
            ("for=192.0.2.43", "192.0.2.43"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("proto=https; for=192.0.2.43:80 , for=9.9.9.9", "192.0.2.43"),
            ("for=6.6.6.6, for=192.0.2.43;host=\"a,b;for=1.1.1.1\", for=172.16.0.9", "192.0.2.43"),
            ("for=unknown", "10.0.0.1"),
            ("by=1.1.1.1", "10.0.0.1"),
        ] {
            assert_eq!(forwarded(value), address, "{value}");
        }
        let both: &[(&'static str, &[u8])] =
            &[("x-forwarded-for", b"1.1.1.1"), ("forwarded", b"for=2.2.2.2")];
        for (header, address) in [
            (ProxyHeader::Any, "1.1.1.1"),
            (ProxyHeader::XForwardedFor, "1.1.1.1"),
            (ProxyHeader::Forwarded, "2.2.2.2"),
        ] {
            assert_eq!(seen("10.0.0.1", header, both), address);
        }
        assert_eq!(seen("10.0.0.1", ProxyHeader::Forwarded, &both[..1]), "10.0.0.1");
    }

    #[test]
    fn what_is_no_address_and_no_range_says_what_one_is() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0.1:80"] {
            assert!(text.parse::<Proxies>().unwrap_err().to_string().contains("10.0.0.0/8"), "{text}");
        }
    }
}
