//! Fairness: what a session that floods, and one whose handler computes, do to the others.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use super::Bench;
use super::event::{COUNTER, no_values};
use crate::load::{Drive, Result, Tab};
use crate::report::{Reach, Row, Seen, figure};
use crate::serve::BURNS;

/// The others: so many, that ask so many times a second.
const SESSIONS: usize = 64;
const PER_SECOND: f64 = 2000.0;

/// How often a handler that has handed its work over is asked.
const HANDED: f64 = 4.0;

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let (path, event, values) = COUNTER;
    let mut others = bench.browser.tabs(SESSIONS, path, event, values)?;
    let time = bench.plan.time.max(5 * BURNS);
    // Each is opened in the thread that makes the trouble.
    let troubled = |path, event| bench.browser.tabs(1, path, event, no_values);
    Ok(vec![
        row(bench, &mut others, "one that floods", |until| troubled(path, event)?.flood(until))?,
        row(bench, &mut others, "a handler that computes for 200 ms, over and over", |until| {
            let mut burn = troubled("/burn", "burn")?;
            until_told(until, || burn.saturate(time / 4).map(drop))
        })?,
        row(bench, &mut others, "the same handed to the blocking pool", |until| {
            let mut unblock = troubled("/burn", "unblock")?;
            until_told(until, || unblock.pace(HANDED, time / 4).map(drop))
        })?,
    ])
}

fn row(
    bench: &Bench,
    others: &mut Drive<Tab>,
    beside: &str,
    trouble: impl Fn(&AtomicBool) -> Result<()> + Sync,
) -> Result<Row> {
    let time = bench.plan.time.max(5 * BURNS);
    let (mut more, mut alone, mut with) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds.min(3) {
        let quiet = others.pace(PER_SECOND, time)?.percentile(0.99);
        let over = AtomicBool::new(false);
        let loud = thread::scope(|scope| {
            let troubling = scope.spawn(|| trouble(&over).map_err(|error| error.to_string()));
            let loud = others.pace(PER_SECOND, time).map(|mut timing| timing.percentile(0.99));
            over.store(true, Relaxed);
            troubling.join().map_err(|_| "the load panicked")??;
            loud
        })?;
        more.push((f64::from(loud) - f64::from(quiet)) / 1000.0);
        alone.push(f64::from(quiet) / 1000.0);
        with.push(f64::from(loud) / 1000.0);
    }
    Ok(Row {
        work: format!("p99 of {SESSIONS} other sessions beside {beside}: ms more than alone"),
        reach: Reach::AtMost(BURNS.as_secs_f64() * 1000.0),
        seen: Seen::of(more),
        beside: format!(
            "alone {} ms, beside it {} ms",
            figure(Seen::of(alone).median),
            figure(Seen::of(with).median)
        ),
    })
}

fn until_told(until: &AtomicBool, mut work: impl FnMut() -> Result<()>) -> Result<()> {
    while !until.load(Relaxed) {
        work()?;
    }
    Ok(())
}
