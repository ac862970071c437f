//! Fan-out: one says something, and all in the room are told.

use std::time::Duration;

use super::Bench;
use super::bytes::say;
use crate::load::{Drive, Result, Tab, room as room_of};
use crate::report::{Reach, Row, Seen, figure};

/// How many messages are said in all rounds together, at least.
const MESSAGES: usize = 100;

/// The first message that somebody is shown after the page was loaded comes in a form of its own.
const FIRST: usize = 2;

/// How long it has to be quiet after everybody has come: who comes is talked of.
const QUIET: Duration = Duration::from_millis(500);

pub(super) fn rows(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let mut speaker = bench.browser.tabs(1, "/chat/bench", "send", say)?;
    let mut room = Room { listeners: bench.browser.tabs(count, "/chat/bench", "send", say)?, count };
    while room.updates_within(&mut speaker, QUIET)? > 0 {}
    for _ in 0..FIRST {
        room.message(&mut speaker, |tab| tab.updates)?;
    }
    let before = room.down();
    room.message(&mut speaker, |tab| tab.shared)?;
    let size = usize::try_from((room.down() - before) / count as u64)?;
    let mut floor = room_of(bench.floor.address, count, 64, size)?;
    let each = MESSAGES.div_ceil(bench.plan.rounds);
    let deliveries = (each * count) as f64 / 10_000.0;
    let (mut ratios, mut ours, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds {
        let before = (bench.ours.cpu()?, bench.floor.cpu()?);
        for _ in 0..each {
            room.message(&mut speaker, |tab| tab.shared)?;
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

/// Those who listen.
struct Room {
    listeners: Drive<Tab>,
    count: usize,
}

impl Room {
    /// Something is said, and everybody has heard it.
    fn message(&mut self, speaker: &mut Drive<Tab>, heard: fn(&Tab) -> u64) -> Result<()> {
        speaker.ask(0)?;
        self.listeners.hear(heard, self.count as u64)?;
        speaker.hear(|tab| tab.updates, 1)
    }

    /// How many updates come within this time.
    fn updates_within(&mut self, speaker: &mut Drive<Tab>, time: Duration) -> Result<u64> {
        let before = self.updates();
        self.listeners.quiet(time)?;
        speaker.quiet(Duration::ZERO)?;
        Ok(self.updates() - before)
    }

    fn updates(&mut self) -> u64 {
        self.listeners.peers().map(|tab| tab.updates).sum()
    }

    fn down(&mut self) -> u64 {
        self.listeners.peers().map(|tab| tab.down).sum()
    }
}
