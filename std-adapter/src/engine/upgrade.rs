//! Who asks, and whether a WebSocket may be opened.

use std::fmt;
use std::net::IpAddr;

use http::header::{
    CONNECTION, HOST, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Method, StatusCode};
use live_core::Pair;
use live_core::wire::{SUBPROTOCOL, SUBPROTOCOL_JSON, SUBPROTOCOL_V1};

use super::Engine;
use crate::access::Denied;
use crate::cookie;
use crate::token::cookie_hash;

/// The path of the WebSocket.
pub const SOCKET: &str = "/_live/websocket";

/// What is known of a request beside its head.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The other end's address.
    pub peer: Option<IpAddr>,
    /// Who is logged in, as the application's middleware found.
    pub user_id: Option<String>,
}

/// How frames travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// msgpack in binary messages.
    Msgpack,
    /// JSON in text messages; in dev mode only.
    Json,
    /// The script is of an older server: it is told to load the page again, and with that the new script.
    Outdated,
}

/// A request for a WebSocket that is answered with yes.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// How frames travel; the answer has to name it.
    pub protocol: Protocol,
    pub(crate) visitor: Visitor,
    pub(crate) cookie: Option<[u8; 16]>,
    pub(crate) headers: Vec<Pair>,
}

/// A request for a WebSocket that is answered with no. As text it says what to do; it turns into an [`Answer`](super::Answer).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The host or the origin isn't on the lists.
    Denied(Denied),
    /// No subprotocol that the server speaks.
    Protocol,
    /// No handshake of WebSocket version 13 in HTTP/1.1.
    Handshake,
}

impl Engine {
    /// Checks a request for a WebSocket at [`SOCKET`]: host, origin, subprotocol and handshake.
    ///
    /// # Errors
    /// [`Refused`], which turns into the [`Answer`](super::Answer).
    pub(super) fn upgrade(
        &self,
        method: &Method,
        headers: &HeaderMap,
        visitor: Visitor,
    ) -> Result<Upgrade, Refused> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        self.access.check_host(text(HOST)).map_err(Refused::Denied)?;
        self.access.check_origin(text(ORIGIN)).map_err(Refused::Denied)?;
        let protocol = self.protocol(headers).ok_or(Refused::Protocol)?;
        if *method != Method::GET || !is_handshake(headers) {
            return Err(Refused::Handshake);
        }
        let cookie = cookie::find(headers, self.cookie).map(cookie_hash);
        Ok(Upgrade {
            protocol,
            visitor,
            cookie,
            headers: pairs(headers.iter().filter(|(name, _)| !is_of_handshake(name))),
        })
    }

    fn protocol(&self, headers: &HeaderMap) -> Option<Protocol> {
        let spoken = items(headers, SEC_WEBSOCKET_PROTOCOL).find_map(|name| match name {
            SUBPROTOCOL => Some(Protocol::Msgpack),
            SUBPROTOCOL_JSON if self.options.dev => Some(Protocol::Json),
            _ => None,
        });
        let mut offered = items(headers, SEC_WEBSOCKET_PROTOCOL);
        spoken.or_else(|| offered.any(|name| name == SUBPROTOCOL_V1).then_some(Protocol::Outdated))
    }
}

impl Protocol {
    /// The subprotocol's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Msgpack => SUBPROTOCOL,
            Self::Json => SUBPROTOCOL_JSON,
            Self::Outdated => SUBPROTOCOL_V1,
        }
    }
}

impl Refused {
    /// The HTTP answer's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Protocol => StatusCode::BAD_REQUEST,
            Self::Handshake => StatusCode::UPGRADE_REQUIRED,
        }
    }
}

fn is_handshake(headers: &HeaderMap) -> bool {
    let lists = |name, item: &str| items(headers, name).any(|listed| listed.eq_ignore_ascii_case(item));
    lists(CONNECTION, "upgrade")
        && lists(UPGRADE, "websocket")
        && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13")
        && headers.contains_key(SEC_WEBSOCKET_KEY)
}

/// Whether a header is the handshake's alone, and tells page code nothing.
fn is_of_handshake(name: &HeaderName) -> bool {
    [CONNECTION, UPGRADE].contains(name) || name.as_str().starts_with("sec-websocket-")
}

/// The items of a header that is a list.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Headers as page code sees them: names in lower case, values as text, with a replacement character for each byte that is none.
pub(crate) fn pairs<'a>(headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> Vec<Pair> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    let mut pairs: Vec<Pair> = headers.map(|(name, value)| (name.as_str().into(), text(value))).collect();
    // They stay for as long as the session.
    pairs.shrink_to_fit();
    pairs
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(f),
            Self::Protocol => write!(f, "The server speaks the WebSocket subprotocol \"{SUBPROTOCOL}\"."),
            Self::Handshake => f.write_str(
                "This address speaks WebSocket, version 13. If a browser has asked, a proxy in between hasn't passed its headers Upgrade and \
                 Connection on.",
            ),
        }
    }
}

impl std::error::Error for Refused {}
