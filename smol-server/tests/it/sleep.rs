//! Sessions that leave the server's memory while nothing happens to them, and come back unnoticed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use live_smol::live_core::client::{Action, Heard};
use live_smol::live_core::{Record, SessionId};
use live_smol::live_std::store::{StoreError, StoreFuture};
use live_smol::live_std::{MemoryStore, Metrics, SessionStore, Snapshot};
use live_smol::prelude::*;

use crate::common::{PATIENCE, Tab, options, start};

/// A store in memory that may pass for a durable one, and fails to read as often as it is told.
struct Shelf {
    kept: MemoryStore,
    volatile: bool,
    failures: AtomicU32,
}

impl SessionStore for Shelf {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        if self.failures.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
            return Box::pin(async { Err(StoreError::Failed("no disk".into())) });
        }
        self.kept.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.commit(next, ttl)
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.kept.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.touch(id, ttl)
    }

    fn is_volatile(&self) -> bool {
        self.volatile
    }
}

struct Lab {
    server: Server,
    store: Arc<Shelf>,
    metrics: Arc<Metrics>,
}

/// A server whose sessions hibernate as soon as nothing happens.
fn lab(volatile: bool, change: impl FnOnce(&mut Options)) -> Lab {
    let (kept, failures) = (MemoryStore::new(), AtomicU32::new(0));
    let store = Arc::new(Shelf { kept, volatile, failures });
    let metrics = Arc::new(Metrics::new());
    let mut options = Options {
        session_store: store.clone(),
        metrics: Some(metrics.clone()),
        rest_after: Duration::from_millis(1),
        hibernate_after: Duration::from_millis(1),
        ..options()
    };
    change(&mut options);
    Lab { server: start(options), store, metrics }
}

impl Lab {
    fn tab(&self) -> Tab {
        Tab::new(self.server.local_addr().unwrap(), "/lab/a")
    }

    fn until(&self, done: impl Fn(&Snapshot) -> bool) {
        let began = Instant::now();
        while !done(&self.metrics.snapshot()) {
            assert!(began.elapsed() < PATIENCE, "{:?}", self.metrics);
            std::thread::yield_now();
        }
    }

    /// Waits until all sessions but `awake` sleep.
    fn asleep(&self, awake: u64) {
        self.until(|now| now.hibernated - now.woken == now.sessions - awake);
    }
}

fn say(text: &str) -> Action {
    Action::new("say").field("text", text)
}

#[test]
fn an_event_finds_the_state_as_it_was() {
    for volatile in [true, false] {
        let lab = lab(volatile, |_| {});
        let mut tab = lab.tab();
        for count in 1..3 {
            tab.act("inc");
            tab.until_html("count", &count.to_string());
            lab.asleep(0);
        }
        assert!(lab.metrics.snapshot().woken >= 1, "{:?}", lab.metrics);
        assert_eq!(lab.store.kept.len(), 1);
        assert!(!tab.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))));
    }
}

#[test]
fn a_message_and_a_timer_wake_it() {
    let lab = lab(false, |_| {});
    let (mut ann, mut bo) = (lab.tab(), lab.tab());
    lab.asleep(0);
    ann.send(say("hello"));
    for tab in [&mut ann, &mut bo] {
        tab.until("the message", |tab| tab.client.page_html().contains("<li>hello</li>"));
    }
    lab.asleep(0);
    bo.act("later");
    bo.until("the timer", |tab| tab.client.page_html().contains("<li>later</li>"));
}

#[test]
fn a_browser_that_was_away_finds_it_and_what_came_meanwhile() {
    let lab = lab(true, |_| {});
    let (mut ann, mut bo) = (lab.tab(), lab.tab());
    ann.act("inc");
    ann.vanish();
    lab.until(|now| now.connections == 1);
    lab.asleep(0);
    bo.send(say("are you there?"));
    bo.until("what it says", |tab| tab.client.page_html().contains("<li>are you there?</li>"));
    lab.asleep(0);
    ann.reconnect();
    ann.until("what was said", |tab| tab.client.page_html().contains("<li>are you there?</li>"));
    ann.act("inc");
    ann.until_html("count", "2");
}

#[test]
fn beyond_the_limit_the_idlest_go() {
    let lab = lab(true, |options| {
        (options.rest_after, options.hibernate_after) = (Duration::from_secs(600), Duration::from_secs(600));
        options.max_awake = 1;
    });
    let mut tabs = [lab.tab(), lab.tab(), lab.tab()];
    tabs.iter_mut().for_each(|tab| tab.act("inc"));
    lab.asleep(1);
    tabs.iter_mut().for_each(|tab| tab.act("inc"));
    tabs.iter_mut().for_each(|tab| tab.until_html("count", "2"));
}

#[test]
fn beyond_so_many_bytes_the_idlest_let_go_of_their_html() {
    let lab = lab(true, |options| {
        (options.rest_after, options.hibernate_after) = (Duration::from_secs(8), Duration::from_secs(600));
        options.max_html_bytes = 0;
    });
    let mut tabs = [lab.tab(), lab.tab()];
    for count in 1..3 {
        for tab in &mut tabs {
            tab.act("inc");
            tab.until_html("count", &count.to_string());
        }
        lab.until(|now| now.html_bytes > 0);
        lab.until(|now| now.html_bytes == 0);
    }
    let now = lab.metrics.snapshot();
    assert_eq!((now.sessions, now.hibernated), (2, 0), "their states stay");
}

#[test]
fn a_store_that_fails_to_read_only_delays() {
    let lab = lab(false, |_| {});
    let mut tab = lab.tab();
    lab.asleep(0);
    lab.store.failures.store(2, Relaxed);
    tab.act("inc");
    tab.until_html("count", "1");
    assert_eq!(lab.store.failures.load(Relaxed), 0);
}

#[test]
fn the_record_goes_with_the_session_where_nobody_else_could_use_it() {
    let lab = lab(true, |options| options.grace = Duration::from_millis(1));
    let mut tab = lab.tab();
    lab.asleep(0);
    assert_eq!(lab.store.kept.len(), 1);
    tab.vanish();
    lab.until(|now| now.sessions == 0);
    let began = Instant::now();
    while !lab.store.kept.is_empty() {
        assert!(began.elapsed() < PATIENCE, "the record is still there");
    }
}
