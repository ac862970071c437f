//! Opening a session: GET, upgrade, join.

use std::time::Duration;

use super::Bench;
use super::event::no_values;
use crate::load::{Result, get, open_bare};
use crate::process::Server;
use crate::report::{Reach, Row, Seen, figure};

const SESSIONS: usize = 500;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let (_, body) = get(bench.ours.address, "/counter", &bench.browser.cookie)?;
    let (mut seen, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds {
        let (tabs, cpu) = costs(&bench.ours, || bench.browser.tabs(SESSIONS, "/counter", "inc", no_values))?;
        seen.push(per_thousand(cpu));
        drop(tabs);
        let (sockets, cpu) = costs(&bench.floor, || open_bare(bench.floor.address, SESSIONS, body.len()))?;
        bare.push(per_thousand(cpu));
        drop(sockets);
    }
    Ok(vec![Row {
        work: "open a session (GET + upgrade + join), 16 at a time: CPU s per 1,000".to_owned(),
        reach: Reach::AtMost(0.25),
        seen: Seen::of(seen),
        beside: format!("the same without a page {} s", figure(Seen::of(bare).median)),
    }])
}

/// What something takes of a server's processor time.
fn costs<T>(server: &Server, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let before = server.cpu()?;
    let done = work()?;
    Ok((done, server.cpu()? - before))
}

fn per_thousand(cpu: Duration) -> f64 {
    cpu.as_secs_f64() * 1000.0 / SESSIONS as f64
}
