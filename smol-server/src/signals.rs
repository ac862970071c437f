//! SIGINT, SIGHUP and SIGTERM.

use std::io;

use async_signal::{Signal, Signals};
use smol::future::{block_on, or, pending};
use smol::stream::StreamExt;

/// Signals that are being listened for.
pub(crate) struct Listening(Signals);

/// Begins to listen. From now on the first signal no longer ends the process by itself.
pub(crate) fn listen() -> io::Result<Listening> {
    let hangup = (!is_hangup_ignored()).then_some(Signal::Hup);
    Signals::new([Signal::Int, Signal::Term].into_iter().chain(hangup)).map(Listening)
}

/// Whether whoever started this process wants it to outlive its terminal: proc(5), `SigIgn`.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (HANGUP - 1) != 0)
}

/// The number of SIGHUP: signal(7).
const HANGUP: u32 = 1;

impl Listening {
    /// Waits for the first, and says whether it is SIGTERM: what a service manager sends. The second ends the process.
    pub(crate) fn wait(self) -> bool {
        matches!(self.first(pending::<()>()), Err(Some(Signal::Term)))
    }

    /// Waits for the first, or for `other`, and gives what that gives. The next signal ends the process.
    pub(crate) fn wait_or<T>(self, other: impl Future<Output = T>) -> Option<T> {
        self.first(other).ok()
    }

    fn first<T>(mut self, other: impl Future<Output = T>) -> Result<T, Option<Signal>> {
        let signal = async { Err(self.0.next().await.and_then(Result::ok)) };
        let done = block_on(or(signal, async { Ok(other.await) }));
        std::thread::spawn(move || {
            block_on(self.0.next());
            std::process::exit(130);
        });
        done
    }
}
