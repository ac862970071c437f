//! The load: many WebSockets and one thread, which does as little as it can.

mod dioxus;
mod drive;
mod http;
mod pages;
mod session;
mod socket;

pub(crate) use dioxus::{Dioxus, counters};
pub(crate) use drive::{Drive, Peer, Timing};
pub(crate) use http::{get, head};
pub(crate) use pages::Pages;
pub(crate) use session::{Browser, Echo, Tab, committing_echoes, echoes, open_bare, room};
pub(crate) use socket::Socket;

/// What goes wrong here ends the benchmark.
pub(crate) type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
