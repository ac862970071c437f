//! HTTP/1.1 by hyper, on this server's sockets and timers.
//!
//! hyper is handed one request at a time ([`intake`]), whose head has been looked at as it came ([`framing`]): so what two readers could read in two ways is
//! refused, and this side knows at each moment what a connection waits for, and for how long it may.

mod chunks;
mod connection;
mod framing;
mod gate;
mod intake;
mod timer;

pub(crate) use connection::{Served, Service, serve};

/// Every limit of HTTP, by name.
mod limits {
    use std::time::Duration;

    /// The most bytes of a request's line and headers.
    pub(super) const MAX_HEAD: usize = 16 * 1024;

    /// The most headers.
    pub(super) const MAX_HEADERS: usize = 128;

    /// The most bytes of the extensions and trailers of a body in chunks.
    pub(super) const MAX_CHUNK_NOTES: usize = 8 * 1024;

    /// How long a request's line and headers may take in all.
    pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

    /// How long a body may bring nothing.
    pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

    /// How long the other end may take nothing of a response.
    pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

    /// After how long without a request a connection leaves all but its socket behind.
    pub(super) const REST_AFTER: Duration = Duration::from_secs(1);
}
