//! What a connection keeps of a large message, once it is read: nothing.
//!
//! Counted is the live memory of the whole process. The browser's end sends by hand, so that no buffer of its own grows.
#![allow(missing_docs, dead_code, reason = "of what the tests have in common it takes a part")]

#[path = "it/common/mod.rs"]
mod common;

use std::alloc::System;
use std::io::Write as _;
use std::thread;
use std::time::Instant;

use common::tab::frame;
use common::{PATIENCE, Tab, server};
use live_smol::live_core::client::Action;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many bytes a message has that is large.
const LARGE: usize = 32 * 1024;

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

#[test]
fn a_connection_keeps_nothing_of_a_large_message() {
    let server = server();
    let mut other = Tab::new(server.local_addr(), "/lab/a");
    let mut tab = Tab::new(server.local_addr(), "/lab/b");
    // What the process keeps once for all of them.
    act(&mut other, LARGE);
    act(&mut tab, 1);
    let before = live();
    act(&mut tab, LARGE);
    // The worker may be at it still when the answer is here.
    let began = Instant::now();
    while live() > before + MORE {
        let kept = live().saturating_sub(before);
        assert!(began.elapsed() < PATIENCE, "{kept} bytes are kept of a message of {LARGE}");
        thread::yield_now();
    }
}
