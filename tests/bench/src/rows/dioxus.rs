//! A peer: the counter of the published crate dioxus-liveview, beside ours and the floor of ours, in turns.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::Bench;
use super::event::{COUNTER, both, no_values, sums};
use super::paired::Run;
use crate::load::{Browser, Dioxus, Drive, Peer, Result, counters};
use crate::process::Server;
use crate::report::{Missing, Reach, Row, Seen, figure};

const SESSIONS: usize = 64;
const IDLE: usize = 500;

/// How long idle sessions do nothing before their memory is looked at.
const SETTLED: Duration = Duration::from_secs(2);

const BUILD: &str =
    "cargo build --release --manifest-path tests/bench/peer/Cargo.toml --target-dir tests/bench/peer/target";

pub(super) fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let program = program()?;
    let mut rows = events(bench, &Server::of(&mut Command::new(&program))?)?;
    rows.push(idle(&Server::of(&mut Command::new(&program))?)?);
    Ok(rows)
}

/// The peer's program, which isn't part of the workspace.
fn program() -> Result<PathBuf> {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/peer/target/release/peer-dioxus");
    let program = env::var_os("PEER").map_or_else(|| built.into(), PathBuf::from);
    if program.is_file() {
        Ok(program)
    } else {
        Err(Missing(format!("there is no {}; build it: `{BUILD}`", program.display())).into())
    }
}

/// The crate's name and version.
fn version() -> String {
    let (_, rest) =
        include_str!("../../peer/Cargo.lock").split_once("\"dioxus-liveview\"").unwrap_or_default();
    format!("dioxus-liveview {}", rest.split('"').nth(1).unwrap_or_default())
}

fn events(bench: &Bench, server: &Server) -> Result<Vec<Row>> {
    let time = bench.plan.time;
    let (mut tabs, mut floor) = both(bench, &bench.browser, SESSIONS, COUNTER)?;
    let mut peers = counters(server.address, SESSIONS)?;
    tabs.saturate(time / 4)?;
    floor.saturate(time / 4)?;
    peers.saturate(time / 4)?;
    let before = (peer_sums(&mut peers), sums(&mut tabs));
    let mut runs = Vec::new();
    for _ in 0..bench.plan.rounds {
        let bare = Run::of(&bench.floor, || floor.saturate(time))?;
        let ours = Run::of(&bench.ours, || tabs.saturate(time))?;
        runs.push([Run::of(server, || peers.saturate(time))?, ours, bare]);
    }
    let (theirs, ours) = (each(before.0, peer_sums(&mut peers)), each(before.1, sums(&mut tabs)));
    let ratio = |of: usize| Seen::of(runs.iter().map(|run| run[of].cpu / run[2].cpu));
    let words = |of: usize| Run::words(runs.iter().map(|run| &run[of]));
    Ok(vec![
        row(
            format!("counter event, {SESSIONS} sessions, saturated: CPU / floor"),
            ratio(0),
            format!(
                "ours {}; theirs {}; ours {}; floor {}",
                figure(ratio(1).median),
                words(0),
                words(1),
                words(2)
            ),
        ),
        row("payload bytes down".to_owned(), Seen::of([theirs.1]), format!("ours {}", figure(ours.1))),
        row("payload bytes up".to_owned(), Seen::of([theirs.0]), format!("ours {}", figure(ours.0))),
    ])
}

fn row(work: String, seen: Seen, beside: String) -> Row {
    Row { work: format!("{}: {work}", version()), reach: Reach::Nothing, seen, beside }
}

/// Payload bytes up and down, and events, of all together.
fn peer_sums(peers: &mut Drive<Dioxus>) -> (u64, u64, u64) {
    peers
        .peers()
        .fold((0, 0, 0), |(up, down, events), peer| (up + peer.up, down + peer.down, events + peer.updates))
}

/// Bytes up and down for an event, of two such sums.
fn each(before: (u64, u64, u64), after: (u64, u64, u64)) -> (f64, f64) {
    let events = (after.2 - before.2).max(1) as f64;
    ((after.0 - before.0) as f64 / events, (after.1 - before.1) as f64 / events)
}

/// The memory of idle sessions, and of ours that have been idle for as short a time.
fn idle(server: &Server) -> Result<Row> {
    let theirs = memory(server, |count| counters(server.address, count))?;
    let ours = Server::start(&["gallery"])?;
    let browser = Browser::new(ours.address)?;
    let ours = memory(&ours, |count| browser.tabs(count, "/counter", "inc", no_values))?;
    Ok(row(
        format!("idle session, {IDLE} of them: RSS each, KB"),
        Seen::of([theirs]),
        format!("ours {} KB; neither is settled", figure(ours)),
    ))
}

/// What each session takes that has done something, in KB.
fn memory<P: Peer>(server: &Server, open: impl Fn(usize) -> Result<Drive<P>>) -> Result<f64> {
    // What the first connections cost is nobody's own.
    drop(open(16)?);
    let before = server.rss()?;
    let mut sessions = open(IDLE)?;
    for number in 0..IDLE {
        sessions.ask(number)?;
    }
    sessions.quiet(SETTLED)?;
    Ok(server.rss()?.saturating_sub(before) as f64 / 1024.0 / IDLE as f64)
}
