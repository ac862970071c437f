//! Counts instructions under valgrind's callgrind, which doesn't depend on what else the machine does, and holds them against those of
//! before: `cargo run --release -p instructions [--update] [PATH …]`. See README.md.
#![forbid(unsafe_code)]

mod count;
mod figures;
mod paths;
mod session;

use std::process::ExitCode;

use lexopt::prelude::*;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// What is asked for.
#[derive(Default)]
struct Options {
    update: bool,
    names: Vec<String>,
    /// Under callgrind: the path to run.
    run: Option<String>,
}

fn main() -> ExitCode {
    match options().and_then(|options| perform(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("update") => options.update = true,
            Long("run") => options.run = Some(parser.value()?.string()?),
            Value(name) => options.names.push(name.string()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(options)
}

/// Whether no path takes more than it may.
fn perform(options: &Options) -> Result<bool> {
    if let Some(name) = &options.run {
        paths::by_name(name)?();
        return Ok(true);
    }
    let mut figures = figures::read()?;
    let mut good = true;
    let wanted = |name: &&str| options.names.is_empty() || options.names.iter().any(|one| one == name);
    for (name, seen) in count::all(paths::names().filter(wanted))? {
        let verdict = figures::verdict(figures.get(name).copied(), seen);
        println!("{name:<16} {seen:>10}  {verdict}");
        good &= verdict.is_good();
        figures.insert(name.to_owned(), seen);
    }
    if options.update {
        figures::write(&figures)?;
        return Ok(true);
    }
    if !good {
        eprintln!(
            "Where that is meant, or the compiler is another: cargo run --release -p instructions -- --update"
        );
    }
    Ok(good)
}
