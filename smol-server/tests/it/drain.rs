//! Servers that end: nothing is lost (rule R13); and joins at a bounded rate (rule R14).

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use live_smol::live_core::client::{Action, Heard};
use live_smol::live_core::{Record, SessionId};
use live_smol::live_std::store::StoreFuture;
use live_smol::live_std::{Keys, MemoryStore, Metrics, SessionStore};
use live_smol::{Options, Request, Server};

use crate::common::tab::{closed, load, open, request};
use crate::common::{PATIENCE, Tab, http, lab, options, start};

/// Set in a process that is this test again, as a server.
const ADDRESS: &str = "LIVE_TEST_DRAIN_ADDRESS";

/// A store of which a commit takes so long.
const COMMIT: Duration = Duration::from_millis(50);

/// Commits slowly, and not at all while it is held.
#[derive(Default)]
pub(crate) struct Slow {
    kept: MemoryStore,
    held: Mutex<bool>,
}

impl Slow {
    fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
    }
}

impl SessionStore for Slow {
    fn get(&self, id: SessionId) -> StoreFuture<'_, Option<Record>> {
        self.kept.get(id)
    }

    fn set(&self, record: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.set(record, ttl)
    }

    fn commit(&self, next: Record, ttl: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            smol::Timer::after(COMMIT).await;
            while *self.held.lock().unwrap() {
                smol::future::yield_now().await;
            }
            self.kept.commit(next, ttl).await
        })
    }

    fn delete(&self, id: SessionId) -> StoreFuture<'_, ()> {
        self.kept.delete(id)
    }

    fn touch(&self, id: SessionId, ttl: Duration) -> StoreFuture<'_, ()> {
        self.kept.touch(id, ttl)
    }
}

fn with(store: &Arc<Slow>, keys: &Keys) -> Server {
    start(Options { session_store: store.clone(), keys: keys.clone(), ..options() })
}

/// Whether the page shows what the timer of `later` has said.
fn is_later(tab: &Tab) -> bool {
    tab.client.html("notes").is_some_and(|html| html.contains("later"))
}

#[test]
fn a_change_that_no_event_made_is_there_at_the_next_server() {
    let (store, keys) = (Arc::new(Slow::default()), Keys::default());
    let first = with(&store, &keys);
    let mut tab = Tab::new(first.local_addr().unwrap(), "/lab/a");
    tab.act("later");
    tab.until("the timer", is_later);
    // Shown, and committed within a second: or when the server ends, if that is sooner.
    first.drain(Duration::from_secs(3));
    assert_eq!(tab.closed(), (1012, "restart".to_owned()));
    let second = with(&store, &keys);
    tab.move_to(second.local_addr().unwrap());
    tab.heard.clear();
    tab.reconnect();
    assert!(matches!(tab.heard[0], Heard::Welcome { resumed: true, reset: false, .. }), "{:?}", tab.heard);
    assert!(is_later(&tab), "{}", tab.client.page_html());
}

#[test]
fn while_it_drains_a_server_is_not_ready_and_takes_in_nobody() {
    let store = Arc::new(Slow::default());
    let server = with(&store, &Keys::default());
    let address = server.local_addr().unwrap();
    let mut tab = Tab::new(address, "/lab/a");
    let mut late = load(address, "/lab/b", "");
    let mut silent = open(address, request(address, ""));
    assert_eq!(http::get(address, "/healthz", "").status, 404, "the application's own, which has none");
    store.hold(true);
    tab.send(Action::new("inc"));
    // The event before it has been taken in by then.
    let ping = tab.client.ping();
    tab.send_raw(ping);
    tab.until("a pong", |tab| tab.heard.contains(&Heard::Pong));
    let ending = std::thread::spawn(move || server.drain(Duration::from_secs(3)));
    assert_eq!(closed(&mut silent), (1012, "restart".to_owned()));
    let health = http::get(address, "/healthz", "");
    assert_eq!((health.status, health.text()), (503, "The server is about to end.\n"));
    let mut ws = open(address, request(address, &late.cookie));
    ws.send(tungstenite::Message::Binary(late.client.hello().into())).unwrap();
    assert_eq!(closed(&mut ws), (1012, "restart".to_owned()));
    tab.until("to be sent away", |tab| tab.heard.contains(&Heard::Away(3000)));
    assert!(!ending.is_finished(), "a commit is under way");
    store.hold(false);
    tab.until_html("count", "1");
    assert_eq!((tab.client.pending(), tab.closed().0), (0, 1012));
    drop((tab, ws, silent));
    ending.join().unwrap();
}

#[test]
fn more_joins_than_the_rate_allows_are_told_when_to_come_back() {
    let metrics = Arc::new(Metrics::new());
    let options =
        Options { admission_rate: 1, admission_burst: 2, metrics: Some(metrics.clone()), ..options() };
    let server = start(options);
    let address = server.local_addr().unwrap();
    let tabs = [Tab::new(address, "/lab/a"), Tab::new(address, "/lab/a")];
    let refused = || {
        let mut loaded = load(address, "/lab/a", "");
        let mut ws = open(address, request(address, &loaded.cookie));
        ws.send(tungstenite::Message::Binary(loaded.client.hello().into())).unwrap();
        let (code, reason) = closed(&mut ws);
        assert_eq!(code, 1013);
        reason.parse::<u32>().expect("milliseconds")
    };
    let (first, second) = (refused(), refused());
    assert!((1..=1000).contains(&first), "{first}");
    assert!((1..=2000).contains(&second), "{second}");
    assert!(
        metrics.to_text().contains("live_refused_total{reason=\"admission\"} 2"),
        "{}",
        metrics.to_text()
    );
    assert_eq!(server.sessions(), 2);
    drop(tabs);
}

#[test]
fn sigterm_under_live_connections_loses_nothing() {
    if let Ok(address) = std::env::var(ADDRESS) {
        let store = Arc::new(Slow::default());
        let options = Options { session_store: store, drain_spread: Duration::from_secs(2), ..options() };
        lab(options).run(address.as_str()).unwrap();
        return;
    }
    let (mut child, address) = child("sigterm_under_live_connections_loses_nothing");
    let mut tabs: Vec<Tab> = (0..8).map(|_| Tab::new(address, "/lab/a")).collect();
    for tab in &mut tabs {
        tab.act("inc");
        tab.send(Action::new("inc"));
    }
    signal(&child, "TERM");
    for tab in &mut tabs {
        assert_eq!(tab.closed(), (1012, "restart".to_owned()));
    }
    drop(tabs);
    assert!(child.wait().unwrap().success());
}

/// A lab with a handler that waits to be let on, and says so.
fn held() -> (Server, Receiver<()>, Sender<()>) {
    let ((says, under_way), (let_on, waits)) = (channel(), channel::<()>());
    let waits = Arc::new(Mutex::new(waits));
    let hold = move |_: Request| {
        let (says, waits) = (says.clone(), waits.clone());
        live_smol::unblock(move || {
            let _ = says.send(());
            let _ = waits.lock().unwrap().recv();
            "done"
        })
    };
    let live = lab(options()).get("/hold", hold).get("/quick", |_: Request| async { "quick" });
    (live.bind("127.0.0.1:0").unwrap(), under_way, let_on)
}

#[test]
fn what_is_under_way_is_answered_and_what_comes_later_is_told_to_come_back() {
    let (server, under_way, let_on) = held();
    let address = server.local_addr().unwrap();
    let mut kept = http::connect(address);
    let keep_alive = "GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n";
    kept.write_all(keep_alive.as_bytes()).unwrap();
    assert_eq!(http::read_head(&mut kept).header("connection"), None);
    let asked = thread::spawn(move || http::get(address, "/hold", ""));
    under_way.recv_timeout(PATIENCE).unwrap();
    let ending = thread::spawn(move || server.drain(Duration::from_secs(3)));
    let began = Instant::now();
    loop {
        let later = http::get(address, "/quick", "");
        if later.status == 503 {
            assert_eq!((later.header("connection"), later.header("retry-after")), (Some("close"), Some("1")));
            break;
        }
        assert!(began.elapsed() < PATIENCE);
    }
    kept.write_all(keep_alive.as_bytes()).unwrap();
    let later = http::read_head(&mut kept);
    assert_eq!((later.status, later.header("connection")), (503, Some("close")));
    assert!(!ending.is_finished(), "a request is under way");
    let_on.send(()).unwrap();
    let answer = asked.join().unwrap();
    assert_eq!((answer.status, answer.text()), (200, "done"));
    ending.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "it ends with the last answer");
}

#[test]
fn before_it_drains_a_server_may_go_on_for_a_while_and_says_that_it_will_end() {
    if let Ok(address) = std::env::var(ADDRESS) {
        let options = Options { drain_delay: Duration::from_secs(2), ..options() };
        lab(options).get("/healthz", |_: Request| async { "ok" }).run(address.as_str()).unwrap();
        return;
    }
    let (mut child, address) =
        child("before_it_drains_a_server_may_go_on_for_a_while_and_says_that_it_will_end");
    assert_eq!(http::get(address, "/healthz", "").text(), "ok");
    let mut tab = Tab::new(address, "/lab/a");
    let mut kept = http::connect(address);
    let keep_alive = "GET /lab/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    kept.write_all(keep_alive.as_bytes()).unwrap();
    assert_eq!(http::read_head(&mut kept).header("connection"), None);
    let began = Instant::now();
    signal(&child, "TERM");
    while http::get(address, "/healthz", "").status == 200 {
        assert!(began.elapsed() < PATIENCE);
    }
    kept.write_all(keep_alive.as_bytes()).unwrap();
    let answer = http::read_head(&mut kept);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")), "it is served as ever");
    tab.act("inc");
    tab.until_html("count", "1");
    Tab::new(address, "/lab/b").act("inc");
    assert_eq!(tab.closed().0, 1012);
    assert!(began.elapsed() >= Duration::from_secs(2));
    drop(tab);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_terminal_that_is_closed_ends_a_server_in_order() {
    if let Ok(address) = std::env::var(ADDRESS) {
        lab(options()).run(address.as_str()).unwrap();
        return;
    }
    let test = "a_terminal_that_is_closed_ends_a_server_in_order";
    let (mut child, address) = child_under(&["--default-signal=HUP"], test);
    let mut tab = Tab::new(address, "/lab/a");
    tab.act("inc");
    signal(&child, "HUP");
    assert_eq!(tab.closed().0, 1012);
    drop(tab);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_server_that_is_to_outlive_its_terminal_does() {
    if let Ok(address) = std::env::var(ADDRESS) {
        lab(options()).run(address.as_str()).unwrap();
        return;
    }
    let test = "a_server_that_is_to_outlive_its_terminal_does";
    let (mut child, address) = child_under(&["--ignore-signal=HUP"], test);
    let mut tab = Tab::new(address, "/lab/a");
    signal(&child, "HUP");
    tab.act("inc");
    tab.until_html("count", "1");
    signal(&child, "TERM");
    assert_eq!(tab.closed().0, 1012);
    drop(tab);
    assert!(child.wait().unwrap().success());
}

fn child(test: &str) -> (Child, SocketAddr) {
    child_under(&[], test)
}

/// This test's own program again, once it answers. `signals` says which it begins with: env(1).
fn child_under(signals: &[&str], test: &str) -> (Child, SocketAddr) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new("env")
        .args(signals)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("drain::{test}")])
        .env(ADDRESS, address.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it listened");
        assert!(began.elapsed() < PATIENCE, "it doesn't listen");
        std::thread::yield_now();
    }
    (child, address)
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(done.success());
}
