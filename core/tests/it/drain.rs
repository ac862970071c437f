//! The end of a server: what has changed is committed, then the connection is closed (rule R13).

use std::fmt::Write;

use live_core::client::{Action, Heard};
use live_core::limits::MAX_AWAY;
use live_core::wire::Reason;
use live_core::{
    CommitError, Config, Ctx, Duration, Event, Input, Machine, Page, Result, Session, Timer, View,
};

use crate::common::{Catch, Decimal, ID, Pair};

#[derive(Debug)]
struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = i64;

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += 1;
        s.mark_all();
        if e.name == "later" {
            let _: Timer = ctx.send_after(100, Duration::from_secs(5))?;
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

type Tab = Pair<Counter, Decimal>;

/// A connected pair whose mount is committed.
fn connected(durable: bool) -> Tab {
    let mut pair = Pair::with(Counter, Decimal, Config { durable, ..Config::default() });
    pair.settle();
    if durable {
        committed(&mut pair);
    }
    pair.connect(false);
    pair
}

fn committed(pair: &mut Tab) {
    let generation = pair.commits.last().expect("a commit").generation;
    pair.machine.handle(Input::Committed { generation }, pair.now);
    pair.settle();
}

fn drain(pair: &mut Tab, wait: Duration) {
    pair.machine.handle(Input::Drain { wait }, pair.now);
    pair.settle();
}

/// What the last record has for a state.
fn kept(pair: &Tab) -> i64 {
    let (page, config) = (std::sync::Arc::new(Counter), Config::default());
    let record = pair.commits.last().expect("a commit");
    assert_eq!(record.id, ID);
    let machine = Machine::restore(page, Decimal, Catch, record, Default::default(), config, true).unwrap();
    machine.session().state
}

#[test]
fn a_change_that_no_event_made_is_committed_before_the_close() {
    let mut pair = connected(true);
    pair.message(5);
    let before = pair.commits.len();
    drain(&mut pair, Duration::from_secs(10));
    assert!(pair.heard.contains(&Heard::Away(10_000)));
    assert_eq!((pair.commits.len(), pair.closed, pair.machine.is_drained()), (before + 1, None, false));
    committed(&mut pair);
    assert_eq!((kept(&pair), pair.closed, pair.machine.is_drained()), (5, Some(Reason::Restart), true));
}

#[test]
fn an_event_behind_a_commit_is_applied_committed_and_acknowledged() {
    let mut pair = connected(true);
    pair.click("inc");
    pair.click("inc");
    drain(&mut pair, Duration::ZERO);
    committed(&mut pair);
    assert_eq!(pair.closed, None);
    committed(&mut pair);
    assert_eq!((kept(&pair), pair.client.pending(), pair.closed), (2, 0, Some(Reason::Restart)));
    assert!(!pair.heard.iter().any(|heard| matches!(heard, Heard::Away(_))), "nobody was told to wait");
}

#[test]
fn nothing_new_is_taken_in() {
    let mut pair = connected(true);
    pair.click("later");
    drain(&mut pair, Duration::ZERO);
    pair.click("inc");
    pair.message(7);
    pair.advance(Duration::from_secs(6));
    committed(&mut pair);
    assert_eq!((kept(&pair), pair.client.pending(), pair.machine.is_drained()), (1, 1, true));
    pair.act(Action::new("inc")).message(7).advance(Duration::from_secs(60));
    assert!(pair.machine.is_drained() && pair.machine.poll_timeout().is_none());
}

#[test]
fn a_failing_store_is_asked_again() {
    let mut pair = connected(true);
    pair.message(5);
    drain(&mut pair, Duration::ZERO);
    let generation = pair.commits.last().unwrap().generation;
    let error = CommitError::Unavailable;
    pair.machine.handle(Input::CommitFailed { generation, error }, pair.now);
    pair.settle();
    assert!(!pair.machine.is_drained());
    pair.advance(Duration::from_secs(1));
    committed(&mut pair);
    assert_eq!((kept(&pair), pair.machine.is_drained()), (5, true));
}

#[test]
fn without_a_store_or_a_connection_it_takes_no_time() {
    let mut pair = connected(false);
    pair.message(5);
    drain(&mut pair, MAX_AWAY * 2);
    assert!(pair.heard.contains(&Heard::Away(30_000)), "no longer than the limit");
    assert_eq!((pair.closed, pair.machine.is_drained()), (Some(Reason::Restart), true));
    let mut left = connected(false);
    left.machine.handle(Input::Closed, left.now);
    left.settle();
    drain(&mut left, MAX_AWAY);
    assert!(left.machine.is_drained());
    assert_eq!(left.closed, None);
}
