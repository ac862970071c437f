//! Fan-out: one says something, and all in the room are told.

use std::time::Duration;

use super::Bench;
use super::bytes::say;
use crate::load::{Result, room};
use crate::report::{Reach, Row, Seen, figure};

/// How many messages are said in all rounds together, at least.
const MESSAGES: usize = 100;

/// How long everybody's coming is talked of.
const ARRIVALS: Duration = Duration::from_secs(3);

pub(super) fn rows(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let mut tabs = bench.browser.tabs(count, "/chat/bench", "send", say)?;
    tabs.quiet(ARRIVALS)?;
    let down: u64 = tabs.peers().map(|tab| tab.down).sum();
    tabs.ask(0)?;
    tabs.hear(|tab| tab.updates, count as u64)?;
    let size = (tabs.peers().map(|tab| tab.down).sum::<u64>() - down) / count as u64;
    let mut floor = room(bench.floor.address, count, 64, usize::try_from(size)?)?;
    let each = MESSAGES.div_ceil(bench.plan.rounds);
    let deliveries = (each * count) as f64 / 10_000.0;
    let (mut ratios, mut ours, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds {
        let before = (bench.ours.cpu()?, bench.floor.cpu()?);
        for _ in 0..each {
            tabs.ask(0)?;
            tabs.hear(|tab| tab.updates, count as u64)?;
        }
        for _ in 0..each {
            floor.ask(0)?;
            floor.hear(|echo| echo.heard, count as u64)?;
        }
        ours.push((bench.ours.cpu()? - before.0).as_secs_f64() / deliveries);
        bare.push((bench.floor.cpu()? - before.1).as_secs_f64() / deliveries);
        ratios.push(ours[ours.len() - 1] / bare[bare.len() - 1]);
    }
    Ok(vec![Row {
        work: format!("chat, {count} in the room: CPU per 10 k deliveries / bare broadcast"),
        reach: Reach::AtMost(1.25),
        seen: Seen::of(ratios),
        beside: format!(
            "ours {} s, bare {} s; {size} bytes each",
            figure(Seen::of(ours).median),
            figure(Seen::of(bare).median)
        ),
    }])
}
