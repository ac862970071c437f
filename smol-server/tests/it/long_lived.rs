//! Tabs that stay open for longer than anything is kept by itself: their records, and their tokens.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use live_smol::live_core::Record;
use live_smol::live_core::SessionId;
use live_smol::live_core::client::{Action, Heard};
use live_smol::live_std::store::StoreFuture;
use live_smol::live_std::{RedbStore, entropy};
use live_smol::prelude::*;

use crate::common::tab::{Loaded, load};
use crate::common::{Tab, http, options, start};

/// How long a record is kept.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long the tabs stay open.
const OPEN: Duration = Duration::from_secs(7);

/// How often either end gives a sign of life. A machine that is busy with other tests may be late by as much.
const BEAT: Duration = Duration::from_millis(300);

/// A store that counts how often it is asked to keep a record for longer, and knows until when it does.
struct Watched {
    store: Box<dyn SessionStore>,
    touches: AtomicU32,
    until: Mutex<Option<Instant>>,
}

impl Watched {
    fn new(store: impl SessionStore) -> Arc<Self> {
        Arc::new(Self { store: Box::new(store), touches: AtomicU32::new(0), until: Mutex::default() })
    }

    fn keeps(&self, ttl: Duration) {
        *self.until.lock().unwrap() = Some(Instant::now() + ttl);
    }
}

impl SessionStore for Watched {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        self.store.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.keeps(ttl);
        self.store.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.keeps(ttl);
        self.store.commit(next, ttl)
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.store.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.keeps(ttl);
        self.touches.fetch_add(1, Relaxed);
        self.store.touch(id, ttl)
    }

    fn is_volatile(&self) -> bool {
        self.store.is_volatile()
    }
}

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("mizu-live-{}.redb", entropy::text())))
    }

    fn store(&self) -> RedbStore {
        RedbStore::open(&self.0).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

/// Who says something on a connection on which nothing happens.
#[derive(Clone, Copy, Debug)]
enum Speaks {
    /// The browser pings before the server would.
    Browser,
    /// The browser answers, no more.
    Server,
    /// The browser sends events that change nothing.
    Events,
}

/// What memory has of the session meanwhile.
#[derive(Clone, Copy, Debug)]
enum Memory {
    Everything,
    NoHtml,
    Nothing,
}

fn kept_briefly(store: Arc<Watched>, memory: Memory) -> Options {
    let (soon, never) = (Duration::from_millis(1), Duration::from_secs(600));
    Options {
        session_store: store,
        session_timeout: TIMEOUT,
        grace: Duration::from_millis(100),
        heartbeat_interval: if matches!(memory, Memory::NoHtml) { BEAT * 2 } else { BEAT },
        rest_after: if matches!(memory, Memory::Everything) { never } else { soon },
        hibernate_after: if matches!(memory, Memory::Nothing) { soon } else { never },
        ..options()
    }
}

fn stay(tab: &mut Tab, speaks: Speaks, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        match speaks {
            Speaks::Server => {}
            Speaks::Browser => {
                let ping = tab.client.ping();
                tab.send_raw(ping);
            }
            Speaks::Events => tab.send(Action::new("no-such-event")),
        }
        assert_eq!(tab.listen(BEAT / 2), None);
    }
}

/// A click, a long time with nothing, another click.
fn clicks_around_a_long_time(store: Arc<Watched>, speaks: Speaks, memory: Memory) {
    let server = start(kept_briefly(store, memory));
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    stay(&mut tab, speaks, OPEN);
    tab.act("inc");
    tab.until_html("count", "2");
    let welcomes = tab.heard.iter().filter(|heard| matches!(heard, Heard::Welcome { .. })).count();
    assert_eq!(welcomes, 1, "on the same connection");
}

/// Runs all cases at once; the names of those that failed.
fn failed(cases: Vec<(String, Box<dyn FnOnce() + Send>)>) -> Vec<String> {
    let running: Vec<_> = cases.into_iter().map(|(name, case)| (name, thread::spawn(case))).collect();
    running.into_iter().filter_map(|(name, case)| case.join().is_err().then_some(name)).collect()
}

#[test]
fn a_tab_keeps_its_session_whoever_speaks_and_wherever_the_state_is() {
    let mut cases: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for speaks in [Speaks::Browser, Speaks::Server, Speaks::Events] {
        for memory in [Memory::Everything, Memory::NoHtml, Memory::Nothing] {
            cases.push((
                format!("file, {speaks:?}, {memory:?}"),
                Box::new(move || {
                    let file = File::new();
                    clicks_around_a_long_time(Watched::new(file.store()), speaks, memory);
                }),
            ));
        }
        cases.push((
            format!("memory, {speaks:?}"),
            Box::new(move || {
                clicks_around_a_long_time(Watched::new(MemoryStore::new()), speaks, Memory::Nothing);
            }),
        ));
    }
    let lost = failed(cases);
    assert!(lost.is_empty(), "these lost their session: {lost:?}");
}

#[test]
fn a_record_is_prolonged_three_times_in_its_time_and_not_with_each_sign_of_life() {
    let case = |speaks: Speaks| -> (String, Box<dyn FnOnce() + Send>) {
        (format!("{speaks:?}"), Box::new(move || counts_touches(speaks)))
    };
    assert_eq!(failed([Speaks::Browser, Speaks::Server].map(case).into()), [""; 0]);
}

fn counts_touches(speaks: Speaks) {
    let file = File::new();
    let store = Watched::new(file.store());
    let server = start(kept_briefly(store.clone(), Memory::Everything));
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    let began = Instant::now();
    stay(&mut tab, speaks, OPEN);
    let (touches, thirds) =
        (store.touches.load(Relaxed), began.elapsed().as_millis() * 3 / TIMEOUT.as_millis());
    let thirds = u32::try_from(thirds).unwrap();
    assert!((thirds / 2..=thirds + 1).contains(&touches), "{speaks:?}: {touches} touches in {thirds} thirds");
}

#[test]
fn a_record_outlives_the_last_sign_of_life_by_all_of_the_session_timeout() {
    let file = File::new();
    let store = Watched::new(file.store());
    let server = start(kept_briefly(store.clone(), Memory::Everything));
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    for _ in 0..10 {
        stay(&mut tab, Speaks::Browser, Duration::from_millis(340));
        let ping = tab.client.ping();
        tab.heard.clear();
        tab.send_raw(ping);
        tab.until("a pong", |tab| tab.heard.contains(&Heard::Pong));
        let heard = Instant::now();
        let until = store.until.lock().unwrap().expect("there is a record");
        assert!(until + BEAT >= heard + TIMEOUT, "the record ends {:?} too early", heard + TIMEOUT - until);
    }
}

/// How long a token is good for.
const LIFETIME: Duration = Duration::from_secs(4);

fn short_tokens() -> Options {
    Options { token_lifetime: LIFETIME, heartbeat_interval: BEAT * 2, ..options() }
}

#[test]
fn a_connection_older_than_a_token_may_be_followed_by_another() {
    let server = start(short_tokens());
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    assert_eq!(tab.listen(LIFETIME * 2), None);
    tab.vanish();
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, reset: false, .. }), "{:?}", tab.heard);
    tab.act("inc");
    tab.until_html("count", "2");
}

#[test]
fn a_renewed_token_is_renewed_again() {
    let server = start(Options { rest_after: BEAT, hibernate_after: BEAT, ..short_tokens() });
    let mut tab = Tab::new(server.local_addr().unwrap(), "/lab/a");
    tab.act("inc");
    for _ in 0..2 {
        assert_eq!(tab.listen(LIFETIME * 3 / 2), None);
        tab.vanish();
        tab.heard.clear();
        tab.reconnect();
    }
    tab.act("inc");
    tab.until_html("count", "2");
}

#[test]
fn a_renewal_gives_back_no_rights_that_were_taken() {
    let epoch = Arc::new(AtomicU64::new(0));
    let told = epoch.clone();
    let user = live_smol::live_std::Auth::new(|_| async { Ok(Some("ann".to_owned())) });
    let server = start(Options {
        auth: Some(user),
        auth_epoch: Some(Arc::new(move |_| told.load(Relaxed))),
        ..short_tokens()
    });
    let loaded = load(server.local_addr().unwrap(), "/lab/a", "");
    let mut tab = Tab::of(server.local_addr().unwrap(), loaded);
    epoch.store(1, Relaxed);
    assert_eq!(tab.listen(LIFETIME * 2), Some((4001, "token".to_owned())), "nothing was closed");
}

#[test]
fn a_form_of_a_page_older_than_a_token_is_taken() {
    let server = start(short_tokens());
    let page = http::get(server.local_addr().unwrap(), "/lab/a", "");
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let csrf = page.quoted("name=\"_csrf\" value=\"").to_owned();
    let Loaded { client, cookie, token } = load(server.local_addr().unwrap(), "/lab/b", &cookie);
    let mut other = Tab::of(server.local_addr().unwrap(), Loaded { client, cookie: cookie.clone(), token });
    assert_eq!(other.listen(LIFETIME * 3 / 2), None);
    let body = format!("_lv_event=inc&_csrf={csrf}");
    let answer = http::post(server.local_addr().unwrap(), "/lab/a", &format!("Cookie: {cookie}\r\n"), &body);
    assert_eq!(answer.status, 303, "{}", answer.text());
}
