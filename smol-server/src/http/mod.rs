//! HTTP/1.1 by a few strict rules: a request's body has a length, a head has a limit, an error closes.

mod body;
mod connection;
mod head;
mod limit;
mod write;

pub(crate) use connection::{Service, serve};
pub use live_std::MAX_BODY;

/// Every limit of HTTP, by name.
mod limits {
    use std::time::Duration;

    /// The most bytes of a request's line and headers.
    pub(super) const MAX_HEAD: usize = 16 * 1024;

    /// The most headers.
    pub(super) const MAX_HEADERS: usize = 64;

    /// How long a request's line and headers may take.
    pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

    /// How long a request's body may take.
    pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

    /// How long a connection may wait for its next request.
    pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

    /// How long a response may take to be sent.
    pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
}
