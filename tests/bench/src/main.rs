//! What an event, a session and a page cost: each figure beside the least that it could be, a server that does nothing else, under the same load,
//! in turns, in one run. `--help` says how to run it.

mod load;
mod process;
mod records;
mod report;
mod rows;
mod serve;

use std::process::ExitCode;
use std::time::Duration;

use lexopt::prelude::*;
use mimalloc::MiMalloc;

use crate::load::Result;
use crate::report::{Line, Missing, Row};
use crate::rows::{Bench, Plan, ROWS};
use crate::serve::Kind;

/// The gallery's allocator, for the floor as well.
#[global_allocator]
static HEAP: MiMalloc = MiMalloc;

const USAGE: &str = "\
bench [--rounds N] [--seconds S] [--json] [ROW…]

Measures this machine's figures of the table in the README, and prints each beside what it is to be. Without rows: all of them, in about
a quarter of an hour. Nothing else should run meanwhile. A row for which something has to be installed or built says what.

  --rounds N    how often each is measured (default 7)
  --seconds S   how long each server is under load in a round (default 2)
  --json        one JSON document instead of a table
  --list        names the rows
";

/// How long a session does nothing before its memory is looked at.
const SETTLED: Duration = Duration::from_secs(66);

struct Settings {
    plan: Plan,
    json: bool,
    rows: Vec<String>,
}

enum Task {
    Help,
    List,
    Serve(Kind),
    Measure(Settings),
}

fn main() -> ExitCode {
    let done = match task() {
        Ok(Task::Help) => {
            print!("{USAGE}");
            Ok(())
        }
        Ok(Task::List) => {
            ROWS.iter().for_each(|(name, _)| println!("{name}"));
            Ok(())
        }
        Ok(Task::Serve(kind)) => serve::run(kind),
        Ok(Task::Measure(settings)) => measure(&settings),
        Err(error) => {
            eprint!("bench: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn task() -> Result<Task, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let plan = Plan { rounds: 7, time: Duration::from_secs(2), settled: SETTLED };
    let mut settings = Settings { plan, json: false, rows: Vec::new() };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Task::Help),
            Long("list") => return Ok(Task::List),
            Long("json") => settings.json = true,
            Long("rounds") => settings.plan.rounds = parser.value()?.parse::<usize>()?.max(1),
            Long("seconds") => {
                let seconds = parser
                    .value()?
                    .parse_with(|text| Duration::try_from_secs_f64(text.parse().unwrap_or(-1.0)))?;
                settings.plan.time = seconds;
            }
            Value(word) if word == "serve" && settings.rows.is_empty() => {
                return server(parser).map(Task::Serve);
            }
            Value(row) => settings.rows.push(named(row.string()?)?),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Task::Measure(settings))
}

fn named(row: String) -> Result<String, lexopt::Error> {
    if ROWS.iter().any(|(name, _)| *name == row) {
        Ok(row)
    } else {
        Err(format!("there is no row `{row}`; --list names them").into())
    }
}

/// What this program starts itself with.
fn server(mut parser: lexopt::Parser) -> Result<Kind, lexopt::Error> {
    let (mut kind, mut store, mut hibernates) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => kind = Some(word.string()?),
            Long("store") => store = Some(parser.value()?.into()),
            Long("hibernates") => hibernates = true,
            _ => return Err(argument.unexpected()),
        }
    }
    match kind.as_deref() {
        Some("floor") => Ok(Kind::Floor { store }),
        Some("gallery") => Ok(Kind::Gallery { store, hibernates }),
        _ => Err("which server?".into()),
    }
}

fn measure(settings: &Settings) -> Result<()> {
    let chosen: Vec<_> = ROWS
        .iter()
        .filter(|(name, _)| settings.rows.is_empty() || settings.rows.iter().any(|row| row == name))
        .collect();
    let Plan { rounds, time, .. } = settings.plan;
    if !settings.json {
        println!(
            "{rounds} rounds of {} s, the median first; {} processors; built with {}.\nRaised beyond the defaults: {}.\n",
            time.as_secs_f64(),
            std::thread::available_parallelism()?,
            if cfg!(debug_assertions) { "debug assertions: not what counts" } else { "--release" },
            serve::RAISED,
        );
        println!("| work | reach | seen | |\n|---|---|---|---|");
    }
    let mut all = Vec::new();
    for (name, work) in chosen {
        eprintln!("{name} …");
        // Servers of its own, so that no row finds what another one left.
        let lines = lines(name, work(&Bench::start(settings.plan)?))?;
        for line in &lines {
            if !settings.json {
                println!("{}", line.text());
            }
        }
        all.extend(lines);
    }
    if settings.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    }
    Ok(())
}

/// What the table says of a row.
fn lines(name: &str, rows: Result<Vec<Row>>) -> Result<Vec<Line>> {
    let error = match rows {
        Ok(rows) => return Ok(rows.into_iter().map(Line::Row).collect()),
        Err(error) => error,
    };
    match error.downcast::<Missing>() {
        Ok(missing) => Ok(vec![Line::Missing { work: name.to_owned(), missing: missing.to_string() }]),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}
