//! Every limit of HTTP, by name.

use std::time::Duration;

/// What an HTTP connection may take, of time and of memory. A deadline is for the next sign of progress, not for all of a body: who sends or reads slowly
/// but steadily is never cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HttpLimits {
    /// The most bytes of a request's line and headers; answered with status 431, or 414 if it is the line. Those of the trailers of a body in chunks, too.
    /// Default: 16 KB.
    pub max_head: usize,
    /// The most headers of a request; answered with status 431. Default: 128.
    pub max_headers: usize,
    /// How long a request's line and headers may take in all, from their first byte on; answered with status 408. Default: 5 s.
    pub head_timeout: Duration,
    /// How long a request's body may bring nothing while the handler waits for it. Whoever reads it gets an error then, which as an answer becomes status
    /// 408. Default: 30 s.
    pub body_timeout: Duration,
    /// How long the other end may take nothing of a response. The connection is closed then. Default: 30 s.
    pub write_timeout: Duration,
    /// How long a connection may stay open without a request. A balancer in front has to give up first, or it sends requests into connections that are
    /// being closed: nginx and most cloud balancers do so after 60 s, Google Cloud's after 600 s. Default: 90 s.
    pub keep_alive: Duration,
}

/// After how long without a request a connection leaves all but its socket behind.
pub(super) const REST_AFTER: Duration = Duration::from_secs(1);

/// How many bytes the system takes of what a connection sends before they are on their way. With as many as it likes, which may be millions, a slow reader
/// couldn't be told from one that reads nothing.
pub(crate) const UNSENT: u32 = 128 * 1024;

/// How many connections may wait to be accepted.
pub(crate) const BACKLOG: i32 = 4096;

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_head: 16 * 1024,
            max_headers: 128,
            head_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(90),
        }
    }
}
