//! Kills the gallery by SIGKILL at random moments while many sessions click, and starts it again over the same store. In the end each session's
//! count has to be the number of its clicks: none lost, none applied twice. `tests/run --crash` runs it.
//!
//! With `--server` it is only the sessions, and requests beside them, for a server that somebody else restarts: `tests/deploy` does.

mod gallery;
mod report;
mod requests;
mod tab;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gallery::Gallery;
use lexopt::prelude::*;
use report::Report;
use requests::Requests;
use tab::{Tab, Tally};
use wire_tests::random::Random;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const USAGE: &str = "\
Usage: crash --gallery PATH [--kills N] [--sessions N] [--seed N]
       crash --server HOST:PORT [--requests N] [--sessions N] [--seed N]

  --gallery PATH  the gallery's binary
  --kills N       how often it is killed; 100 by default
  --sessions N    how many sessions click meanwhile; 100 by default
  --seed N        for the moments; 1 by default
  --server ADDR   where a gallery is that others start and stop: sessions click until the standard input ends
  --requests N    how many requests a second are sent beside them; 100 by default
";

/// The shortest and the longest life of a gallery, in milliseconds after it listens.
const LIFE: (u64, usize) = (200, 1500);

struct Settings {
    what: What,
    sessions: usize,
    seed: u64,
}

enum What {
    /// Starts this binary, and kills it so often.
    Kill(String, usize),
    /// Goes to this server, with so many requests a second beside the sessions.
    Visit(SocketAddr, u32),
}

fn main() -> ExitCode {
    match settings().and_then(|settings| settings.map_or(Ok(true), |settings| settings.run())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Option<Settings>> {
    let (mut gallery, mut server, mut kills, mut requests, mut sessions, mut seed) =
        (None, None, 100, 100, 100, 1);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("gallery") => gallery = Some(args.value()?.string()?),
            Long("server") => server = Some(args.value()?.parse()?),
            Long("requests") => requests = args.value()?.parse()?,
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
    let what = match (gallery, server) {
        (Some(gallery), None) => What::Kill(gallery, kills),
        (None, Some(server)) => What::Visit(server, requests),
        _ => return Err("one of --gallery and --server has to be there".into()),
    };
    Ok(Some(Settings { what, sessions, seed }))
}

impl Settings {
    /// Whether nothing was lost.
    fn run(&self) -> Result<bool> {
        match &self.what {
            What::Kill(gallery, kills) => self.kill(gallery, *kills),
            What::Visit(server, requests) => self.visit(*server, *requests),
        }
    }

    fn kill(&self, gallery: &str, kills: usize) -> Result<bool> {
        let folder = tempfile::tempdir()?;
        let mut gallery = Gallery::start(gallery, &folder.path().join("store.redb"))?;
        println!("{} sessions on {}, to be killed {kills} times", self.sessions, gallery.address());
        let tabs = Tabs::open(self, gallery.address());
        let (mut random, mut restarts) = (Random::new(self.seed), Vec::new());
        for kill in 1..=kills {
            thread::sleep(Duration::from_millis(LIFE.0 + random.below(LIFE.1) as u64));
            let began = Instant::now();
            gallery.kill_and_restart()?;
            restarts.push(began.elapsed());
            if kill.is_multiple_of(10) {
                println!("killed {kill} times");
            }
        }
        let report = tabs.end(Report::new(restarts))?;
        gallery.stop()?;
        println!("{report}");
        Ok(report.is_good())
    }

    fn visit(&self, server: SocketAddr, requests: u32) -> Result<bool> {
        let tabs = Tabs::open(self, server);
        let beside = Requests::start(server, requests);
        println!("{} sessions and {requests} requests a second on {server}", self.sessions);
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
        let requests = beside.end();
        let report = tabs.end(Report::default())?;
        println!("{requests}\n{report}");
        Ok(requests.is_good() && report.has_all())
    }
}

/// Sessions that click, each on a thread of its own.
struct Tabs {
    quiet: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Result<Tally, tab::Failed>>>,
}

impl Tabs {
    fn open(settings: &Settings, server: SocketAddr) -> Self {
        let quiet = Arc::new(AtomicBool::new(false));
        let open = |number: usize| {
            let (quiet, seed) = (quiet.clone(), settings.seed.wrapping_mul(1000) + number as u64);
            thread::spawn(move || Tab::open(server, seed).map(|tab| tab.run(&quiet)))
        };
        Self { threads: (0..settings.sessions).map(open).collect(), quiet }
    }

    /// Waits until each has all that it did, and counts.
    fn end(self, mut report: Report) -> Result<Report> {
        self.quiet.store(true, Ordering::SeqCst);
        for tab in self.threads {
            report.add(tab.join().map_err(|_| "a session panicked")?.map_err(|error| error.to_string())?);
        }
        Ok(report)
    }
}
