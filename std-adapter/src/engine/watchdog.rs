//! Notices page code that runs for too long, while it runs: a handler that blocks its thread or loops keeps it from all others.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::calls::{Call, Calls};
use super::registry::Registry;
use crate::guard::Shown;
use crate::metrics::Metrics;
use crate::options::Options;

/// How often it looks, as a part of the time that a call may take.
const LOOKS_A_CALL: u32 = 4;

/// It doesn't look more often than this.
const LEAST_PAUSE: Duration = Duration::from_millis(5);

/// Of an engine, with which its thread ends.
#[derive(Debug)]
pub(super) struct Watchdog {
    _goes_on: Option<Sender<()>>,
}

struct Looks {
    calls: Arc<Calls>,
    sessions: Arc<Registry>,
    metrics: Option<Arc<Metrics>>,
    /// How long a call may take.
    after: Duration,
    /// The calls that were under way at the last look, by their threads.
    seen: HashMap<u64, Seen>,
    /// How many of them took too long.
    stuck: i64,
}

#[derive(Clone, Copy)]
struct Seen {
    count: u64,
    since: Instant,
    /// It took too long, and that was said.
    is_stuck: bool,
}

impl Watchdog {
    /// Starts the thread, unless calls may take for ever.
    pub(super) fn start(options: &Options, calls: Arc<Calls>, sessions: Arc<Registry>) -> Self {
        let after = options.slow_call_after;
        if after == Duration::MAX {
            return Self { _goes_on: None };
        }
        let (goes_on, ends) = channel();
        let metrics = options.metrics.clone();
        let looks = Looks { calls, sessions, metrics, after, seen: HashMap::new(), stuck: 0 };
        let started = thread::Builder::new().name("live-watchdog".to_owned()).spawn(move || looks.run(&ends));
        if let Err(error) = started {
            crate::log!(warn, %error, "nobody looks for page code that runs for too long");
        }
        Self { _goes_on: Some(goes_on) }
    }
}

impl Looks {
    fn run(mut self, ends: &Receiver<()>) {
        let pause = (self.after / LOOKS_A_CALL).max(LEAST_PAUSE);
        while ends.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.look();
        }
        self.seen.clear();
        self.count();
    }

    fn look(&mut self) {
        let now = Instant::now();
        let mut seen = HashMap::new();
        for thread in self.calls.threads().iter().filter_map(Weak::upgrade) {
            let Some(call) = thread.call() else { continue };
            let known = self.seen.get(&thread.number).filter(|known| known.count == call.count);
            let mut this = known.copied().unwrap_or(Seen { count: call.count, since: now, is_stuck: false });
            if !this.is_stuck && now - this.since >= self.after {
                this.is_stuck = true;
                self.tell(&call);
            }
            seen.insert(thread.number, this);
        }
        self.seen = seen;
        self.count();
    }

    fn tell(&self, call: &Call) {
        let request = call.request.clone().or_else(|| Some(self.sessions.get(call.session)?.request.clone()));
        let path = request.as_ref().map_or("", |request| &request.path);
        crate::log!(warn,
            session = ?call.session,
            path = %Shown(path),
            "page code has been running for {:?}; it keeps a thread from all others",
            self.after
        );
        if let Some(metrics) = &self.metrics {
            metrics.slow_call();
        }
    }

    fn count(&mut self) {
        let stuck = self.seen.values().map(|seen| i64::from(seen.is_stuck)).sum();
        let more = stuck - std::mem::replace(&mut self.stuck, stuck);
        if let Some(metrics) = &self.metrics {
            metrics.stuck_calls(more);
        }
    }
}
