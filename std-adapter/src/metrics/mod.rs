//! What a server does, as numbers.

mod hot;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use live_core::{Call, Counters};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use hot::{Count, Histogram, Hot, Size};

/// Numbers about sessions, events, renders, patches and errors of one server, see [`Options::metrics`](crate::Options::metrics).
///
/// [`to_text`](Self::to_text) gives them for Prometheus:
///
/// | name | what it is |
/// |---|---|
/// | `live_sessions` | sessions in memory |
/// | `live_connections` | connections that serve a session |
/// | `live_html_bytes` | the region HTML that sessions hold in memory, as it was looked at within the last seconds |
/// | `live_connects_total{kind}` | connections so far: to a `new` session, or to one that goes on (`resumed`) |
/// | `live_hibernated_total`, `live_woken_total` | times that a session's state left memory for the store, and came back |
/// | `live_refused_total{reason}` | requests and connections that were refused: for their `host` or `origin`, for a `handshake` that a server of today doesn't speak, for a process that may open no more files (`descriptors`), and to come back later for too many of one `address`, too many `sessions`, or too many joins at once (`admission`) |
/// | `live_outdated_total` | connections of scripts of an older version, whose pages were told to load again |
/// | `live_held_back_total` | times that a connection wasn't read for a while, since its session or its browser had sent as many events as [`Options::event_rate`](crate::Options::event_rate) and [`Options::browser_event_rate`](crate::Options::browser_event_rate) allow |
/// | `live_rate_closes_total` | connections that were closed since they were held back for too long |
/// | `live_pages_total` | pages rendered for a first HTTP response |
/// | `live_forms_total` | forms posted without JavaScript |
/// | `live_events_total` | events handled, failed and refused ones included |
/// | `live_failed_events_total` | events that ended in an error, also one that the user was told of |
/// | `live_refused_events_total` | events that the page refused, see [`Event::refuse`](live_core::Event::refuse) |
/// | `live_messages_total` | messages that `info` got |
/// | `live_event_seconds` | from a frame with an event to the changed state; a histogram |
/// | `live_render_seconds` | from a changed state to the frame with its patches; a histogram |
/// | `live_patch_bytes` | the size of such a frame; a histogram |
/// | `live_errors_total{call}` | errors of page code, by the call that they came from |
/// | `live_panics_total` | panics of page code |
/// | `live_slow_calls_total` | calls of page code that took longer than [`Options::slow_call_after`](crate::Options::slow_call_after) |
/// | `live_stuck_calls` | those of them that still run |
pub struct Metrics {
    registry: Registry,
    sessions: Gauge,
    connections: Gauge,
    html: Gauge,
    connects: Family<Kind, Counter>,
    refused: Family<Reason, Counter>,
    outdated: Counter,
    held_back: Counter,
    rate_closes: Counter,
    pages: Counter,
    forms: Counter,
    errors: Family<From, Counter>,
    all_errors: Counter,
    slow_calls: Counter,
    stuck_calls: Gauge,
    hot: Arc<Hot>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct From {
    call: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// The numbers at one moment. All but the first three and `stuck_calls` only grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// Sessions in memory.
    pub sessions: u64,
    /// Connections that serve a session.
    pub connections: u64,
    /// Bytes of region HTML that sessions hold, as it was looked at within the last seconds.
    pub html_bytes: u64,
    /// Connections so far, to new sessions and to those that go on.
    pub connects: u64,
    /// Times that a session's state left memory for the store.
    pub hibernated: u64,
    /// Times that one came back.
    pub woken: u64,
    /// Times that a connection wasn't read for a while, since too many events had come.
    pub held_back: u64,
    /// Connections that were closed for that.
    pub rate_closes: u64,
    /// Pages rendered for a first HTTP response.
    pub pages: u64,
    /// Events handled, failed ones included.
    pub events: u64,
    /// Events that ended in an error.
    pub failed: u64,
    /// Events that the page refused.
    pub refused: u64,
    /// Messages that `info` got.
    pub messages: u64,
    /// Errors of page code.
    pub errors: u64,
    /// Calls of page code that took longer than [`Options::slow_call_after`](crate::Options::slow_call_after).
    pub slow_calls: u64,
    /// Those of them that still run.
    pub stuck_calls: u64,
    /// Renders of changed regions.
    pub renders: u64,
    /// Frames with patches.
    pub frames: u64,
    /// Bytes of those frames.
    pub patch_bytes: u64,
    /// Time spent on events.
    pub event_time: Duration,
    /// Time spent on renders and patches.
    pub render_time: Duration,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// The media type of [`to_text`](Self::to_text).
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Numbers that all are 0.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("live"),
            sessions: Gauge::default(),
            connections: Gauge::default(),
            html: Gauge::default(),
            connects: Family::default(),
            refused: Family::default(),
            outdated: Counter::default(),
            held_back: Counter::default(),
            rate_closes: Counter::default(),
            pages: Counter::default(),
            forms: Counter::default(),
            errors: Family::default(),
            all_errors: Counter::default(),
            slow_calls: Counter::default(),
            stuck_calls: Gauge::default(),
            hot: Arc::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let Self { registry, .. } = self;
        registry.register("sessions", "Sessions in memory", self.sessions.clone());
        registry.register("connections", "Connections that serve a session", self.connections.clone());
        let html = self.html.clone();
        registry.register_with_unit("html", "The region HTML that sessions hold", Unit::Bytes, html);
        registry.register("connects", "Connections so far", self.connects.clone());
        registry.register("refused", "Requests and connections that were refused", self.refused.clone());
        registry.register("outdated", "Connections of scripts of an older version", self.outdated.clone());
        let (held_back, rate_closes) = (self.held_back.clone(), self.rate_closes.clone());
        registry.register("held_back", "Times that a connection had sent too many events", held_back);
        registry.register("rate_closes", "Connections closed for too many events", rate_closes);
        registry.register("pages", "Pages rendered for a first HTTP response", self.pages.clone());
        registry.register("forms", "Forms posted without JavaScript", self.forms.clone());
        registry.register("errors", "Errors of page code", self.errors.clone());
        registry.register("slow_calls", "Calls of page code that took too long", self.slow_calls.clone());
        registry.register("stuck_calls", "Those of them that still run", self.stuck_calls.clone());
        for (name, help, count) in [
            ("hibernated", "Times that a state left memory for the store", Count::Hibernated),
            ("woken", "Times that a state came back", Count::Woken),
            ("events", "Events handled", Count::Events),
            ("failed_events", "Events that ended in an error", Count::Failed),
            ("refused_events", "Events that the page refused", Count::Refused),
            ("messages", "Messages that info got", Count::Messages),
            ("panics", "Panics of page code", Count::Panics),
        ] {
            registry.register(name, help, hot::Counter(self.hot.clone(), count));
        }
        for (name, help, unit, size) in [
            ("event", "From a frame to the changed state", Unit::Seconds, Size::Event),
            ("render", "From a changed state to its frame", Unit::Seconds, Size::Render),
            ("patch", "The size of a frame with patches", Unit::Bytes, Size::Patch),
        ] {
            registry.register_with_unit(name, help, unit, Histogram(self.hot.clone(), size));
        }
    }

    /// All of them in the OpenMetrics text format, which Prometheus reads.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a String takes every write");
        text
    }

    /// The numbers as they are now: for a page that shows them.
    pub fn snapshot(&self) -> Snapshot {
        let hot = &self.hot;
        let connects = |kind| self.connects.get_or_create(&Kind { kind }).get();
        Snapshot {
            sessions: self.sessions.get().try_into().unwrap_or(0),
            connections: self.connections.get().try_into().unwrap_or(0),
            html_bytes: self.html.get().try_into().unwrap_or(0),
            connects: connects("new") + connects("resumed"),
            hibernated: hot.count(Count::Hibernated),
            woken: hot.count(Count::Woken),
            held_back: self.held_back.get(),
            rate_closes: self.rate_closes.get(),
            pages: self.pages.get(),
            events: hot.count(Count::Events),
            failed: hot.count(Count::Failed),
            refused: hot.count(Count::Refused),
            messages: hot.count(Count::Messages),
            errors: self.all_errors.get(),
            slow_calls: self.slow_calls.get(),
            stuck_calls: self.stuck_calls.get().try_into().unwrap_or(0),
            renders: hot.count(Count::Renders),
            frames: hot.taken(Size::Patch),
            patch_bytes: hot.sum(Size::Patch),
            event_time: Duration::from_nanos(hot.sum(Size::Event)),
            render_time: Duration::from_nanos(hot.sum(Size::Render)),
        }
    }

    pub(crate) fn session_started(&self) {
        self.sessions.inc();
    }

    pub(crate) fn session_ended(&self) {
        self.sessions.dec();
    }

    pub(crate) fn connected(&self, resumed: bool) {
        self.connections.inc();
        self.connects.get_or_create(&Kind { kind: if resumed { "resumed" } else { "new" } }).inc();
    }

    pub(crate) fn html(&self, bytes: usize) {
        self.html.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn outdated(&self) {
        self.outdated.inc();
    }

    pub(crate) fn held_back(&self) {
        self.held_back.inc();
    }

    pub(crate) fn closed_for_rate(&self) {
        self.rate_closes.inc();
    }

    pub(crate) fn disconnected(&self) {
        self.connections.dec();
    }

    pub(crate) fn page(&self) {
        self.pages.inc();
    }

    pub(crate) fn form(&self) {
        self.forms.inc();
    }

    pub(crate) fn error(&self, call: &Call) {
        self.all_errors.inc();
        self.errors.get_or_create(&From { call: name(call) }).inc();
    }

    pub(crate) fn slow_call(&self) {
        self.slow_calls.inc();
    }

    /// So many more calls are stuck than before, or fewer.
    pub(crate) fn stuck_calls(&self, more: i64) {
        self.stuck_calls.inc_by(more);
    }

    /// A panic of page code that the machine's guard didn't see.
    pub(crate) fn panicked(&self) {
        self.hot.part().add(Count::Panics, 1);
    }

    /// One step of a machine, which took its counters from `before` to `after`.
    pub(crate) fn step(&self, before: &Counters, after: &Counters, took: Duration) {
        let (nanos, part) = (u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), self.hot.part());
        if after.events > before.events {
            part.add(Count::Events, after.events - before.events);
            part.add(Count::Failed, after.failed - before.failed);
            part.add(Count::Refused, after.refused - before.refused);
            part.take(Size::Event, nanos);
        }
        if after.renders > before.renders {
            part.add(Count::Renders, after.renders - before.renders);
            part.take(Size::Render, nanos);
        }
        if after.frames > before.frames {
            // A step puts out one frame at most.
            part.take(Size::Patch, after.bytes - before.bytes);
        }
        part.add(Count::Messages, after.messages - before.messages);
        part.add(Count::Panics, after.panics - before.panics);
        part.add(Count::Hibernated, after.hibernated - before.hibernated);
        part.add(Count::Woken, after.woken - before.woken);
    }
}

fn name(call: &Call) -> &'static str {
    match call {
        Call::Auth => "auth",
        Call::Mount => "mount",
        Call::Handle(_) => "handle",
        Call::Info => "info",
        Call::Missed(_) => "missed",
        Call::Connection => "connection",
        Call::Render => "render",
        Call::Commit => "commit",
        Call::Value => "value",
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_what_it_has_changed() {
        let metrics = Metrics::new();
        let before = Counters { events: 4, bytes: 10, frames: 1, ..Counters::default() };
        let event = Counters { events: 7, failed: 1, refused: 2, ..before };
        metrics.step(&before, &event, Duration::from_micros(3));
        let render = Counters { renders: 1, frames: 2, bytes: 40, ..event };
        metrics.step(&event, &render, Duration::from_micros(5));
        metrics.step(&render, &render, Duration::from_secs(9));
        metrics.error(&Call::Handle("x".into()));
        let Snapshot {
            events,
            failed,
            refused,
            renders,
            frames,
            patch_bytes,
            event_time,
            render_time,
            errors,
            ..
        } = metrics.snapshot();
        assert_eq!((events, failed, refused), (3, 1, 2));
        assert_eq!((renders, frames, patch_bytes, errors), (1, 1, 30, 1));
        assert_eq!((event_time.as_micros(), render_time.as_micros()), (3, 5));
    }

    #[test]
    fn the_text_names_every_number() {
        let metrics = Metrics::new();
        metrics.session_started();
        metrics.connected(true);
        metrics.error(&Call::Render);
        metrics.step(&Counters::default(), &Counters { events: 1, ..Counters::default() }, Duration::ZERO);
        let text = metrics.to_text();
        for line in [
            "live_sessions 1",
            "live_connections 1",
            "live_connects_total{kind=\"resumed\"} 1",
            "live_outdated_total 0",
            "live_held_back_total 0",
            "live_rate_closes_total 0",
            "live_pages_total 0",
            "live_forms_total 0",
            "live_events_total 1",
            "live_failed_events_total 0",
            "live_refused_events_total 0",
            "live_messages_total 0",
            "live_event_seconds_count 1",
            "live_render_seconds_count 0",
            "live_patch_bytes_count 0",
            "live_errors_total{call=\"render\"} 1",
            "live_panics_total 0",
            "live_slow_calls_total 0",
            "live_stuck_calls 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in {text}");
        }
    }
}
