//! `Event::refuse`: what the call has done stays, and the browser keeps what was typed.

use std::sync::Arc;

use live_core::client::{Action, Heard};
use live_core::limits::{MAX_PENDING, MAX_STRIKES, MAX_TIMERS};
use live_core::wire::{NoticeLevel, Received};
use live_core::{
    Call, Command, Config, Ctx, Duration, Effect, Event, Focus, Input, Machine, Output, Page, Record,
    RecoverableError, Redirect, Refused, Result, Rollback, Session, View,
};

use crate::common::{Catch, Decimal, Pair};

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
            if let Output::Commit(record) = output {
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

/// A small generator: Knuth's LCG.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// A browser and its session, whose frames get lost and whose server is killed, and what should come of it.
struct Troubled {
    tab: Tab,
    /// The last that the store has.
    stored: Record,
    /// How many events leave something behind, and which of them are refused or fail, as the user has made them.
    kept: i64,
    refused: Vec<u64>,
    made: u64,
}

impl Troubled {
    fn new() -> Self {
        let mut tab = Pair::with(Strict, Decimal, durable());
        let stored = tab.commit().expect("the mount's");
        tab.connect(false);
        Self { tab, stored, kept: 0, refused: Vec::new(), made: 0 }
    }

    fn act(&mut self, event: &str) {
        self.made += 1;
        self.kept += i64::from(matches!(event, "take" | "refuse"));
        if event != "take" {
            self.refused.push(self.made);
        }
        self.tab.click(event);
    }

    /// What the server says is lost, and the connection with it.
    fn cut(&mut self) {
        let tab = &mut self.tab;
        tab.machine.handle(Input::Closed, tab.now);
        while let Some(output) = tab.machine.poll(tab.now) {
            if let Output::Commit(record) = output {
                tab.commits.push(record);
            }
        }
        self.come_back();
    }

    fn come_back(&mut self) {
        self.tab.connect(true);
        for frame in self.tab.client.resend() {
            self.tab.frame(&frame);
        }
    }

    fn commit(&mut self) {
        if let Some(record) = self.tab.commit() {
            self.stored = record;
        }
    }

    /// The server is killed. A write that was under way may have reached the store.
    fn crash(&mut self, is_written: bool) {
        if let Some(record) = self.tab.commits.pop().filter(|_| is_written) {
            self.stored = record;
        }
        let machine =
            Machine::restore(Arc::new(Strict), Decimal, Catch, &self.stored, Arc::default(), durable(), true);
        let mut next = Pair::of(machine.unwrap(), self.tab.now);
        std::mem::swap(&mut next.client, &mut self.tab.client);
        std::mem::swap(&mut next.heard, &mut self.tab.heard);
        self.tab = next;
        self.commit();
        self.come_back();
    }
}

#[test]
fn whatever_breaks_refused_events_are_applied_once_and_told_once() {
    for seed in 0..300 {
        let (mut dice, mut troubled) = (Dice(seed), Troubled::new());
        for _ in 0..40 {
            match dice.below(9) {
                0 => troubled.act("take"),
                1 | 2 => troubled.act("refuse"),
                3 => troubled.act("fail"),
                4 => troubled.cut(),
                5 => troubled.crash(dice.below(2) == 0),
                _ => troubled.commit(),
            }
        }
        troubled.cut();
        troubled.commit();
        let Troubled { tab, kept, refused: expected, .. } = troubled;
        assert_eq!(tab.client.pending(), 0, "seed {seed}");
        assert_eq!(tab.machine.session().state % 10_000, kept, "seed {seed}");
        assert_eq!(refused(&tab), expected, "seed {seed}");
    }
}
