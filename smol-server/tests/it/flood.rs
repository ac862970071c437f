//! Browsers that send more events than they may: what is applied is counted, and compared with the limit.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use live_smol::live_core::client::Heard;
use live_smol::live_core::wire::Node;
use live_smol::live_std::Metrics;
use live_smol::prelude::*;

use crate::common::tab::{Loaded, frame, load, open, request};
use crate::common::{PATIENCE, Tab, options, server_of};

/// How long the floods last.
const TIME: Duration = Duration::from_secs(3);

/// The limits of a session and of a browser: events at once, and for each second.
const SESSION: (u64, u64) = (60, 20);
const BROWSER: (u64, u64) = (300, 100);

/// Counts the events that are applied to any of its sessions.
struct Counting(Arc<AtomicU64>);

impl Page for Counting {
    type State = u64;
    type Message = ();

    fn render(&self, s: &Session<u64>, view: &mut View) -> Result {
        view.page(|out| {
            *out += &s.state.to_string();
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u64>, _: &Event) -> Result {
        s.state += 1;
        self.0.fetch_add(1, Relaxed);
        Ok(())
    }
}

struct Flooded {
    server: Server,
    applied: Arc<AtomicU64>,
    began: Instant,
}

impl Flooded {
    fn new(options: Options) -> Self {
        let applied = Arc::new(AtomicU64::new(0));
        let server = server_of(options, "/", Counting(applied.clone()));
        Self { server, applied, began: Instant::now() }
    }

    fn tab(&self, cookie: &str) -> Tab {
        Tab::of(self.server.local_addr().unwrap(), load(self.server.local_addr().unwrap(), "/", cookie))
    }

    /// How many events were applied, and how many may be by now; at least that many have to be but for a machine that is busy.
    fn compare(&self, (burst, rate): (u64, u64)) {
        let applied = self.applied.load(Relaxed);
        let most = burst + u64::try_from(self.began.elapsed().as_millis()).unwrap() * rate / 1000 + 1;
        let least = burst + u64::try_from(TIME.as_millis()).unwrap() * rate / 2000;
        assert!(applied <= most, "{applied} events were applied, beyond the limit of {most}");
        assert!(applied >= least, "{applied} events were applied, of {least} that may be");
    }
}

fn event(id: u64) -> Vec<u8> {
    Node::List(vec![Node::Uint(1), Node::Uint(id), Node::Uint(0), Node::Str("inc".into())].into()).encode()
}

/// Events with these numbers, as they are on the wire.
fn events(ids: std::ops::Range<u64>) -> Vec<u8> {
    ids.flat_map(|id| frame(&event(id))).collect()
}

/// Writes events from number 1 on, as fast as they are taken, until it is time or the server has closed.
fn pour(mut socket: &TcpStream, until: Instant, events: impl Fn(std::ops::Range<u64>) -> Vec<u8>) {
    socket.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
    let (mut next, mut left) = (1, Vec::new());
    while Instant::now() < until {
        if left.is_empty() {
            left = events(next..next + 64);
            next += 64;
        }
        match socket.write(&left) {
            Ok(len) => drop(left.drain(..len)),
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {}
            Err(_) => return,
        }
    }
}

#[test]
fn one_session_has_its_burst_and_its_rate() {
    let flooded = Flooded::new(options());
    let tab = flooded.tab("");
    pour(tab.ws.get_ref(), flooded.began + TIME, events);
    flooded.compare(SESSION);
}

#[test]
#[should_panic(expected = "beyond the limit")]
fn without_the_limit_the_measurement_fails() {
    let flooded = Flooded::new(Options { event_rate: 1_000_000, event_burst: 1_000_000, ..options() });
    let tab = flooded.tab("");
    pour(tab.ws.get_ref(), flooded.began + TIME, events);
    flooded.compare(SESSION);
}

#[test]
fn who_is_held_back_for_ten_seconds_is_closed_and_may_come_back() {
    let metrics = Arc::new(Metrics::new());
    let flooded = Flooded::new(Options { metrics: Some(metrics.clone()), ..options() });
    let mut tab = flooded.tab("");
    pour(tab.ws.get_ref(), flooded.began + PATIENCE, events);
    let open = flooded.began.elapsed();
    assert!((Duration::from_secs(10)..PATIENCE).contains(&open), "{open:?}");
    flooded.compare(SESSION);
    let counted = metrics.snapshot();
    assert_eq!(counted.rate_closes, 1);
    assert!(counted.held_back >= 100, "{counted:?}");
    tab.reconnect();
    tab.act("again");
}

#[test]
fn requests_for_whole_regions_count_and_signs_of_life_do_not() {
    let metrics = Arc::new(Metrics::new());
    let limits = Options { event_rate: 1, event_burst: 10, metrics: Some(metrics.clone()), ..options() };
    let flooded = Flooded::new(limits);
    let mut tab = flooded.tab("");
    for _ in 0..100 {
        let ping = tab.client.ping();
        tab.send_raw(ping);
    }
    tab.until("the pongs", |tab| tab.heard.iter().filter(|heard| **heard == Heard::Pong).count() == 100);
    assert_eq!(metrics.snapshot().held_back, 0);
    for _ in 0..10 {
        tab.send_raw(Node::List(vec![Node::Uint(4), Node::Str("".into())].into()).encode());
    }
    let began = Instant::now();
    while metrics.snapshot().held_back == 0 {
        assert!(began.elapsed() < PATIENCE, "ten of them aren't the burst");
        thread::yield_now();
    }
}

/// The same events, each in an array whose head takes three bytes instead of one.
fn longer(ids: std::ops::Range<u64>) -> Vec<u8> {
    ids.flat_map(|id| frame(&[&[0xdc, 0, 4], &event(id)[1..]].concat())).collect()
}

#[test]
fn events_in_a_longer_form_are_not_applied_at_all() {
    let flooded = Flooded::new(options());
    let mut tab = flooded.tab("");
    pour(tab.ws.get_ref(), flooded.began + TIME / 10, longer);
    let applied = flooded.applied.load(Relaxed);
    assert_eq!(applied, 0, "events were applied in a form that is refused");
    let mut again = flooded.tab(&tab.cookie);
    again.send_raw(longer(1..2)[6..].to_vec());
    assert_eq!(again.closed(), (1002, "protocol".to_owned()));
    tab.vanish();
}

#[test]
fn a_connection_opened_anew_has_no_allowance_of_its_own() {
    let flooded = Flooded::new(options());
    let mut tab = flooded.tab("");
    let mut next = 1;
    while flooded.began.elapsed() < TIME {
        // One event fewer than would be held back.
        tab.ws.get_mut().write_all(&events(next..next + 59)).unwrap_or_default();
        let (sent, patience) = (Instant::now(), Duration::from_millis(50));
        while flooded.applied.load(Relaxed) < next + 58 && sent.elapsed() < patience {
            thread::yield_now();
        }
        tab.vanish();
        tab.reconnect();
        next = flooded.applied.load(Relaxed) + 1;
    }
    flooded.compare(SESSION);
}

#[test]
fn the_tabs_of_a_browser_have_one_allowance_together() {
    let flooded = Flooded::new(options());
    let first = flooded.tab("");
    let mut tabs: Vec<Tab> = (1..40).map(|_| flooded.tab(&first.cookie)).collect();
    tabs.push(first);
    let until = flooded.began + TIME;
    thread::scope(|scope| {
        for tab in &tabs {
            scope.spawn(move || pour(tab.ws.get_ref(), until, events));
        }
    });
    flooded.compare(BROWSER);
}

#[test]
fn sessions_started_anew_have_the_allowance_of_their_browser() {
    let flooded = Flooded::new(options());
    let Loaded { cookie, token, .. } = load(flooded.server.local_addr().unwrap(), "/", "");
    // A browser that knows of events which the server doesn't have gets another session.
    let hello = |attempt| {
        let known = Node::Uint(u64::MAX);
        let (attempt, command) = (Node::Uint(attempt), Node::Uint(0));
        let (token, hashes, none) =
            (Node::Str((&*token).into()), Node::Bin(vec![].into()), Node::Str("".into()));
        let (query, version) = (none.clone(), none);
        Node::List(vec![Node::Uint(0), token, attempt, command, hashes, query, known, version].into())
            .encode()
    };
    let mut held = Vec::new();
    for attempt in 1.. {
        if flooded.began.elapsed() >= TIME {
            break;
        }
        let mut ws = open(
            flooded.server.local_addr().unwrap(),
            request(flooded.server.local_addr().unwrap(), &cookie),
        );
        let before = flooded.applied.load(Relaxed);
        let socket = ws.get_mut();
        socket.write_all(&frame(&hello(attempt))).unwrap();
        socket.write_all(&events(1..60)).unwrap();
        let (sent, patience) = (Instant::now(), Duration::from_millis(50));
        while flooded.applied.load(Relaxed) < before + 59 && sent.elapsed() < patience {
            thread::yield_now();
        }
        held.push(ws);
        held.drain(..held.len().saturating_sub(20));
    }
    flooded.compare(BROWSER);
}
