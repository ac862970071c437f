//! What a driver asks of work that isn't done yet.
#![allow(missing_docs)]

use std::fmt::Write;

use live_core::limits::COMMIT_WITHIN;
use live_core::{Config, Ctx, Input, Page, Result, Session, View};

use crate::common::{Decimal, Pair};

/// Spawns in `mount`, and once more for each message above zero.
struct Spawner;

impl Page for Spawner {
    type State = i64;
    type Message = i64;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>) -> Result {
        ctx.spawn(async { 1 })?;
        ctx.spawn(async { 2 })
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>, message: i64) -> Result {
        if message > 0 { ctx.spawn(async { 0 }) } else { Ok(()) }
    }
}

#[test]
fn tasks_wait_for_the_next_poll() {
    let mut pair = Pair::with(Spawner, Decimal, Config::default());
    assert_eq!((pair.machine.held_tasks(), pair.machine.is_waiting()), (2, true));
    pair.settle();
    assert_eq!((pair.machine.held_tasks(), pair.machine.is_waiting(), pair.effects.len()), (0, false, 2));
}

#[test]
fn tasks_and_inputs_wait_for_a_commit() {
    let mut pair = Pair::with(Spawner, Decimal, Config { durable: true, ..Config::default() });
    let commit = |pair: &mut Pair<Spawner, Decimal>| {
        let record = pair.commits.pop().expect("a commit is due");
        pair.machine.handle(Input::Committed { generation: record.generation }, pair.now);
        pair.settle();
    };
    pair.settle();
    assert_eq!((pair.machine.held_tasks(), pair.machine.is_waiting()), (2, true));
    commit(&mut pair);
    assert_eq!((pair.machine.held_tasks(), pair.machine.is_waiting()), (0, false));
    pair.message(1);
    assert_eq!(pair.machine.held_tasks(), 1);
    pair.message(0);
    commit(&mut pair);
    assert!(!pair.machine.is_waiting());

    pair.advance(COMMIT_WITHIN);
    assert!(!pair.machine.is_waiting(), "the commit is under way, and nothing waits for it");
    pair.message(0);
    assert!(pair.machine.is_waiting(), "the message does");
    commit(&mut pair);
    assert!(!pair.machine.is_waiting());
}
