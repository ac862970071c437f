//! Browsers whose script is of an older server, as they come for a while after an update.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use live_core::Instant;

use super::Engine;
use crate::metrics::Metrics;

/// They are logged no more often than this.
const PAUSE: Duration = Duration::from_secs(60);

/// Those that came since the last line of the log.
#[derive(Default)]
pub(super) struct Outdated(Mutex<Unlogged>);

#[derive(Default)]
struct Unlogged {
    count: u64,
    logged: Option<Instant>,
}

impl Outdated {
    /// Takes note of one; gives how many there were since the last line, if another is due.
    fn note(&self, now: Instant) -> Option<u64> {
        let mut unlogged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unlogged.count += 1;
        if unlogged.logged.is_some_and(|at| now - at < PAUSE) {
            return None;
        }
        unlogged.logged = Some(now);
        Some(std::mem::take(&mut unlogged.count))
    }
}

impl Engine {
    /// A browser has connected whose script speaks the previous protocol only.
    pub(super) fn met_outdated(&self) {
        self.count(Metrics::outdated);
        if let Some(browsers) = self.outdated.note(self.now()) {
            crate::log!(info, browsers, "scripts of an older version are told to load their pages again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use live_core::wire::{Reason, SUBPROTOCOL, SUBPROTOCOL_V1};

    use super::*;
    use crate::engine::{Connection, EngineBuilder, Outgoing, Protocol, Refused, Runtime, Upgrade, Visitor};
    use crate::options::Options;
    use crate::store::BoxFuture;

    /// Runs nothing: what is tested here waits for nothing.
    struct Still;

    impl Runtime for Still {
        fn spawn(&self, _: BoxFuture<'static, ()>) {}

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn upgrade(engine: &Engine, offered: &str) -> Result<Upgrade, Refused> {
        let headers = [
            ("host", "localhost"),
            ("origin", "http://localhost"),
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ("sec-websocket-protocol", offered),
        ];
        let header = |(name, value): (&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let headers: HeaderMap = headers.into_iter().map(header).collect();
        engine.upgrade(&Method::GET, &headers, Visitor::default())
    }

    #[test]
    fn a_script_that_offers_the_previous_version_alone_is_outdated() {
        let metrics = Arc::new(Metrics::new());
        let options = Options { metrics: Some(metrics.clone()), ..Options::default() };
        let engine = EngineBuilder::default().start(options, Arc::new(Still)).unwrap();
        for (offered, protocol) in [
            (SUBPROTOCOL_V1.to_owned(), Ok(Protocol::Outdated)),
            (format!("chat, {SUBPROTOCOL_V1}"), Ok(Protocol::Outdated)),
            (format!("{SUBPROTOCOL_V1}, {SUBPROTOCOL}"), Ok(Protocol::Msgpack)),
            (SUBPROTOCOL.to_owned(), Ok(Protocol::Msgpack)),
            ("mizu-live-v0".to_owned(), Err(Refused::Protocol)),
        ] {
            assert_eq!(upgrade(&engine, &offered).map(|upgrade| upgrade.protocol), protocol, "{offered}");
        }
        let mut connection = Connection::new(engine.clone(), upgrade(&engine, SUBPROTOCOL_V1).unwrap());
        assert!(!connection.wants_input(), "nothing that it says is read");
        let cx = &mut Context::from_waker(Waker::noop());
        assert_eq!(connection.poll(cx), Poll::Ready(Outgoing::Close(Reason::Token)));
        assert!(connection.poll(cx).is_pending());
        assert!(metrics.to_text().lines().any(|line| line == "live_outdated_total 1"));
    }

    #[test]
    fn they_are_logged_once_a_minute_and_none_is_forgotten() {
        let outdated = Outdated::default();
        let note = |seconds: u64| outdated.note(Instant::from_micros(seconds * 1_000_000));
        assert_eq!([note(0), note(1), note(59), note(60), note(61)], [Some(1), None, None, Some(3), None]);
        assert_eq!(note(300), Some(2));
    }
}
