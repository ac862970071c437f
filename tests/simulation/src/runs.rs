//! Runs by seed: one, many, and many with each rule broken.

use std::time::Instant;

use live_core::{Broken, Rule};

use crate::invariants::{INVARIANTS, When};
use crate::log::Log;
use crate::tally::Tally;
use crate::world::{Checked, World};

/// From so many events on, everything that may happen has to have happened.
const MANY: u64 = 1_000_000;

/// How many seeds may pass before a broken rule is noticed.
const PATIENCE: u64 = 1000;

/// A run to its end.
struct Run {
    world: World,
    result: Checked,
}

impl Run {
    fn of(seed: u64, broken: Broken, log: Log) -> Self {
        let mut world = World::of_seed(seed, broken, log);
        let result = world.run().and_then(|()| world.check_rest());
        let result = result.map_err(|wrong| format!("{wrong}\n{:?}", world.plan));
        Self { world, result }
    }
}

/// One seed, told step by step.
pub(crate) fn one(seed: u64) -> Checked {
    let Run { world, result } = Run::of(seed, Broken::default(), Log::Terminal);
    println!("seed {seed}: {} events", world.events);
    result
}

/// Seeds, until so many events have happened.
pub(crate) fn many(from: u64, wanted: u64) -> Checked {
    let (start, mut events, mut seed, mut tally) = (Instant::now(), 0, from, Tally::default());
    while events < wanted {
        let Run { world, result } = Run::of(seed, Broken::default(), Log::Nowhere);
        result.map_err(|wrong| {
            format!("seed {seed}: {wrong}\nreplay: cargo run --release -p simulation -- --seed {seed}")
        })?;
        events += world.events;
        tally.join(&world.tally);
        seed += 1;
    }
    println!("Held, after each step (*) or at rest:");
    for invariant in &INVARIANTS {
        let star = if invariant.when == When::Always { '*' } else { ' ' };
        println!("  {star} {:<13} {}", invariant.name, invariant.says);
    }
    println!("Happened:");
    tally.lines().for_each(|line| println!("{line}"));
    let rate = events as f64 / start.elapsed().as_secs_f64();
    println!("seeds {from} to {}, {events} events, {rate:.0} a second: everything held", seed - 1);
    let missing = tally.missing();
    if events >= MANY && !missing.is_empty() {
        return Err(format!("these never happened, so nothing is known about them: {missing:?}"));
    }
    Ok(())
}

/// Each rule broken: some seed has to notice.
pub(crate) fn mutants() -> Checked {
    let mut alive = Vec::new();
    for rule in Rule::ALL {
        if !rule.is_in_core() {
            println!("{rule:?} is the browser's: node --test tests/browser/client-rules.test.mjs");
            continue;
        }
        let wrong = |seed| Run::of(seed, Broken::rule(rule), Log::Nowhere).result.err();
        match (0..PATIENCE).find_map(|seed| Some((seed, wrong(seed)?))) {
            Some((seed, wrong)) => {
                println!("{rule:?} broken: seed {seed}: {}", wrong.lines().next().unwrap_or_default())
            }
            None => alive.push(rule),
        }
    }
    if alive.is_empty() { Ok(()) } else { Err(format!("nobody noticed that these were broken: {alive:?}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Digest;

    /// A hash of all that happened in a run: each frame and record, byte by byte, and what the tabs show at its end.
    fn digest(seed: u64) -> Log {
        let Run { mut world, result } = Run::of(seed, Broken::default(), Log::Digest(Digest::default()));
        assert_eq!(result, Ok(()), "seed {seed}");
        for tab in &world.tabs {
            world.log.line(format_args!("{}", tab.client.page_html()));
        }
        world.log
    }

    #[test]
    fn one_seed_replays_a_run_exactly() {
        let first: Vec<Log> = (0..100).map(digest).collect();
        let again: Vec<Log> = (0..100).map(digest).collect();
        assert_eq!(first, again);
        assert_ne!(first[0], first[1]);
    }
}
