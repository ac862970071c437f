//! The rows of the table, a file for each kind of work.

mod bytes;
mod dioxus;
mod event;
mod fair;
mod fanout;
mod get;
mod idle;
mod open;
mod paired;
mod script;
mod store;

use std::time::Duration;

use crate::load::{Browser, Result};
use crate::process::Server;
use crate::report::Row;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) time: Duration,
    /// How long a session has nothing to do before its memory is looked at.
    pub(crate) settled: Duration,
}

/// Both servers, and a browser of ours.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) ours: Server,
    pub(crate) floor: Server,
    pub(crate) browser: Browser,
}

type Work = fn(&Bench) -> Result<Vec<Row>>;

/// Every row's name, and how it is measured.
pub(crate) const ROWS: [(&str, Work); 19] = [
    ("bytes", bytes::rows),
    ("counter-64", |bench| event::counter(bench, 64)),
    ("counter-512", |bench| event::counter(bench, 512)),
    ("counter-paced", |bench| event::paced(bench, 512, 20_000.0)),
    ("counter-10000", |bench| event::scale(bench, 64, 10_000)),
    ("table", |bench| event::table(bench, 16)),
    ("table-plain", |bench| event::table_plain(bench, 16)),
    ("chat-2000", |bench| fanout::rows(bench, 2_000)),
    ("chat-10000", |bench| fanout::rows(bench, 10_000)),
    ("get", get::rows),
    ("open", open::rows),
    ("counter-store", |bench| store::rows(bench, 64)),
    ("idle-counter", |bench| idle::rows(bench, "/counter", 5_000, 8.0)),
    ("idle-table", |bench| idle::rows(bench, "/table", 500, 160.0)),
    ("opened-plain", |bench| idle::opened(bench, "/table?plain", 200)),
    ("idle-hibernated", |bench| idle::hibernated(bench, "/table", 500, 16.0)),
    ("fair", fair::rows),
    ("script", script::rows),
    ("dioxus", dioxus::rows),
];

impl Bench {
    pub(crate) fn start(plan: Plan) -> Result<Self> {
        let (ours, floor) = (Server::start(&["gallery"])?, Server::start(&["floor"])?);
        let browser = Browser::new(ours.address)?;
        Ok(Self { plan, ours, floor, browser })
    }
}
