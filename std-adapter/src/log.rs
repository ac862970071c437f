//! Logs that stop nothing: where a line can't be written, that is all that happens.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The most bytes of lines that wait to be written; what comes then is left out, and how much that was is said later.
pub const MAX_WAITING_LOG: usize = 1 << 20;

/// How long [`flush`](Write::flush) waits for what isn't written.
const FLUSH_WITHIN: Duration = Duration::from_secs(1);

/// A line of the log, by a macro of `tracing` (`log!(warn, …)`). A subscriber may panic, as the one of `tracing-subscriber` does if neither its output nor
/// standard error takes a line: that ends nothing here.
#[doc(hidden)]
#[macro_export]
macro_rules! log {
    ($level:ident, $($line:tt)*) => {
        drop($crate::CatchUnwind.catch(|| ::tracing::$level!($($line)*)))
    };
}

/// Where a subscriber writes to, so that no line of the log ever holds up the server, however slow or full its output is: a thread of its own writes them.
/// Each `write` is a line. It never fails.
///
/// ```
/// use live_std::LogWriter;
///
/// let log = LogWriter::stderr()?;
/// // As `tracing_subscriber::fmt().with_writer(move || log.clone()).init()` does for each line:
/// std::io::Write::write_all(&mut log.clone(), b"a line\n")?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct LogWriter(Arc<Handle>);

/// The thread ends with the last handle.
struct Handle(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// How many lines were left out since that was said.
    lost: u64,
    is_writing: bool,
    is_over: bool,
}

impl LogWriter {
    /// Writes to standard error.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn stderr() -> io::Result<Self> {
        Self::to(io::stderr())
    }

    /// Writes to `out`.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let works = shared.clone();
        thread::Builder::new().name("live-log".to_owned()).spawn(move || works.run(out))?;
        Ok(Self(Arc::new(Handle(shared))))
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shared = &self.0.0;
        let mut waiting = shared.lock();
        if waiting.bytes + line.len() > MAX_WAITING_LOG {
            waiting.lost += 1;
        } else {
            waiting.bytes += line.len();
            waiting.lines.push_back(line.to_vec());
            shared.changed.notify_all();
        }
        Ok(line.len())
    }

    /// Waits until all is written, but not for long.
    fn flush(&mut self) -> io::Result<()> {
        let shared = &self.0.0;
        let isnt_done = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        drop(shared.changed.wait_timeout_while(shared.lock(), FLUSH_WITHIN, isnt_done));
        Ok(())
    }
}

impl Shared {
    fn run(&self, mut out: impl Write) {
        while let Some((lines, lost)) = self.next() {
            if lost > 0 {
                let said = format!("{lost} lines of the log were left out: its output didn't take them\n");
                self.lock().lost += if out.write_all(said.as_bytes()).is_err() { lost } else { 0 };
            }
            for line in lines {
                // Whoever reads the log learns how many are missing when it can be written again.
                let written = out.write_all(&line).and_then(|()| out.flush());
                self.lock().lost += u64::from(written.is_err());
            }
            self.lock().is_writing = false;
            self.changed.notify_all();
        }
    }

    /// The lines that wait, once there are some, and how many were lost before them. None at the end.
    fn next(&self) -> Option<(VecDeque<Vec<u8>>, u64)> {
        let idle = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_over;
        let waited = self.changed.wait_while(self.lock(), idle);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        if waiting.lines.is_empty() {
            return None;
        }
        waiting.is_writing = true;
        waiting.bytes = 0;
        let lost = std::mem::take(&mut waiting.lost);
        Some((std::mem::take(&mut waiting.lines), lost))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_all();
    }
}

/// Panics become lines of the log, from now on, in the place of text on standard error, which holds up whoever panics for as long as nobody reads it.
pub fn log_panics() {
    panic::set_hook(Box::new(|panicked: &PanicHookInfo<'_>| {
        let thread = thread::current();
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        let message = panicked.payload_as_str().unwrap_or("a value that is no text").escape_debug();
        let _ = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            tracing::error!(thread = thread.name().unwrap_or_default(), place, "panicked: {message}");
        }));
    }));
}

impl std::fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogWriter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::StorageFull;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// An output that takes a line when it is let, and then gives it to whoever looks.
    struct Slow {
        may: Receiver<io::Result<()>>,
        took: Sender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.may.recv().map_err(io::Error::other)??;
            let _ = self.took.send(String::from_utf8_lossy(line).into_owned());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (LogWriter, Sender<io::Result<()>>, Receiver<String>) {
        let ((let_on, may), (took, taken)) = (channel(), channel());
        (LogWriter::to(Slow { may, took }).unwrap(), let_on, taken)
    }

    #[test]
    fn an_output_that_takes_nothing_holds_up_nobody_and_what_is_left_out_is_counted() {
        let (mut log, let_on, taken) = slow();
        log.write_all(b"first\n").unwrap();
        while !log.0.0.lock().is_writing {
            thread::yield_now();
        }
        let line = vec![b'x'; MAX_WAITING_LOG / 2];
        for _ in 0..5 {
            log.write_all(&line).unwrap();
        }
        assert_eq!(log.0.0.lock().lost, 3, "two fit, to the last byte");
        for _ in 0..4 {
            let_on.send(Ok(())).unwrap();
        }
        assert_eq!(taken.recv().unwrap(), "first\n");
        assert!(taken.recv().unwrap().starts_with("3 lines"));
        assert_eq!(taken.recv().unwrap().len(), line.len());
    }

    #[test]
    fn an_output_that_fails_is_tried_again_with_the_next_line() {
        let (mut log, let_on, taken) = slow();
        let_on.send(Err(StorageFull.into())).unwrap();
        log.write_all(b"lost\n").unwrap();
        log.flush().unwrap();
        for _ in 0..2 {
            let_on.send(Ok(())).unwrap();
        }
        log.write_all(b"written\n").unwrap();
        log.flush().unwrap();
        assert!(taken.recv().unwrap().starts_with("1 lines"));
        assert_eq!(taken.recv().unwrap(), "written\n");
    }

    #[test]
    fn all_is_written_before_the_last_handle_is_gone_for_good() {
        let (mut log, let_on, taken) = slow();
        log.clone().write_all(b"a\n").unwrap();
        log.write_all(b"b\n").unwrap();
        drop(log);
        for _ in 0..2 {
            let_on.send(Ok(())).unwrap();
        }
        assert_eq!([taken.recv().unwrap(), taken.recv().unwrap()], ["a\n", "b\n"]);
        assert!(taken.recv().is_err(), "the thread has ended");
    }
}
