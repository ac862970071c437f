//! The simulation: `cargo run --release -p simulation -- --help`.

mod browser;
mod check;
mod drain;
mod page;
mod schedule;
mod server;
mod store;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use lexopt::prelude::*;
use live_core::{Broken, Rule};
use world::World;

const USAGE: &str = "\
Usage: simulation [--events N] [--seed N] [--mutants]

  --events N   runs seeds until N events have been simulated; 3,000,000 by default
  --seed N     runs one seed and says what happened
  --mutants    breaks each rule of delivery, and expects that 1,000 seeds notice
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (mut events, mut seed, mut mutants) = (3_000_000, None, false);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("events") => events = args.value()?.parse()?,
            Long("seed") => seed = Some(args.value()?.parse()?),
            Long("mutants") => mutants = true,
            Long("help") | Short('h') => {
                print!("{USAGE}");
                return Ok(());
            }
            _ => return Err(arg.unexpected().into()),
        }
    }
    match seed {
        Some(seed) => one(seed)?,
        None if mutants => kill_all()?,
        None => many(events)?,
    }
    Ok(())
}

/// One run. Its events, or what went wrong.
fn simulate(seed: u64, broken: Broken, traced: bool) -> (u64, Result<(), String>) {
    let mut world = World::new(seed, broken);
    world.traced = traced;
    let result = world.run().and_then(|()| check::at_rest(&world));
    (world.events, result.map_err(|wrong| format!("{wrong}\n{:?}", world.plan)))
}

fn one(seed: u64) -> Result<(), String> {
    let (events, result) = simulate(seed, Broken::default(), true);
    println!("seed {seed}: {events} events");
    result
}

fn many(wanted: u64) -> Result<(), String> {
    let (start, mut events, mut seed) = (Instant::now(), 0, 0);
    while events < wanted {
        let (more, result) = simulate(seed, Broken::default(), false);
        result.map_err(|wrong| {
            format!("seed {seed}: {wrong}\nreplay: cargo run --release -p simulation -- --seed {seed}")
        })?;
        events += more;
        seed += 1;
    }
    let rate = events as f64 / start.elapsed().as_secs_f64();
    println!("{seed} seeds, {events} events, {rate:.0} a second: everything held");
    Ok(())
}

/// How many seeds may pass before a broken rule is noticed.
const PATIENCE: u64 = 1000;

fn kill_all() -> Result<(), String> {
    let mut alive = Vec::new();
    for rule in Rule::ALL {
        let killed =
            (0..PATIENCE).find_map(|seed| Some((seed, simulate(seed, Broken::rule(rule), false).1.err()?)));
        match killed {
            Some((seed, wrong)) => {
                println!("{rule:?} broken: seed {seed}: {}", wrong.lines().next().unwrap_or_default())
            }
            None => alive.push(rule),
        }
    }
    if alive.is_empty() { Ok(()) } else { Err(format!("nobody noticed that these were broken: {alive:?}")) }
}
