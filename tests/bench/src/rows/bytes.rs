//! Payload bytes: what travels for one change.

use std::time::Duration;

use super::Bench;
use super::event::{any_row, no_values};
use crate::load::{Drive, Result, Tab};
use crate::report::{Reach, Row, Seen};

const TEXT: &str = "The quick brown fox jumps over the lazy dog.";

/// How many events the steady state is an average of.
const EVENTS: u64 = 200;

/// A text of always the same length that isn't the one before.
pub(super) fn say(number: u64) -> Vec<(&'static str, String)> {
    let (head, tail) = TEXT.split_at((number * 7 % TEXT.len() as u64) as usize);
    vec![("text", format!("{tail}{head}").replace(' ', "_"))]
}

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let browser = &bench.browser;
    let mut counter = browser.tabs(1, "/counter", "inc", no_values)?;
    let mut plain = browser.tabs(1, "/table?plain", "bump", any_row)?;
    let mut table = browser.tabs(1, "/table", "bump", any_row)?;
    let mut chat = browser.tabs(1, "/chat/bench", "send", say)?;
    let (_, first) = sizes(&mut plain, 1)?;
    // Beyond the first few frames numbers have their usual lengths, and rows their bytes.
    for drive in [&mut counter, &mut plain, &mut table, &mut chat] {
        sizes(drive, 1000)?;
    }
    let (up, down) = sizes(&mut counter, EVENTS)?;
    let (_, cell) = sizes(&mut plain, EVENTS)?;
    let (_, row) = sizes(&mut table, EVENTS)?;
    let (_, message) = sizes(&mut chat, EVENTS)?;
    let line = |work: &str, reach: usize, seen: f64| Row {
        work: format!("payload bytes {work}"),
        reach: Reach::AtMost(reach as f64),
        seen: Seen::of([seen]),
        beside: String::new(),
    };
    Ok(vec![
        line("down: counter", 24, down),
        line("down: a cell of 1000 rows, one region", 32, cell),
        line("down: a cell of 1000 rows, a region a row", 32, row),
        line("down: an appended chat message", TEXT.len() + 60, message),
        line("up: counter", 16, up),
        line("down: first change after load in /table?plain", 400, first),
    ])
}

/// Bytes up and down for each of so many events, one after the other.
fn sizes(drive: &mut Drive<Tab>, events: u64) -> Result<(f64, f64)> {
    let sum =
        |drive: &mut Drive<Tab>| drive.peers().fold((0, 0), |sum, tab| (sum.0 + tab.up, sum.1 + tab.down));
    let before = sum(drive);
    for _ in 0..events {
        drive.ask(0)?;
        drive.until(|timing| timing.answers > 0)?;
    }
    drive.quiet(Duration::from_millis(20))?;
    let after = sum(drive);
    Ok(((after.0 - before.0) as f64 / events as f64, (after.1 - before.1) as f64 / events as f64))
}
