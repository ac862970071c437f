//! The gallery as a program: `cargo run --release` at the workspace's root starts it.

mod settings;

use std::error::Error;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use live_smol::live_std::{Keys, RedbStore};
use live_smol::prelude::*;
use live_smol::{LogWriter, log_panics};
use mimalloc::MiMalloc;
use settings::{Settings, USAGE};

/// Gives back what sessions that have come to rest let go of, which glibc's allocator hardly does.
#[global_allocator]
static HEAP: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match Settings::read() {
        Ok(None) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(Some(settings)) => finish(run(settings), "", 1),
        Err(error) => finish(Err(error), USAGE, 2),
    }
}

fn finish(result: Result<(), Box<dyn Error>>, advice: &str, code: u8) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a reader there is nobody to tell.
            let _ = write!(stderr(), "gallery: {error}\n{advice}");
            ExitCode::from(code)
        }
    }
}

/// Serves until the process is told to end.
fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let mut log = LogWriter::stderr()?;
    let writes = log.clone();
    tracing_subscriber::fmt().with_writer(move || writes.clone()).with_ansi(stderr().is_terminal()).init();
    log_panics();
    let mut options = Options { dev: settings.dev, public_url: settings.public_url, ..Options::default() };
    if let Some(path) = settings.store {
        options.keys = Keys::from_file(with_suffix(&path, ".key"))?;
        options.session_store = Arc::new(RedbStore::open_behind(path)?);
    }
    let started = |server: &Server| {
        let _ = writeln!(stdout(), "The gallery is at {}", server.url());
    };
    let result = gallery::live(options).run_with(settings.address, started);
    log.flush()?;
    Ok(result?)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
