//! Development: when a file of the program changes, it is built anew, and the new build takes this one's place.

mod build;
mod restart;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::thread;

use live_core::wire::NoticeLevel;
use smol::channel::{Receiver, Sender, unbounded};
use smol::future::pending;

use self::build::{Build, Program};
use self::restart::Before;
use self::watch::{Folder, Scan};
use crate::address::Address;
use crate::error::Error;
use crate::live::Live;
use crate::server::Server;
use crate::signals::Listening;

/// A program that cargo has started, and that can be built again.
pub(crate) struct Dev {
    build: Arc<Build>,
    folder: Folder,
    before: Option<Before>,
}

/// What the watching thread tells the one that runs the server.
enum News {
    /// The compiler's errors.
    Failed(String),
    /// There is a new build, of files in this state.
    Built(u64),
}

impl Dev {
    /// None where it wasn't cargo that started the program.
    pub(crate) fn of_cargo() -> Option<Self> {
        let program = Program::of_cargo()?;
        let folder = Folder::of(&program);
        Some(Self { build: Arc::new(Build::new(program)), folder, before: Before::find() })
    }

    /// [`Live::run_with`], until a signal comes or a new build takes over.
    pub(crate) fn run(
        self,
        live: Live,
        address: Address,
        started: impl FnOnce(&Server),
        signals: Listening,
    ) -> Result<(), Error> {
        let asked = address.to_string();
        let before = self.before.as_ref().filter(|before| before.asked == asked);
        let bound = match before.and_then(|before| before.address) {
            Some(before) => live.bind(before),
            None => live.bind(address),
        };
        let (server, place) = match (bound, &self.before) {
            (Ok(server), _) => {
                let place = (server.local_addr(), asked);
                started(&server);
                (Some(server), place)
            }
            // The program before this one could serve, so the last change is to be mended.
            (Err(error), Some(before)) => {
                say(format_args!("{error}; waiting for the next change"));
                (None, (before.address, before.asked.clone()))
            }
            (Err(error), None) => return Err(error),
        };
        let built = signals.wait_or(next_build(self.watch(), server.as_ref()));
        self.build.stop();
        drop(server);
        let Some(state) = built else { return Ok(()) };
        let (address, asked) = place;
        Err(Error::Start(self.build.program().restart(&Before { state, address, asked })))
    }

    /// Starts the watching thread, which ends with the process.
    fn watch(&self) -> Receiver<News> {
        let (sender, news) = unbounded();
        let (build, folder) = (self.build.clone(), self.folder.clone());
        let state = self.before.as_ref().map(|before| before.state);
        say(format_args!("watching {}", folder.root().display()));
        thread::spawn(move || watch(&build, &folder, state, &sender));
        news
    }
}

/// Builds after each change, up to the first success. `built` is the state of the files that this program was built of.
fn watch(build: &Build, folder: &Folder, built: Option<u64>, news: &Sender<News>) {
    let mut last = folder.scan();
    if built.is_none_or(|built| built == last.state()) {
        last = changed(folder, &last);
    }
    loop {
        match build.run() {
            Ok(()) if folder.scan() == last => {
                let _ = news.try_send(News::Built(last.state()));
                return;
            }
            // Written to meanwhile.
            Ok(()) => {}
            Err(errors) => {
                let _ = news.try_send(News::Failed(errors));
            }
        }
        last = changed(folder, &last);
    }
}

/// Waits for a change, and tells of it.
fn changed(folder: &Folder, last: &Scan) -> Scan {
    let scan = folder.wait(last);
    if let Some(path) = last.difference(&scan) {
        let path = path.strip_prefix(folder.root()).unwrap_or(path);
        say(format_args!("{} has changed", path.display()));
    }
    scan
}

/// The state of the files that the next build is of. Browsers are told of each that fails.
async fn next_build(news: Receiver<News>, server: Option<&Server>) -> u64 {
    loop {
        match (news.recv().await, server) {
            (Ok(News::Built(state)), _) => return state,
            (Ok(News::Failed(errors)), Some(server)) => server.engine().notify(NoticeLevel::Error, &errors),
            (Ok(News::Failed(_)), None) => {}
            (Err(_), _) => pending().await,
        }
    }
}

/// Tells whoever sits at the terminal.
fn say(what: fmt::Arguments<'_>) {
    eprintln!("live: {what}");
}
