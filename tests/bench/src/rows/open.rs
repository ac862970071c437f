//! Opening a session: GET, upgrade, join.

use super::Bench;
use super::event::no_values;
use crate::load::Result;
use crate::report::{Reach, Row, Seen};

const SESSIONS: usize = 500;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let mut seen = Vec::new();
    for _ in 0..bench.plan.rounds {
        let before = bench.ours.cpu()?;
        let tabs = bench.browser.tabs(SESSIONS, "/counter", "inc", no_values)?;
        seen.push((bench.ours.cpu()? - before).as_secs_f64() * 1000.0 / SESSIONS as f64);
        drop(tabs);
    }
    Ok(vec![Row {
        work: "open a session (GET + upgrade + join), 16 at a time: CPU s per 1,000".to_owned(),
        reach: Reach::AtMost(0.25),
        seen: Seen::of(seen),
        beside: String::new(),
    }])
}
