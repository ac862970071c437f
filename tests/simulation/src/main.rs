//! The simulation: `cargo run --release -p simulation -- --help`.

mod browser;
mod exhaustive;
mod invariants;
mod log;
mod page;
mod plan;
mod runs;
mod schedule;
mod server;
mod store;
mod streams;
mod tally;
mod world;

use std::process::ExitCode;

use lexopt::prelude::*;

const USAGE: &str = "\
Usage: simulation [--events N] [--from SEED] [--seed N] [--exhaustive] [--depth N] [--schedule S] [--mutants]

  --events N    runs seeds until N events have been simulated; 3,000,000 by default
  --from SEED   begins with this seed; 0 by default
  --seed N      runs one seed and says what happened
  --exhaustive  runs every schedule of small scenarios, with a crash at every step of each
  --depth N     of so many steps; 6 by default
  --schedule S  runs one schedule and says what happened
  --mutants     breaks each rule of delivery, and expects that 1,000 seeds notice; with --exhaustive, that a schedule does
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
    let (mut events, mut from, mut seed, mut mutants) = (3_000_000, 0, None, false);
    let (mut exhaustive, mut depth, mut schedule) = (false, exhaustive::DEPTH, None);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("events") => events = args.value()?.parse()?,
            Long("from") => from = args.value()?.parse()?,
            Long("seed") => seed = Some(args.value()?.parse()?),
            Long("exhaustive") => exhaustive = true,
            Long("depth") => depth = args.value()?.parse()?,
            Long("schedule") => schedule = Some(args.value()?.string()?),
            Long("mutants") => mutants = true,
            Long("help") | Short('h') => {
                print!("{USAGE}");
                return Ok(());
            }
            _ => return Err(arg.unexpected().into()),
        }
    }
    match (seed, schedule) {
        (Some(seed), _) => runs::one(seed)?,
        (_, Some(schedule)) => exhaustive::one(&schedule)?,
        _ if exhaustive && mutants => exhaustive::mutants(depth)?,
        _ if exhaustive => exhaustive::all(depth)?,
        _ if mutants => runs::mutants()?,
        _ => runs::many(from, events)?,
    }
    Ok(())
}
