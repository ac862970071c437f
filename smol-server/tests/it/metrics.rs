//! `/metrics`: what it counts, and that nobody is asked to count.

use std::sync::Arc;
use std::time::Instant;

use live_smol::live_std::{Metrics, Snapshot};
use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab, http, options, server, start};

fn counting() -> (Server, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    (start(Options { metrics: Some(metrics.clone()), ..options() }), metrics)
}

/// Waits until the numbers are so.
fn until(metrics: &Metrics, done: impl Fn(&Snapshot) -> bool) {
    let began = Instant::now();
    while !done(&metrics.snapshot()) {
        assert!(began.elapsed() < PATIENCE, "{metrics:?}");
        std::thread::yield_now();
    }
}

#[test]
fn by_default_there_is_none() {
    assert_eq!(http::get(server().local_addr().unwrap(), "/metrics", "").status, 404);
}

#[test]
fn a_session_is_counted_from_its_page_to_its_events() {
    let (server, metrics) = counting();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    tab.act("fail");
    tab.act("panic");
    tab.act("refuse");
    let Snapshot { sessions, connections, connects, pages, events, failed, refused, errors, .. } =
        metrics.snapshot();
    assert_eq!((sessions, connections, connects, pages), (1, 1, 1, 1));
    assert_eq!((events, failed, refused, errors), (4, 2, 1, 2));
    until(&metrics, |now| now.frames >= 1 && now.patch_bytes >= 8 && now.event_time.as_nanos() > 0);
    drop(tab.ws);
    until(&metrics, |now| now.connections == 0 && now.sessions == 1);
}

#[test]
fn a_frame_counts_that_shows_nothing_new() {
    let (server, metrics) = counting();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    until(&metrics, |now| now.messages == 1);
    tab.act("inc");
    let Snapshot { frames, renders, .. } = metrics.snapshot();
    tab.act("fail");
    let after = metrics.snapshot();
    assert_eq!((after.frames, after.renders), (frames + 1, renders));
}

#[test]
fn a_connection_that_takes_over_counts_once() {
    let (server, metrics) = counting();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.reconnect();
    tab.act("inc");
    until(&metrics, |now| (now.connections, now.connects, now.sessions) == (1, 2, 1));
    drop(tab.ws);
    until(&metrics, |now| now.connections == 0);
}

#[test]
fn the_text_is_served_whatever_the_host() {
    let (server, _) = counting();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    let answer = http::raw(
        server.local_addr().unwrap(),
        "GET /metrics HTTP/1.1\r\nHost: scraper.internal\r\nConnection: close\r\n\r\n",
    );
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(Metrics::CONTENT_TYPE)));
    for line in ["live_sessions 1", "live_events_total 1", "live_connects_total{kind=\"new\"} 1"] {
        assert!(answer.text().lines().any(|known| known == line), "{line} in {}", answer.text());
    }
}
