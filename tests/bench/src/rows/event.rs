//! Events: from a message that comes to the patch that goes.

use std::time::Duration;

use super::paired::{Pairs, Run};
use super::{Bench, Plan};
use crate::load::{Browser, Drive, Echo, Peer, Result, Tab, Timing, echoes};
use crate::process::Server;
use crate::report::{Reach, Row, Seen, figure};

type Values = fn(u64) -> Vec<(&'static str, String)>;

/// The rows of the table page, each in its turn, far from the one before.
pub(super) fn any_row(number: u64) -> Vec<(&'static str, String)> {
    vec![("id", (number * 7919 % 1000 + 1).to_string())]
}

pub(super) fn no_values(_: u64) -> Vec<(&'static str, String)> {
    Vec::new()
}

/// Sessions of ours, and echoes of the same sizes.
pub(super) fn both(
    bench: &Bench,
    browser: &Browser,
    count: usize,
    (path, event, values): (&str, &'static str, Values),
) -> Result<(Drive<Tab>, Drive<Echo>)> {
    let mut tabs = browser.tabs(count, path, event, values)?;
    // The sizes of a few events, once the first that a page has is over.
    tabs.saturate(Duration::from_millis(100))?;
    let before = sums(&mut tabs);
    tabs.saturate(Duration::from_millis(200))?;
    let after = sums(&mut tabs);
    let updates = (after.2 - before.2).max(1);
    let size = |bytes: u64| usize::try_from(bytes.div_ceil(updates)).unwrap_or(usize::MAX);
    let echoes = echoes(bench.floor.address, count, size(after.0 - before.0), size(after.1 - before.1))?;
    Ok((tabs, echoes))
}

/// Payload bytes up and down, and updates, of all together.
pub(super) fn sums(tabs: &mut Drive<Tab>) -> (u64, u64, u64) {
    tabs.peers()
        .fold((0, 0, 0), |(up, down, updates), tab| (up + tab.up, down + tab.down, updates + tab.updates))
}

fn measured(
    bench: &Bench,
    ours: (&Server, &Browser),
    count: usize,
    work: (&str, &'static str, Values),
    load: Load,
) -> Result<Pairs> {
    let (mut tabs, mut floor) = both(bench, ours.1, count, work)?;
    Pairs::measure(
        bench.plan,
        (ours.0, &mut tabs),
        (&bench.floor, &mut floor),
        |drive, time| load.run(drive, time),
        |drive, time| load.run(drive, time),
    )
}

/// How both kinds of peers ask.
#[derive(Clone, Copy)]
enum Load {
    Saturated,
    /// So many times a second.
    Paced(f64),
}

impl Load {
    fn run<P: Peer>(self, drive: &mut Drive<P>, time: Duration) -> Result<Timing> {
        match self {
            Self::Saturated => drive.saturate(time),
            Self::Paced(per_second) => drive.pace(per_second, time),
        }
    }
}

pub(super) const COUNTER: (&str, &str, Values) = ("/counter", "inc", no_values);

/// `/counter`, as fast as it goes.
pub(super) fn counter(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let pairs = measured(bench, (&bench.ours, &bench.browser), count, COUNTER, Load::Saturated)?;
    let cpu = Row {
        work: format!("counter event, {count} sessions, saturated: CPU / floor"),
        reach: Reach::AtMost(1.25),
        seen: pairs.cpu_ratio(),
        beside: pairs.words(),
    };
    let throughput = Row {
        work: format!("counter event, {count} sessions: throughput / floor"),
        reach: Reach::AtLeast(0.85),
        seen: pairs.throughput_ratio(),
        beside: String::new(),
    };
    Ok(vec![cpu, throughput])
}

/// `/counter` at so many events a second.
pub(super) fn paced(bench: &Bench, count: usize, per_second: f64) -> Result<Vec<Row>> {
    let pairs = measured(bench, (&bench.ours, &bench.browser), count, COUNTER, Load::Paced(per_second))?;
    Ok(vec![Row {
        work: format!("counter event, {count} sessions, paced at {per_second} a second: CPU / floor"),
        reach: Reach::AtMost(1.25),
        seen: pairs.cpu_ratio(),
        beside: pairs.words(),
    }])
}

/// One row of a thousand, each a region of its own.
pub(super) fn table(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let work = ("/table", "bump", any_row as Values);
    let pairs = measured(bench, (&bench.ours, &bench.browser), count, work, Load::Saturated)?;
    Ok(vec![Row {
        work: format!("one row of /table, {count} sessions: CPU / floor"),
        reach: Reach::AtMost(2.0),
        seen: pairs.cpu_ratio(),
        beside: pairs.words(),
    }])
}

/// One row of a thousand that are one region of 90 KB.
pub(super) fn table_plain(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let work = ("/table?plain", "bump", any_row as Values);
    let pairs = measured(bench, (&bench.ours, &bench.browser), count, work, Load::Saturated)?;
    Ok(vec![Row {
        work: format!("one row of /table?plain, {count} sessions: CPU s per 10 k"),
        reach: Reach::AtMost(1.5),
        seen: pairs.cpu(),
        beside: pairs.words(),
    }])
}

/// `/counter` with few sessions and with many; and bare echoes, after them, since both at once are more sockets than a process may have.
pub(super) fn scale(bench: &Bench, few: usize, many: usize) -> Result<Vec<Row>> {
    let (path, event, values) = COUNTER;
    let tabs = |count| bench.browser.tabs(count, path, event, values);
    let (ours, words) = at_many_to_few(bench.plan, &bench.ours, [tabs(few)?, tabs(many)?])?;
    let bare = |count| echoes(bench.floor.address, count, 12, 17);
    let (floor, bare_words) = at_many_to_few(bench.plan, &bench.floor, [bare(few)?, bare(many)?])?;
    Ok(vec![Row {
        work: format!("counter event, CPU at {many} sessions / at {few}"),
        reach: Reach::AtMost(1.4),
        seen: ours,
        beside: format!(
            "{words}; a bare echo {} ({} – {}): {bare_words}",
            figure(floor.median),
            figure(floor.min),
            figure(floor.max)
        ),
    }])
}

/// What an answer to one of many takes of what it takes with few, and what both did, in words.
fn at_many_to_few<P: Peer>(
    plan: Plan,
    server: &Server,
    [mut few, mut many]: [Drive<P>; 2],
) -> Result<(Seen, String)> {
    let (mut at_few, mut at_many) = (Vec::new(), Vec::new());
    many.saturate(plan.time)?;
    for _ in 0..plan.rounds {
        at_few.push(Run::of(server, || few.saturate(plan.time))?);
        at_many.push(Run::of(server, || many.saturate(plan.time))?);
    }
    let ratios = at_many.iter().zip(&at_few).map(|(many, few)| many.cpu / few.cpu);
    let words = format!("many {}, few {}", Run::words(at_many.iter()), Run::words(at_few.iter()));
    Ok((Seen::of(ratios), words))
}
