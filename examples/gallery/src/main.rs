//! The gallery: every example page in one server. `cargo run --release` at the workspace's root starts it.

mod chat;
mod counter;
mod files;
mod index;
mod layout;
mod rooms;
mod settings;
mod stock;
mod table;
#[cfg(test)]
mod tests;
mod todos;

use std::error::Error;
use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::sync::Arc;

use live_smol::prelude::*;
use settings::{Settings, USAGE};

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
            eprint!("gallery: {error}\n{advice}");
            ExitCode::from(code)
        }
    }
}

/// Serves until the process is told to end.
fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(stderr).with_ansi(stderr().is_terminal()).init();
    let options = Options {
        dev: settings.dev,
        public_url: settings.public_url,
        layout: Arc::new(layout::layout),
        ..Options::default()
    };
    let live = Live::new(options)
        .page("/", index::IndexPage)
        .page("/counter", counter::CounterPage)
        .page("/chat/{room}", chat::ChatPage::default())
        .page("/table", table::TablePage::new())
        .page("/todos", todos::TodosPage);
    let started = |server: &Server| println!("The gallery is at http://{}", server.local_addr());
    Ok(files::serve(live).run_with(settings.address, started)?)
}
