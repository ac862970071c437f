//! Events over a durable store: beside bare transactions of as many records at once, and beside the least that commits a record for each
//! message of a socket.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use redb::Database;

use super::Bench;
use super::event::COUNTER;
use super::paired::{Pairs, Run};
use crate::load::{Browser, Result, committing_echoes};
use crate::process::Server;
use crate::records;
use crate::report::{Reach, Row, Seen, figure};

/// Bytes of a click up, and of its patch down.
const SIZES: (usize, usize) = (12, 17);

pub(super) fn rows(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    let ours = Server::start(&["gallery", "--store", text(&file("sessions.redb"))?])?;
    let floor = Server::start(&["floor", "--store", text(&file("floor.redb"))?])?;
    let bare = Database::create(file("bare.redb"))?;
    let (path, event, values) = COUNTER;
    let mut tabs = Browser::new(ours.address)?.tabs(count, path, event, values)?;
    let mut echoes = committing_echoes(floor.address, count, SIZES)?;
    let time = bench.plan.time;
    tabs.saturate(time / 4)?;
    echoes.saturate(time / 4)?;
    let (mut pairs, mut ratios, mut commits) = (Pairs::default(), Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds {
        let run = Run::of(&ours, || tabs.saturate(time))?;
        let least = Run::of(&floor, || echoes.saturate(time))?;
        commits.push(commits_per_second(&bare, count, time)?);
        ratios.push(run.per_second / (commits[commits.len() - 1] * count as f64));
        pairs.push(run, least);
    }
    let commits = Seen::of(commits).median;
    let bare = Row {
        work: format!("counter event with RedbStore, {count} sessions: events/s / bare group commit"),
        reach: Reach::AtLeast(0.5),
        seen: Seen::of(ratios),
        beside: format!(
            "bare redb on {}: {count} records in {} µs, {} records/s",
            filesystem(folder.path())?,
            figure(1e6 / commits),
            figure(commits * count as f64)
        ),
    };
    let behind_sockets = Row {
        work: format!(
            "counter event with RedbStore, {count} sessions: events/s / an echo that commits each message"
        ),
        reach: Reach::Nothing,
        seen: pairs.throughput_ratio(),
        beside: pairs.words(),
    };
    Ok(vec![bare, behind_sockets])
}

fn text(path: &Path) -> Result<&str> {
    Ok(path.to_str().ok_or("an odd temporary folder")?)
}

/// What kind of filesystem a folder is on, as the kernel calls it.
fn filesystem(folder: &Path) -> Result<String> {
    let (folder, mounts) = (folder.canonicalize()?, fs::read_to_string("/proc/self/mounts")?);
    let mounted = mounts.lines().filter_map(|mount| {
        let mut words = mount.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let nearest = mounted.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    Ok(nearest.ok_or("a folder that isn't mounted")?.1.to_owned())
}

fn commits_per_second(database: &Database, at_once: usize, time: Duration) -> Result<f64> {
    let (began, mut commits) = (Instant::now(), 0);
    while began.elapsed() < time {
        records::commit(database, (0..at_once as u64).map(records::id))?;
        commits += 1;
    }
    Ok(f64::from(commits) / began.elapsed().as_secs_f64())
}
