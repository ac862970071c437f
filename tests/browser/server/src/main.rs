//! Serves the pages that only the browser tests show, until it is killed; the first line of its output is its URL. `--dev` turns
//! development mode on, `--brief FILE` keeps sessions in that file, and their records and tokens for seconds alone, `--prefix PATH` is the path that they are under.

mod board;
mod dialog;
mod mistakes;
mod report;

use std::sync::Arc;
use std::time::Duration;

use live_smol::live_std::{RedbError, RedbStore};
use live_smol::{Live, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut options = Options::default();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--dev" => options.dev = true,
            "--brief" => options = brief(options, &args.next().ok_or("--brief needs a file")?)?,
            "--prefix" => options.path_prefix = args.next().ok_or("--prefix needs a path")?,
            other => {
                let known = "there are --dev, --brief FILE and --prefix PATH";
                return Err(format!("unknown argument {other}: {known}").into());
            }
        }
    }
    let server = Live::new(options)
        .page("/board", board::Board)
        .page("/dialog", dialog::Dialog)
        .page("/mistakes", mistakes::Mistakes)
        .page("/report", report::Report)
        .bind("127.0.0.1:0")?;
    println!("http://{}", server.local_addr().ok_or("it listens on TCP")?);
    loop {
        std::thread::park();
    }
}

/// What takes half an hour, or a day, takes seconds.
fn brief(options: Options, file: &str) -> Result<Options, RedbError> {
    Ok(Options {
        session_store: Arc::new(RedbStore::open(file)?),
        session_timeout: Duration::from_secs(2),
        grace: Duration::from_secs(1),
        token_lifetime: Duration::from_secs(3),
        rest_after: Duration::from_millis(500),
        hibernate_after: Duration::from_secs(1),
        ..options
    })
}
