//! `Event::refuse`: what the call has done stays, and the browser keeps what was typed.

mod common;

use std::sync::Arc;

use common::{Catch, Decimal, Pair};
use live_core::client::{Action, Heard};
use live_core::limits::{MAX_PENDING, MAX_STRIKES, MAX_TIMERS};
use live_core::wire::{NoticeLevel, Received};
use live_core::{
    Call, Command, Config, Ctx, Duration, Effect, Event, Focus, Input, Machine, Page, Record,
    RecoverableError, Redirect, Refused, Result, Rollback, Session, View,
};

/// Counts what it refuses, in each way that a call can leave something behind.
struct Strict<const REMOUNTS: bool>;

impl<const REMOUNTS: bool> Page for Strict<REMOUNTS> {
    type State = i64;
    type Message = i64;
    const ROLLBACK: Rollback = if REMOUNTS { Rollback::Remount } else { Rollback::Clone };

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str(r#"<p data-lv-region="count"></p>"#);
            Ok(())
        });
        view.region("count", |out| {
            *out += &s.state.to_string();
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += 1;
        s.mark("count");
        match e.name {
            "take" => Ok(()),
            "refuse" => e.refuse(),
            "all" => {
                s.push(Focus::on("#wrong"));
                s.flash.add_warning("look");
                ctx.publish("topic", 5)?;
                ctx.subscribe("others")?;
                ctx.send_after(10, Duration::from_secs(5))?;
                e.refuse()
            }
            "redirect" => {
                s.push(Redirect::to("/log-in"));
                e.refuse()
            }
            "timers" => {
                for _ in 0..=MAX_TIMERS {
                    ctx.send_after(1, Duration::from_secs(1))?;
                }
                e.refuse()
            }
            "wrapped" => {
                let Err(refused) = e.refuse() else { return Ok(()) };
                Err(RecoverableError::new("not so").caused_by(refused).into())
            }
            _ => e.unknown(),
        }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark("count");
        if by < 0 { Err(Refused.into()) } else { Ok(()) }
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, _: &str) -> Result {
        s.state += 1000;
        Err(Refused.into())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        s.state += 10_000;
        if ctx.connected() { Err(Refused.into()) } else { Ok(()) }
    }
}

type Tab = Pair<Strict<false>, Decimal>;

fn opened(config: Config) -> Tab {
    let mut tab = Pair::with(Strict, Decimal, config);
    tab.commit();
    tab.connect(false);
    tab
}

fn connected() -> Tab {
    opened(Config::default())
}

fn durable() -> Config {
    Config { durable: true, ..Config::default() }
}

/// Another process goes on from a record, with the same browser.
fn restored(tab: Tab, record: &Record) -> Tab {
    let (page, request) = (Arc::new(Strict), Arc::default());
    let machine = Machine::restore(page, Decimal, Catch, record, request, durable(), true).unwrap();
    let mut next = Pair::of(machine, tab.now);
    next.client = tab.client;
    next.commit();
    next
}

fn refused(tab: &Tab) -> Vec<u64> {
    let ids = tab.heard.iter().filter_map(|heard| match heard {
        Heard::Refused(id) => Some(*id),
        _ => None,
    });
    ids.collect()
}

#[test]
fn all_that_a_refused_call_has_done_stays() {
    let mut tab = connected();
    tab.click("take").click("all");
    assert_eq!((tab.client.html("count"), tab.client.applied(), tab.client.pending()), (Some("2"), 2, 0));
    assert_eq!(refused(&tab), [2]);
    assert!(tab.heard.contains(&Heard::Command(Command::Focus(Focus::on("#wrong")))));
    assert_eq!(tab.machine.session().flash.warning, ["look"]);
    assert!(tab.machine.topics().eq(["others"]));
    assert!(matches!(tab.effects[..], [Effect::Publish { message: 5, .. }, Effect::Subscribe(_)]));
    tab.advance(Duration::from_secs(5));
    assert_eq!(tab.client.html("count"), Some("12"), "its timer");
    tab.click("take");
    assert_eq!((tab.client.html("count"), &refused(&tab)[..]), (Some("13"), &[2][..]), "told once");
}

#[test]
fn a_refusal_is_no_failure_however_often_it_comes() {
    let mut tab = opened(Config { dev: true, ..Config::default() });
    for _ in 0..2 * MAX_STRIKES {
        tab.click("refuse");
    }
    assert_eq!((tab.closed, &tab.effects[..].len()), (None, &0), "nothing is reported");
    assert!(!tab.heard.iter().any(|heard| matches!(heard, Heard::Notice(NoticeLevel::Error, _))));
    let counters = tab.machine.counters();
    assert_eq!((counters.events, counters.refused, counters.failed, counters.panics), (6, 6, 0, 0));
}

#[test]
fn a_page_that_remounts_after_failures_does_not_after_a_refusal() {
    let mut pair = Pair::with(Strict::<true>, Decimal, Config::default());
    pair.connect(false).click("take").click("refuse");
    assert_eq!(pair.client.html("count"), Some("2"));
}

#[test]
fn a_redirect_that_a_refused_call_has_pushed_is_followed() {
    let mut tab = connected();
    tab.click("redirect");
    assert!(tab.heard.contains(&Heard::Command(Command::Redirect(Redirect::to("/log-in")))));
    assert_eq!(refused(&tab), [1]);
}

#[test]
fn what_no_session_may_have_makes_a_refusal_a_failure() {
    let mut tab = connected();
    tab.click("timers");
    assert_eq!((tab.client.html("count"), tab.machine.poll_timeout()), (Some("0"), None));
    assert_eq!((refused(&tab), tab.machine.counters().failed), (vec![1], 1));
    assert!(matches!(&tab.effects[..], [Effect::Error(_)]));
}

#[test]
fn an_error_that_a_refusal_has_caused_is_an_error() {
    let mut tab = connected();
    tab.click("wrapped");
    assert_eq!((tab.client.html("count"), tab.machine.counters().failed), (Some("0"), 1));
    assert_eq!(tab.machine.session().flash.error, ["not so"]);
}

#[test]
fn only_events_can_be_refused() {
    let mut tab = connected();
    tab.message(-5);
    tab.machine.handle(Input::Missed("others"), tab.now);
    tab.settle();
    tab.machine.handle(Input::Closed, tab.now);
    tab.connect(true);
    assert_eq!(tab.machine.session().state, 10_000, "what was refused is undone, its loss was not");
    let calls: Vec<&Call> = tab
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::Error(report) => &report.call,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(calls, [&Call::Info, &Call::Missed("others".into()), &Call::Connection]);
    assert_eq!((refused(&tab), tab.machine.counters().refused), (vec![], 0));
}

#[test]
fn a_refusal_is_told_after_its_commit_and_not_run_again() {
    let mut tab = opened(durable());
    tab.click("refuse");
    assert_eq!((&refused(&tab)[..], tab.client.pending()), (&[][..], 1), "the store has not answered");
    let record = tab.commits.pop().expect("a commit");
    // The server is gone before it tells: the browser sends the event again.
    let mut next = restored(tab, &record);
    next.connect(true);
    assert_eq!((refused(&next), next.client.pending()), (vec![1], 0));
    for frame in next.client.resend() {
        next.frame(&frame);
    }
    assert_eq!((next.machine.session().state % 10_000, next.machine.applied()), (1, 1));
    next.heard.clear();
    next.connect(true);
    assert_eq!(refused(&next), [], "the browser knows");
}

#[test]
fn an_event_that_waits_for_a_commit_can_be_refused() {
    let mut tab = opened(durable());
    tab.click("take");
    for event in ["refuse", "take"] {
        let frame = tab.client.send(Action::new(event));
        tab.machine.handle(Input::Frame(&Received::new(&frame)), tab.now);
    }
    assert_eq!(tab.machine.applied(), 1, "the store has not answered");
    tab.commit();
    assert_eq!((refused(&tab), tab.client.html("count"), tab.client.pending()), (vec![2], Some("3"), 0));
}

#[test]
fn the_last_refusals_are_remembered() {
    let mut tab = opened(durable());
    for _ in 0..=MAX_PENDING {
        let frame = tab.client.send(Action::new("refuse"));
        tab.machine.handle(Input::Frame(&Received::new(&frame)), tab.now);
        while let Some(output) = tab.machine.poll(tab.now) {
            if let live_core::Output::Commit(record) = output {
                let committed = Input::Committed { generation: record.generation };
                tab.machine.handle(committed, tab.now);
                tab.commits = vec![record];
            }
        }
    }
    // None of the frames arrived.
    let record = tab.commits.pop().expect("the last");
    let mut next = restored(tab, &record);
    next.connect(true);
    let last = MAX_PENDING as u64 + 1;
    assert_eq!(refused(&next), (2..=last).collect::<Vec<_>>());
}
