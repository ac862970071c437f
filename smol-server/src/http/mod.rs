//! HTTP/1.1 by hyper, on this server's sockets and timers.
//!
//! hyper is handed one request at a time ([`intake`]), whose head has been looked at as it came ([`framing`]): so what two readers could read in two ways is
//! refused, and this side knows at each moment what a connection waits for, and for how long it may.

mod chunks;
mod connection;
mod framing;
mod gate;
mod intake;
mod limits;
mod timer;

pub(crate) use connection::{Served, Service, serve};
pub use limits::HttpLimits;
pub(crate) use limits::{BACKLOG, UNSENT};
