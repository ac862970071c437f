//! GET: a page's first response, beside a bare response of the same size.

use super::Bench;
use super::paired::Pairs;
use crate::load::{Drive, Pages, Result, get};
use crate::report::{Reach, Row};

const CONNECTIONS: usize = 32;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let (_, body) = get(bench.ours.address, "/counter", &bench.browser.cookie)?;
    let mut ours = Pages::open(&bench.browser, "/counter", CONNECTIONS)?;
    let floor = crate::load::Browser { server: bench.floor.address, ..bench.browser.clone() };
    let mut bare = Pages::open(&floor, &format!("/?size={}", body.len()), CONNECTIONS)?;
    let load = |drive: &mut Drive<Pages>, time| drive.saturate(time);
    let pairs = Pairs::measure(bench.plan, (&bench.ours, &mut ours), (&bench.floor, &mut bare), load, load)?;
    Ok(vec![Row {
        work: format!("GET of /counter ({} bytes) / bare hyper: requests a second", body.len()),
        reach: Reach::AtLeast(0.6),
        seen: pairs.throughput_ratio(),
        beside: pairs.words(),
    }])
}
