//! The simulation: `cargo run --release -p simulation -- --help`.

mod browser;
mod invariants;
mod log;
mod page;
mod plan;
mod runs;
mod schedule;
mod server;
mod store;
mod tally;
mod world;

use std::process::ExitCode;

use lexopt::prelude::*;

const USAGE: &str = "\
Usage: simulation [--events N] [--from SEED] [--seed N] [--mutants]

  --events N   runs seeds until N events have been simulated; 3,000,000 by default
  --from SEED  begins with this seed; 0 by default
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
    let (mut events, mut from, mut seed, mut mutants) = (3_000_000, 0, None, false);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("events") => events = args.value()?.parse()?,
            Long("from") => from = args.value()?.parse()?,
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
        Some(seed) => runs::one(seed)?,
        None if mutants => runs::mutants()?,
        None => runs::many(from, events)?,
    }
    Ok(())
}
