//! Who asks, and whether a WebSocket may be opened.

use std::fmt;
use std::net::IpAddr;

use http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, StatusCode};
use live_core::wire::{SUBPROTOCOL, SUBPROTOCOL_JSON};

use super::Engine;
use crate::access::Denied;
use crate::cookie;
use crate::token::cookie_hash;

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
}

/// A request for a WebSocket that is answered with yes.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// How frames travel; the answer has to name it.
    pub protocol: Protocol,
    pub(crate) visitor: Visitor,
    pub(crate) cookie: Option<[u8; 16]>,
    pub(crate) headers: Vec<(String, String)>,
}

/// A request for a WebSocket that is answered with no. As text it says what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The host or the origin isn't on the lists.
    Denied(Denied),
    /// No subprotocol that the server speaks.
    Protocol,
}

impl Engine {
    /// Checks a request for a WebSocket: host, origin and subprotocol.
    pub fn upgrade(&self, headers: &HeaderMap, visitor: Visitor) -> Result<Upgrade, Refused> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        self.access.check_host(text(HOST)).map_err(Refused::Denied)?;
        self.access.check_origin(text(ORIGIN)).map_err(Refused::Denied)?;
        let protocol = self.protocol(headers).ok_or(Refused::Protocol)?;
        let cookie = cookie::find(headers, self.cookie).map(cookie_hash);
        Ok(Upgrade { protocol, visitor, cookie, headers: pairs(headers) })
    }

    fn protocol(&self, headers: &HeaderMap) -> Option<Protocol> {
        let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
        offered.flat_map(|value| value.split(',')).find_map(|name| match name.trim() {
            SUBPROTOCOL => Some(Protocol::Msgpack),
            SUBPROTOCOL_JSON if self.options.dev => Some(Protocol::Json),
            _ => None,
        })
    }
}

impl Upgrade {
    /// The address that asks.
    pub fn peer(&self) -> Option<IpAddr> {
        self.visitor.peer
    }
}

impl Protocol {
    /// The subprotocol's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Msgpack => SUBPROTOCOL,
            Self::Json => SUBPROTOCOL_JSON,
        }
    }
}

impl Refused {
    /// The HTTP answer's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Protocol => StatusCode::BAD_REQUEST,
        }
    }
}

/// Headers as page code sees them: names in lower case, text only.
pub(crate) fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(f),
            Self::Protocol => write!(f, "The server speaks the WebSocket subprotocol \"{SUBPROTOCOL}\"."),
        }
    }
}

impl std::error::Error for Refused {}
