//! What a crash may not take: rules R1 to R3, seen from the record.

use std::fmt::Write;
use std::sync::Arc;

use live_core::client::Heard;
use live_core::wire::{BrowserFrame, Reason, Received};
use live_core::{
    Config, Ctx, Duration, Effect, Error, Event, Input, Machine, Page, Record, Result, Session, View,
};

use crate::common::{Catch, Decimal, Pair};

/// Adds up what timers and others say, and tells others.
struct Sum;

impl Page for Sum {
    type State = i64;
    type Message = i64;

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "later" => {
                ctx.send_after(100, Duration::from_secs(10))?;
                let timer = ctx.send_after(7, Duration::from_secs(10))?;
                ctx.cancel(timer);
            }
            "tell" => {
                ctx.publish("sum", 3)?;
                ctx.publish("sum", 4)?;
            }
            "fail" => return Err(Error::msg("no")),
            _ => s.state += 1,
        }
        s.mark_all();
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark_all();
        Ok(())
    }
}

type Tab = Pair<Sum, Decimal>;

fn durable() -> Config {
    Config { durable: true, ..Config::default() }
}

fn connected() -> Tab {
    let mut tab = Pair::with(Sum, Decimal, durable());
    tab.settle();
    commit(&mut tab);
    tab.connect(false);
    tab
}

fn commit(tab: &mut Tab) -> Record {
    let record = tab.commits.pop().expect("a commit is due");
    tab.machine.handle(Input::Committed { generation: record.generation }, tab.now);
    tab.settle();
    record
}

/// The process is gone; another goes on from the record, and the same browser comes back.
fn crash(tab: Tab, record: &Record) -> Tab {
    let machine =
        Machine::restore(Arc::new(Sum), Decimal, Catch, record, Arc::default(), durable(), true).unwrap();
    let mut next = Pair::of(machine, tab.now);
    next.client = tab.client;
    next.settle();
    commit(&mut next);
    next.connect(true);
    for frame in next.client.resend() {
        next.frame(&frame);
    }
    next
}

fn published(tab: &Tab) -> Vec<(u64, i64)> {
    let publishes = tab.effects.iter().filter_map(|effect| match effect {
        Effect::Publish { number, message, .. } => Some((*number, *message)),
        _ => None,
    });
    publishes.collect()
}

#[test]
fn a_timer_goes_on_where_it_was() {
    let mut tab = connected();
    tab.click("later");
    let record = commit(&mut tab);
    let mut next = crash(tab, &record);
    next.advance(Duration::from_secs(9));
    commit(&mut next);
    assert_eq!(next.machine.session().state, 0);
    next.advance(Duration::from_secs(1));
    assert_eq!(next.machine.session().state, 100, "and one that was taken back doesn't");
}

#[test]
fn a_timer_that_came_due_meanwhile_fires_at_once() {
    let mut tab = connected();
    tab.click("later");
    let record = commit(&mut tab);
    tab.now = tab.now + Duration::from_secs(3600);
    let mut next = crash(tab, &record);
    next.advance(Duration::ZERO);
    assert_eq!(next.machine.session().state, 100);
}

#[test]
fn what_was_to_be_published_is_published_again_under_its_number() {
    let mut tab = connected();
    tab.click("tell");
    let record = tab.commits.pop().unwrap();
    assert_eq!(published(&tab), [], "not before the commit");
    let next = crash(tab, &record);
    let once = published(&next);
    assert_eq!(once.iter().map(|(_, message)| *message).collect::<Vec<_>>(), [3, 4]);

    let mut tab = connected();
    tab.click("tell");
    let record = commit(&mut tab);
    let first = published(&tab);
    let mut next = crash(tab, &record);
    assert_eq!(published(&next), first, "a bus can tell that it is the same");
    next.effects.clear();
    next.click("tell");
    commit(&mut next);
    assert!(published(&next).iter().all(|(number, _)| first.iter().all(|(known, _)| known < number)));
}

#[test]
fn what_has_left_is_not_in_the_next_record() {
    let mut tab = connected();
    tab.click("tell");
    commit(&mut tab);
    tab.click("inc");
    let record = commit(&mut tab);
    assert_eq!(published(&crash(tab, &record)), []);
}

#[test]
fn a_welcome_acknowledges_nothing_that_is_not_committed() {
    let mut tab = connected();
    tab.click("inc");
    assert_eq!(tab.machine.applied(), 1);
    tab.connect(true);
    assert_eq!(tab.client.pending(), 1, "the store has not answered");
    for frame in tab.client.resend() {
        tab.frame(&frame);
    }
    commit(&mut tab);
    assert_eq!((tab.client.pending(), tab.machine.session().state), (0, 1), "and it was applied once");
}

#[test]
fn a_failure_is_told_even_if_the_frame_that_told_it_is_lost() {
    let mut tab = connected();
    let frame = tab.client.send(live_core::client::Action::new("fail"));
    tab.machine.handle(Input::Frame(&Received::new(&frame)), tab.now);
    while tab.machine.poll(tab.now).is_some() {}
    let record = tab.machine.record().unwrap();
    let mut tab = crash(tab, &Record { generation: record.generation, ..record });
    assert!(tab.heard.contains(&Heard::Refused(1)), "{:?}", tab.heard);
    tab.heard.clear();
    tab.connect(true);
    assert!(!tab.heard.contains(&Heard::Refused(1)), "the browser knows: it waits for it no more");
}

#[test]
fn a_timer_that_comes_due_behind_a_commit_is_in_no_gap() {
    let mut tab = connected();
    tab.click("later");
    commit(&mut tab);
    tab.now = tab.now + Duration::from_secs(20);
    tab.click("inc");
    let record = tab.commits.pop().expect("the click's");
    assert_eq!(tab.machine.poll_timeout(), None, "it waits for the store");
    tab.machine.handle(Input::Timeout, tab.now);
    tab.settle();
    let mut next = crash(tab, &record);
    next.advance(Duration::ZERO);
    assert_eq!(next.machine.session().state, 101);
}

#[test]
fn a_server_that_another_has_overtaken_says_so_and_the_browser_counts_on() {
    let mut tab = connected();
    tab.click("inc");
    let record = commit(&mut tab);
    let stale =
        Machine::restore(Arc::new(Sum), Decimal, Catch, &record, Arc::default(), durable(), true).unwrap();
    tab.click("inc");
    commit(&mut tab);
    let hello = tab.client.hello();
    let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else { panic!("hello") };
    assert_eq!(hello.applied, 2);
    assert!(stale.is_behind(&hello) && !tab.machine.is_behind(&hello));
    let mut late = Pair::of(stale, tab.now);
    late.client = tab.client;
    late.settle();
    commit(&mut late);
    late.connect(true);
    late.click("inc");
    assert_eq!(late.closed, Some(Reason::Protocol), "a gap, and no third event under the second's number");
}
