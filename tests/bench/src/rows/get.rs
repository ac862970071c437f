//! GET: a page's first response, beside a bare response of the same size.

use super::paired::Pairs;
use super::{Bench, Plan};
use crate::load::{Drive, Pages, Result, get};
use crate::report::{Reach, Row};

const CONNECTIONS: usize = 32;

/// Each round is measured in this many parts. A shared machine's speed changes within seconds, and a part measures both servers close to each other.
const PARTS: u32 = 4;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let (_, body) = get(bench.ours.address, "/counter", &bench.browser.cookie)?;
    let mut ours = Pages::open(&bench.browser, "/counter", CONNECTIONS)?;
    let floor = crate::load::Browser { server: bench.floor.address, ..bench.browser.clone() };
    let mut bare = Pages::open(&floor, &format!("/?size={}", body.len()), CONNECTIONS)?;
    let load = |drive: &mut Drive<Pages>, time| drive.saturate(time);
    let Plan { rounds, time, .. } = bench.plan;
    let plan = Plan { rounds: rounds * PARTS as usize, time: time / PARTS, ..bench.plan };
    let pairs = Pairs::measure(plan, (&bench.ours, &mut ours), (&bench.floor, &mut bare), load, load)?;
    Ok(vec![Row {
        work: format!("GET of /counter ({} bytes) / bare hyper: requests a second", body.len()),
        reach: Reach::AtLeast(0.6),
        seen: pairs.throughput_ratio(),
        beside: pairs.words(),
    }])
}
