//! "Cleanup".

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use live_smol::live_core::Record;
use live_smol::live_core::client::Heard;
use live_smol::live_std::pubsub::{PubSubError, Subscriber};
use live_smol::live_std::store::StoreFuture;
use live_smol::prelude::*;

use super::{joined, logging};
use crate::common::{PATIENCE, Tab, options};

#[test]
fn step_1_a_connection_ends_by_a_close_or_by_its_loss() {
    let (server, told) = logging(options());
    let mut closes = joined(server.local_addr().unwrap(), &told);
    closes.ws.close(None).unwrap();
    assert_eq!(told.next(), "connected: false");
    let mut is_lost = joined(server.local_addr().unwrap(), &told);
    is_lost.vanish();
    assert_eq!(told.next(), "connected: false");
}

#[test]
fn step_2_the_session_stays_for_the_grace_period() {
    let (server, told) = logging(options());
    let mut tab = joined(server.local_addr().unwrap(), &told);
    tab.act("add");
    tab.vanish();
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, .. }));
    assert_eq!(tab.client.html("list"), Some("connected: true, added"));
    assert_eq!(server.sessions(), 1);
    let told = told.so_far();
    assert!(!told.iter().any(|call| call.starts_with("mount") || call.starts_with("session")), "{told:?}");
}

#[test]
fn step_3_the_hooks_are_called_once_each_however_often_it_reconnects() {
    let (server, told) = logging(Options { grace: Duration::from_secs(2), ..options() });
    let mut tab = Tab::new(server.local_addr().unwrap(), "/log");
    for _ in 0..3 {
        tab.vanish();
        tab.reconnect();
    }
    drop(tab);
    let mut hooks = Vec::new();
    while hooks.last().is_none_or(|call| call != "session ends") {
        let call = told.next();
        if call.starts_with("session") {
            hooks.push(call);
        }
    }
    assert_eq!(server.sessions(), 0);
    drop(server);
    hooks.extend(told.so_far());
    assert_eq!(hooks, ["session starts", "session ends"]);
}

/// A store that outlives the process, as far as a session can tell.
struct Lasting(MemoryStore);

impl SessionStore for Lasting {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        self.0.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.0.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.0.commit(next, ttl)
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.0.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.0.touch(id, ttl)
    }
}

/// Ends a session of a lasting store; gives the tab, and the record's store and id.
fn ended(session_timeout: Duration) -> (Server, Tab, Arc<Lasting>, SessionId) {
    let store = Arc::new(Lasting(MemoryStore::new()));
    let (tell, told) = channel();
    let options = Options {
        grace: Duration::ZERO,
        session_timeout,
        session_store: store.clone(),
        on_session_end: Some(Arc::new(move |session| tell.send(session.id).unwrap())),
        ..options()
    };
    let server = crate::common::start(options);
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    tab.vanish();
    let id = told.recv_timeout(PATIENCE).unwrap();
    (server, tab, store, id)
}

fn record(store: &Lasting, id: SessionId) -> Option<Record> {
    smol::block_on(store.get(id)).unwrap()
}

#[test]
fn step_4_the_record_stays_for_the_session_timeout_so_that_a_browser_may_come_back() {
    let (_server, mut tab, store, id) = ended(Duration::from_secs(60));
    assert!(record(&store, id).is_some());
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, reset: false, .. }), "{:?}", tab.heard);
    tab.act("inc");
    tab.until_html("count", "2");
}

#[test]
fn step_4_after_the_session_timeout_the_record_is_gone_and_the_browser_starts_anew() {
    let (_server, mut tab, store, id) = ended(Duration::from_millis(1500));
    let began = Instant::now();
    while record(&store, id).is_some() {
        assert!(began.elapsed() < PATIENCE, "it stays");
        std::thread::yield_now();
    }
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: false, .. }), "{:?}", tab.heard);
    tab.act("inc");
    tab.until_html("count", "1");
}

/// Tells who leaves.
struct Bus(InmemPubSub, Sender<SessionId>);

impl PubSub for Bus {
    fn join(&self, subscriber: Arc<dyn Subscriber>) {
        self.0.join(subscriber);
    }

    fn leave(&self, session: SessionId) {
        self.0.leave(session);
        self.1.send(session).unwrap();
    }

    fn subscribe(&self, session: SessionId, topic: &str) -> Result<(), PubSubError> {
        self.0.subscribe(session, topic)
    }

    fn unsubscribe(&self, session: SessionId, topic: &str) {
        self.0.unsubscribe(session, topic);
    }

    fn publish_bytes(&self, topic: &str, message: Arc<[u8]>) -> Result<(), PubSubError> {
        self.0.publish_bytes(topic, message)
    }

    fn broadcast_bytes(&self, message: Arc<[u8]>) -> Result<(), PubSubError> {
        self.0.broadcast_bytes(message)
    }
}

#[test]
fn step_5_its_subscriptions_are_gone() {
    let (tell, left) = channel();
    let bus = Arc::new(Bus(InmemPubSub::new(), tell));
    let options = Options { grace: Duration::ZERO, pubsub: bus.clone(), ..options() };
    let (server, told) = logging(options);
    let tab = joined(server.local_addr().unwrap(), &told);
    drop(tab);
    let id = left.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(bus.subscribe(id, "news"), Err(PubSubError::NotJoined)));
    server.pubsub().publish("news", "to nobody").unwrap();
    drop(server);
    assert!(!told.so_far().contains(&"info to nobody".to_owned()));
}
