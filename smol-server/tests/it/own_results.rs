//! What a session's own tasks bring is never lost: it waits for a store that is slow, and for nobody else's messages.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use live_core::client::Action;
use live_core::limits::MAX_INBOX;
use live_core::{Record, SessionId};
use live_smol::live_std::store::StoreFuture;
use live_smol::live_std::{MemoryStore, SessionStore};
use live_smol::prelude::*;
use live_smol::unblock;

use crate::common::gate::Gate;
use crate::common::{PATIENCE, Tab, options, server_of};

/// A durable store that answers while it is open.
struct Slow {
    kept: MemoryStore,
    is_open: AtomicBool,
    waiting: AtomicU32,
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
            self.waiting.fetch_add(1, SeqCst);
            while !self.is_open.load(SeqCst) {
                smol::Timer::after(Duration::from_millis(1)).await;
            }
            self.waiting.fetch_sub(1, SeqCst);
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

/// Adds up what its tasks bring.
#[derive(Clone, Default)]
struct Sum {
    gate: Gate,
    done: Arc<AtomicU32>,
}

/// How many tasks each event spawns.
const TASKS: u32 = 20;

impl Page for Sum {
    type State = u32;
    type Message = u32;

    fn render(&self, s: &Session<u32>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<u32>, e: &Event) -> Result {
        if e.name == "add" {
            s.state += 1000;
            s.mark_all();
            return Ok(());
        }
        for _ in 0..TASKS {
            let Self { gate, done } = self.clone();
            ctx.spawn(unblock(move || {
                gate.pass();
                done.fetch_add(1, SeqCst);
                1
            }))?;
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<u32>, by: u32) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn more_results_than_an_inbox_takes_wait_for_a_slow_store() {
    let (kept, page) = (MemoryStore::new(), Sum::default());
    let store = Arc::new(Slow { kept, is_open: AtomicBool::new(true), waiting: AtomicU32::new(0) });
    let server = server_of(Options { session_store: store.clone(), ..options() }, "/", page.clone());
    let _opens = page.gate.opens();
    let mut tab = Tab::new(server.local_addr().unwrap(), "/");
    let rounds = MAX_INBOX as u32 / TASKS + 2;
    for _ in 0..rounds {
        tab.act("spawn");
    }
    store.is_open.store(false, SeqCst);
    tab.send(Action::new("add"));
    until("no commit waits", || store.waiting.load(SeqCst) > 0);
    page.gate.open();
    until("tasks don't end", || page.done.load(SeqCst) == rounds * TASKS);
    store.is_open.store(true, SeqCst);
    tab.until_html("", &(1000 + rounds * TASKS).to_string());
}
