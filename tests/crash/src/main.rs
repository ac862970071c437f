//! Kills the gallery by SIGKILL at random moments while many sessions click, and starts it again over the same store. In the end each session's
//! count has to be the number of its clicks: none lost, none applied twice. `tests/run --crash` runs it.

mod gallery;
mod report;
mod tab;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gallery::Gallery;
use lexopt::prelude::*;
use report::Report;
use tab::Tab;
use wire_tests::random::Random;

const USAGE: &str = "\
Usage: crash --gallery PATH [--kills N] [--sessions N] [--seed N]

  --gallery PATH  the gallery's binary
  --kills N       how often it is killed; 100 by default
  --sessions N    how many sessions click meanwhile; 100 by default
  --seed N        for the moments; 1 by default
";

/// The shortest and the longest life of a gallery, in milliseconds after it listens.
const LIFE: (u64, usize) = (200, 1500);

struct Settings {
    gallery: String,
    kills: usize,
    sessions: usize,
    seed: u64,
}

fn main() -> ExitCode {
    match settings().and_then(|settings| settings.map_or(Ok(true), |settings| run(&settings))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Option<Settings>, Box<dyn std::error::Error>> {
    let (mut gallery, mut kills, mut sessions, mut seed) = (None, 100, 100, 1);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("gallery") => gallery = Some(args.value()?.string()?),
            Long("kills") => kills = args.value()?.parse()?,
            Long("sessions") => sessions = args.value()?.parse()?,
            Long("seed") => seed = args.value()?.parse()?,
            Long("help") | Short('h') => {
                print!("{USAGE}");
                return Ok(None);
            }
            _ => return Err(arg.unexpected().into()),
        }
    }
    let gallery = gallery.ok_or("--gallery is missing")?;
    Ok(Some(Settings { gallery, kills, sessions, seed }))
}

/// Whether nothing was lost.
fn run(settings: &Settings) -> Result<bool, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut gallery = Gallery::start(&settings.gallery, &folder.path().join("store.redb"))?;
    let (address, quiet) = (gallery.address(), Arc::new(AtomicBool::new(false)));
    println!("{} sessions on {address}, to be killed {} times", settings.sessions, settings.kills);
    let tabs: Vec<_> = (0..settings.sessions)
        .map(|number| {
            let (quiet, seed) = (quiet.clone(), settings.seed.wrapping_mul(1000) + number as u64);
            thread::spawn(move || Tab::open(address, seed).map(|tab| tab.run(&quiet)))
        })
        .collect();
    let (mut random, mut restarts) = (Random::new(settings.seed), Vec::new());
    for kill in 1..=settings.kills {
        thread::sleep(Duration::from_millis(LIFE.0 + random.below(LIFE.1) as u64));
        let began = Instant::now();
        gallery.kill_and_restart()?;
        restarts.push(began.elapsed());
        if kill.is_multiple_of(10) {
            println!("killed {kill} times");
        }
    }
    quiet.store(true, Ordering::SeqCst);
    let mut report = Report::new(restarts);
    for tab in tabs {
        report.add(tab.join().map_err(|_| "a session panicked")?.map_err(|error| error.to_string())?);
    }
    gallery.stop()?;
    println!("{report}");
    Ok(report.is_good())
}
