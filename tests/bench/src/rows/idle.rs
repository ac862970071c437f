//! What an idle session keeps in memory.

use std::time::Duration;

use super::Bench;
use super::event::no_values;
use crate::load::{Browser, Result, echoes, get};
use crate::process::Server;
use crate::report::{Reach, Row, Seen, figure};

/// How many sessions are there before the others, at most: to open them takes memory that is free afterwards, and that the others then take.
const FIRST: usize = 500;

/// How many pages are asked for before memory is looked at.
const REQUESTS: usize = 500;

/// Opens so many sessions on servers of their own, lets each do something, and looks at the memory that is there more, once they are settled.
pub(super) fn rows(bench: &Bench, path: &str, count: usize, reach: f64) -> Result<Vec<Row>> {
    settled(bench, &Server::start(&["gallery"])?, (path, "settled"), count, reach)
}

/// The same with sessions that leave memory for a store's file.
pub(super) fn hibernated(bench: &Bench, path: &str, count: usize, reach: f64) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sessions.redb");
    let store = file.to_str().ok_or("an odd temporary folder")?;
    let ours = Server::start(&["gallery", "--store", store, "--hibernates"])?;
    settled(bench, &ours, (path, "hibernated in a RedbStore"), count, reach)
}

/// What sessions hold that have just come, before any of them rests: all show the same.
pub(super) fn opened(_: &Bench, path: &str, count: usize) -> Result<Vec<Row>> {
    let ours = Server::start(&["gallery"])?;
    let browser = Browser::new(ours.address)?;
    // As many at first: to open them takes memory that is free afterwards.
    let _first = browser.tabs(count, path, "inc", no_values)?;
    let before = ours.rss()?;
    let _sessions = browser.tabs(count, path, "inc", no_values)?;
    let page = get(ours.address, path, &browser.cookie)?.1.len();
    Ok(vec![Row {
        work: format!("session of {path}, {count} of them, just opened: RSS each, KB"),
        reach: Reach::Nothing,
        seen: Seen::of([each(ours.rss()?, before, count)]),
        beside: format!("its HTML {} KB", figure(page as f64 / 1024.0)),
    }])
}

/// How much memory each takes, in KB.
fn each(after: u64, before: u64, count: usize) -> f64 {
    after.saturating_sub(before) as f64 / 1024.0 / count as f64
}

fn settled(
    bench: &Bench,
    ours: &Server,
    (path, how): (&str, &str),
    count: usize,
    reach: f64,
) -> Result<Vec<Row>> {
    let floor = Server::start(&["floor"])?;
    let browser = Browser::new(ours.address)?;
    let open = |count: usize| -> Result<_> {
        let mut tabs = browser.tabs(count, path, "inc", no_values)?;
        let mut bare = echoes(floor.address, count, 16, 24)?;
        for number in 0..count {
            tabs.ask(number)?;
            bare.ask(number)?;
        }
        tabs.quiet(bench.plan.settled / 2)?;
        bare.quiet(bench.plan.settled / 2)?;
        // An allocator gives memory back when it is called, and no server is as quiet as these have been.
        for _ in 0..REQUESTS {
            get(ours.address, "/counter", &browser.cookie)?;
            get(floor.address, "/?size=3000", "")?;
        }
        tabs.quiet(Duration::from_millis(100))?;
        Ok((tabs, bare))
    };
    // What the first cost is nobody's own. They stay, so that nobody gets the memory that they would leave.
    let _first = open(count.min(FIRST))?;
    let (before, floor_before) = (ours.rss()?, floor.rss()?);
    let _sessions = open(count)?;
    Ok(vec![Row {
        work: format!("idle session, {path}, {count} of them, {how}: RSS each, KB"),
        reach: Reach::AtMost(reach),
        seen: Seen::of([each(ours.rss()?, before, count)]),
        beside: format!("a bare echo {} KB", figure(each(floor.rss()?, floor_before, count))),
    }])
}
