#![doc = include_str!("WIRE.md")]

mod browser;
mod close;
mod command;
mod list;
mod node;
mod pairs;
mod read;
pub(crate) mod record;
mod server;
pub(crate) mod write;
mod writer;

pub use browser::{BrowserFrame, Hello, Received};
pub use close::Reason;
pub use list::List;
pub use node::Node;
pub use pairs::Pairs;
pub use read::DecodeError;
pub use server::{Body, NoticeLevel, Patch, Region, ServerFrame, Update, Welcome};
pub(crate) use writer::Writer;

/// The WebSocket subprotocol: msgpack in binary messages.
pub const SUBPROTOCOL: &str = "mizu-live-v2";

/// The subprotocol of the JSON debug mode: text messages.
pub const SUBPROTOCOL_JSON: &str = "mizu-live-v2.json";

/// The subprotocol of the previous version. A server accepts its handshake only to close the connection with [`Reason::Token`], so that the
/// old script loads the page again, and with it the new script.
pub const SUBPROTOCOL_V1: &str = "mizu-live-v1";

/// The kinds of frames from the browser.
mod browser_kind {
    pub(super) const HELLO: u64 = 0;
    pub(super) const EVENT: u64 = 1;
    pub(super) const ACK: u64 = 2;
    pub(super) const PING: u64 = 3;
    pub(super) const RESYNC: u64 = 4;
    pub(super) const ON: u64 = 5;
}

/// The kinds of frames from the server.
mod server_kind {
    pub(super) const WELCOME: u64 = 0;
    pub(super) const UPDATE: u64 = 1;
    pub(super) const PONG: u64 = 2;
    pub(super) const NOTICE: u64 = 4;
    pub(super) const AWAY: u64 = 5;
    pub(super) const TOKEN: u64 = 6;
    pub(super) const ON: u64 = 7;
}
