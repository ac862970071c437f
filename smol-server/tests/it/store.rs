//! Sessions in a store that outlives the server: nothing is sent before it is kept.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use live_smol::live_core::client::{Action, Heard};
use live_smol::live_core::{Record, SessionId};
use live_smol::live_std::MemoryStore;
use live_smol::live_std::SessionStore;
use live_smol::live_std::store::{StoreError, StoreFuture};
use live_smol::{Options, live_std::Keys};

use crate::common::durable::Durable;
use crate::common::tab::{closed, load, open, request};
use crate::common::{PATIENCE, Tab, options, start};

/// A store that asks the test about each commit, and does what it says.
struct Asking {
    kept: MemoryStore,
    asked: Mutex<Sender<u64>>,
    verdicts: smol::channel::Receiver<Verdict>,
}

enum Verdict {
    Keep,
    Fail,
    Fence,
}

struct Judge {
    asked: Receiver<u64>,
    verdicts: smol::channel::Sender<Verdict>,
}

impl Judge {
    fn next(&self) -> u64 {
        self.asked.recv_timeout(PATIENCE).expect("a commit")
    }

    fn say(&self, verdict: Verdict) {
        self.verdicts.send_blocking(verdict).unwrap();
    }

    /// Lets this many commits pass.
    fn keep(&self, count: usize) {
        for _ in 0..count {
            self.next();
            self.say(Verdict::Keep);
        }
    }
}

fn asking() -> (Arc<Asking>, Judge) {
    let ((ask, asked), (say, verdicts)) = (channel(), smol::channel::unbounded());
    let store = Asking { kept: MemoryStore::new(), asked: Mutex::new(ask), verdicts };
    (Arc::new(store), Judge { asked, verdicts: say })
}

impl SessionStore for Asking {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        self.kept.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.asked.lock().unwrap().send(next.generation).unwrap();
            match self.verdicts.recv().await {
                Ok(Verdict::Keep) => self.kept.commit(next, ttl).await,
                Ok(Verdict::Fence) => Err(StoreError::Fenced),
                Ok(Verdict::Fail) | Err(_) => Err(StoreError::Failed("the disk is full".into())),
            }
        })
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.kept.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.touch(id, ttl)
    }
}

fn with(store: Arc<Asking>, keys: &Keys) -> live_smol::Server {
    start(Options { session_store: store, keys: keys.clone(), ..options() })
}

#[test]
fn nothing_is_acknowledged_before_its_commit() {
    let (store, judge) = asking();
    let server = with(store.clone(), &Keys::default());
    let opened = std::thread::spawn({
        let address = server.local_addr().unwrap();
        move || Tab::new(address, "/lab/a")
    });
    judge.keep(1);
    let mut tab = opened.join().unwrap();
    tab.send(Action::new("inc"));
    let generation = judge.next();
    // The server answers a ping, which overtakes: the event before it isn't acknowledged.
    let ping = tab.client.ping();
    tab.send_raw(ping);
    tab.until("a pong", |tab| tab.heard.contains(&Heard::Pong));
    assert_eq!((tab.client.pending(), tab.client.html("count")), (1, Some("0")));
    judge.say(Verdict::Keep);
    tab.until_html("count", "1");
    assert_eq!(tab.client.pending(), 0);
    assert!(generation >= 2);
}

#[test]
fn a_failed_commit_is_tried_again() {
    let (store, judge) = asking();
    let server = with(store, &Keys::default());
    let address = server.local_addr().unwrap();
    let opened = std::thread::spawn(move || Tab::new(address, "/lab/a"));
    judge.keep(1);
    let mut tab = opened.join().unwrap();
    tab.send(Action::new("inc"));
    let generation = judge.next();
    judge.say(Verdict::Fail);
    assert_eq!(judge.next(), generation);
    judge.say(Verdict::Keep);
    tab.until_html("count", "1");
}

#[test]
fn another_servers_commit_fences_this_one_out() {
    let (store, judge) = asking();
    let server = with(store, &Keys::default());
    let address = server.local_addr().unwrap();
    let opened = std::thread::spawn(move || Tab::new(address, "/lab/a"));
    judge.keep(1);
    let mut tab = opened.join().unwrap();
    tab.send(Action::new("inc"));
    judge.next();
    judge.say(Verdict::Fence);
    tab.closed();
    assert_eq!(tab.client.html("count"), Some("0"));
}

#[test]
fn a_session_goes_on_at_another_server() {
    let (store, judge) = asking();
    let keys = Keys::default();
    let first = with(store.clone(), &keys);
    let address = first.local_addr().unwrap();
    let opened = std::thread::spawn(move || Tab::new(address, "/lab/a"));
    judge.keep(1);
    let mut tab = opened.join().unwrap();
    tab.send(Action::new("inc"));
    judge.next();
    judge.say(Verdict::Keep);
    tab.until_html("count", "1");
    first.shutdown();
    let second = with(store, &keys);
    let judging = std::thread::spawn(move || {
        while let Ok(_generation) = judge.asked.recv() {
            if judge.verdicts.send_blocking(Verdict::Keep).is_err() {
                return;
            }
        }
    });
    tab.move_to(second.local_addr().unwrap());
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, reset: false, .. }), "{:?}", tab.heard);
    tab.act("inc");
    tab.until_html("count", "2");
    tab.send(Action::new("say").field("text", "still subscribed"));
    tab.until("the message", |tab| {
        tab.client.html("notes").is_some_and(|html| html.contains("still subscribed"))
    });
    drop((tab, second));
    judging.join().unwrap();
}

#[test]
fn a_store_that_cannot_be_read_sends_the_browser_away_for_a_while() {
    struct Unreadable;
    impl SessionStore for Unreadable {
        fn get(&self, _: SessionId) -> StoreFuture<'_, Option<Record>> {
            Box::pin(async { Err(StoreError::Failed("the disk is away".into())) })
        }
        fn set(&self, _: Record, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
        fn commit(&self, _: Record, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
        fn delete(&self, _: SessionId) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
        fn touch(&self, _: SessionId, _: Duration) -> StoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
    }
    let server = start(Options { session_store: Arc::new(Unreadable), ..options() });
    let address = server.local_addr().unwrap();
    let mut page = load(address, "/lab/a", "");
    let mut ws = open(address, request(address, &page.cookie));
    ws.send(tungstenite::Message::Binary(page.client.hello().into())).unwrap();
    assert_eq!(closed(&mut ws), (1013, "5000".to_owned()));
    assert_eq!(server.sessions(), 0);
}

#[test]
fn a_live_session_whose_record_is_missing_writes_it_again() {
    let (store, keys) = (Arc::new(Durable::default()), Keys::default());
    let with = || start(Options { session_store: store.clone(), keys: keys.clone(), ..options() });
    let first = with();
    let mut tab = Tab::new(first.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    assert_eq!(store.0.len(), 1);
    store.clear();
    for count in ["2", "3"] {
        tab.act("inc");
        tab.until_html("count", count);
    }
    assert_eq!(store.0.len(), 1);
    first.shutdown();
    let second = with();
    tab.move_to(second.local_addr().unwrap());
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, reset: false, .. }), "{:?}", tab.heard);
    tab.act("inc");
    tab.until_html("count", "4");
}

#[test]
fn a_server_that_was_taken_over_from_is_fenced_out_although_it_knows_nothing_of_it() {
    let (store, keys) = (Arc::new(Durable::default()), Keys::default());
    let with = || start(Options { session_store: store.clone(), keys: keys.clone(), ..options() });
    let (first, second) = (with(), with());
    let mut tab = Tab::new(first.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    // The network between the browser and the first server is gone, and the first server hasn't noticed.
    let mut abandoned = tab.elsewhere(second.local_addr().unwrap());
    tab.act("inc");
    tab.until_html("count", "2");
    let event = [&[0x94, 1, 2, 0, 0xa3][..], b"inc"].concat();
    abandoned.send(tungstenite::Message::Binary(event.into())).unwrap();
    assert_eq!(closed(&mut abandoned).0, 1012, "its commit is refused");
    assert_eq!(tab.client.html("count"), Some("2"));
}
