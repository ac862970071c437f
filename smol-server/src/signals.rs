//! SIGINT and SIGTERM.

use std::io;

use async_signal::{Signal, Signals};
use smol::future::{block_on, or, pending};
use smol::stream::StreamExt;

/// Signals that are being listened for.
pub(crate) struct Listening(Signals);

/// Begins to listen. From now on the first signal no longer ends the process by itself.
pub(crate) fn listen() -> io::Result<Listening> {
    Signals::new([Signal::Int, Signal::Term]).map(Listening)
}

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
