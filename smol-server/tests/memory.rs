//! What a connection keeps: of a large message that is read, nothing; of its request, what page code is told, once.
//!
//! Counted is the live memory of the whole process. The browser's end sends by hand, so that no buffer of its own grows.
#![allow(missing_docs, dead_code, reason = "of what the tests have in common it takes a part")]

#[path = "it/common/mod.rs"]
mod common;

use std::alloc::System;
use std::io::Write as _;
use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use common::tab::{frame, load};
use common::{PATIENCE, Tab, server};
use live_smol::live_core::client::Action;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many bytes a message has that is large.
const LARGE: usize = 32 * 1024;

/// How many bytes a header has that is.
const HEADER: usize = 8 * 1024;

/// How much more may be there after it: what the process does beside it.
const MORE: usize = 2 * 1024;

/// The memory that is allocated now, in bytes.
fn live() -> usize {
    let stats = HEAP.stats();
    // Reallocations count as what they add, which may be less than nothing.
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Sends an event with so much in its form, and waits until it is applied.
fn act(tab: &mut Tab, size: usize) {
    let message = tab.client.send(Action::new("inc").field("text", "x".repeat(size)));
    tab.ws.get_mut().write_all(&frame(&message)).unwrap();
    drop(message);
    tab.until("an acknowledgement", |tab| tab.client.pending() == 0);
}

/// Waits until no more than so much is there: a worker may be at it still when the answer is here.
fn falls_to(limit: usize, of: &str) {
    let began = Instant::now();
    while live() > limit + MORE {
        let kept = live().saturating_sub(limit);
        assert!(began.elapsed() < PATIENCE, "{kept} bytes too many are kept of {of}");
        thread::yield_now();
    }
}

/// Connects with a cookie beside the session's that has so many bytes, and keeps nothing of it.
fn connect(server: SocketAddr, path: &str, size: usize) -> Tab {
    let mut loaded = load(server, path, "");
    loaded.cookie = format!("{}; other={}", loaded.cookie, "x".repeat(size));
    let mut tab = Tab::of(server, loaded);
    tab.cookie = String::new();
    tab
}

/// One test, as the memory is everyone's.
#[test]
fn a_connection_keeps_no_more_than_it_needs() {
    let server = server();
    let address = server.local_addr().unwrap();
    let _tabs = (nothing_of_a_large_message(address), one_copy_of_its_headers(address));
}

fn nothing_of_a_large_message(server: SocketAddr) -> [Tab; 2] {
    let mut other = Tab::new(server, "/lab/a");
    let mut tab = Tab::new(server, "/lab/b");
    // What the process keeps once for all of them.
    act(&mut other, LARGE);
    act(&mut tab, 1);
    let before = live();
    act(&mut tab, LARGE);
    falls_to(before, "a large message");
    [other, tab]
}

fn one_copy_of_its_headers(server: SocketAddr) -> [Tab; 3] {
    let first = connect(server, "/lab/c", HEADER);
    let before = live();
    let plain = connect(server, "/lab/d", 1);
    let each = live().saturating_sub(before);
    let before = live();
    let large = connect(server, "/lab/e", HEADER);
    falls_to(before + each + HEADER, "a large header");
    [first, plain, large]
}
