//! Fan-out: one says something, and all in the room are told.

use std::time::Duration;

use super::Bench;
use super::bytes::say;
use crate::load::{Drive, Result, Tab, room};
use crate::report::{Reach, Row, Seen, figure};

/// How many messages are said in all rounds together, at least.
const MESSAGES: usize = 100;

/// The first message that somebody is shown after the page was loaded comes in a form of its own.
const FIRST: usize = 2;

/// How long it has to be quiet after everybody has come: who comes is talked of.
const QUIET: Duration = Duration::from_millis(500);

/// How often both rooms take turns. Each is opened anew, so that no more sockets are open than a process may have.
const TURNS: usize = 4;

pub(super) fn rows(bench: &Bench, count: usize) -> Result<Vec<Row>> {
    let each = MESSAGES.div_ceil(TURNS);
    let deliveries = (each * count) as f64 / 10_000.0;
    let (mut ratios, mut ours, mut bare, mut size) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..TURNS {
        // Servers of their own: sessions of the turn before would stay in the room until their time of grace is over.
        let turn = Bench::start(bench.plan)?;
        let (cpu, bytes) =
            in_our_room(&turn, count, each).map_err(|error| format!("in our room: {error}"))?;
        size = bytes;
        ours.push(cpu.as_secs_f64() / deliveries);
        let cpu =
            in_a_bare_room(&turn, count, each, size).map_err(|error| format!("in the bare room: {error}"))?;
        bare.push(cpu.as_secs_f64() / deliveries);
        ratios.push(ours[ours.len() - 1] / bare[bare.len() - 1]);
    }
    Ok(vec![Row {
        work: format!("chat, {count} in the room: CPU per 10 k deliveries / bare broadcast"),
        reach: Reach::AtMost(1.25),
        seen: Seen::of(ratios),
        beside: format!(
            "ours {} s, bare {} s; {size} bytes each; {} messages",
            figure(Seen::of(ours).median),
            figure(Seen::of(bare).median),
            each * TURNS,
        ),
    }])
}

/// What the server takes for so many messages, and the bytes of each.
fn in_our_room(bench: &Bench, count: usize, messages: usize) -> Result<(Duration, usize)> {
    let mut speaker = bench.browser.tabs(1, "/chat/bench", "send", say)?;
    let mut room = Room { listeners: bench.browser.tabs(count, "/chat/bench", "send", say)?, count };
    while room.updates_within(&mut speaker, QUIET)? > 0 {}
    for _ in 0..FIRST {
        room.message(&mut speaker, |tab| tab.updates)?;
    }
    let (down, cpu) = (room.down(), bench.ours.cpu()?);
    for _ in 0..messages {
        room.message(&mut speaker, |tab| tab.shared)?;
    }
    let cpu = bench.ours.cpu()? - cpu;
    Ok((cpu, usize::try_from((room.down() - down) / (count * messages) as u64)?))
}

fn in_a_bare_room(bench: &Bench, count: usize, messages: usize, size: usize) -> Result<Duration> {
    let mut room = room(bench.floor.address, count, 64, size)?;
    // Whoever came last may not be among the told yet, although his handshake is done.
    let mut told = 0;
    while told < count as u64 {
        let before: u64 = room.peers().map(|echo| echo.heard).sum();
        room.ask(0)?;
        room.quiet(QUIET)?;
        told = room.peers().map(|echo| echo.heard).sum::<u64>() - before;
    }
    let cpu = bench.floor.cpu()?;
    for _ in 0..messages {
        room.ask(0)?;
        room.hear(|echo| echo.heard, count as u64)?;
    }
    Ok(bench.floor.cpu()? - cpu)
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
