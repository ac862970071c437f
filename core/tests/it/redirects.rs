//! A `Redirect` that page code returns as an error sends the browser elsewhere, whichever call returned it.
#![allow(missing_docs)]

use std::fmt::Write;

use live_core::client::Heard;
use live_core::{
    Command, Config, Ctx, Duration, Effect, Event, Input, Machine, Page, Redirect, Result, Rollback, Session,
    View,
};

use crate::common::{Catch, Decimal, Pair};

/// Leaves whenever it is asked to, and changes its state before.
#[derive(Debug)]
struct Leaver;

fn leave(s: &mut Session<i64>, to: &str) -> Result {
    s.state += 100;
    s.mark_all();
    Err(Redirect::to(to).into())
}

impl Page for Leaver {
    type State = i64;
    type Message = i64;

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "leave" => {
                ctx.publish("topic", 1)?;
                leave(s, "/handle")
            }
            "replace" => Err(Redirect::to("/handle").replacing().into()),
            _ => {
                ctx.send_after(7, Duration::from_secs(1))?;
                s.state += 1;
                s.mark_all();
                Ok(())
            }
        }
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, _: i64) -> Result {
        leave(s, "/info")
    }

    fn missed(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, _: &str) -> Result {
        leave(s, "/missed")
    }

    fn connection(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        if ctx.connected() { Ok(()) } else { leave(s, "/connection") }
    }
}

fn connected() -> Pair<Leaver, Decimal> {
    let mut pair = Pair::with(Leaver, Decimal, Config::default());
    pair.connect(false);
    pair
}

/// Where the browser was sent.
fn sent<P: Page, C>(pair: &Pair<P, C>) -> Vec<&str> {
    pair.heard.iter().filter_map(target).collect()
}

fn target(heard: &Heard) -> Option<&str> {
    if let Heard::Command(Command::Redirect(Redirect { to, .. })) = heard { Some(to) } else { None }
}

#[track_caller]
fn sends_away(pair: &Pair<Leaver, Decimal>, to: &str) {
    assert_eq!(sent(pair), [to], "the browser was not sent");
    assert_eq!((pair.machine.session().state, pair.client.page_html().as_str()), (0, "0"), "it counts");
    assert!(pair.effects.is_empty(), "{:?}", pair.effects);
    assert!(!pair.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))), "the event failed");
    assert_eq!(pair.machine.counters().failed, 0);
}

#[test]
fn a_message_sends_the_browser_away() {
    let mut pair = connected();
    pair.message(1);
    sends_away(&pair, "/info");
}

#[test]
fn an_event_sends_the_browser_away() {
    let mut pair = connected();
    pair.click("leave");
    sends_away(&pair, "/handle");
}

#[test]
fn missed_messages_send_the_browser_away() {
    let mut pair = connected();
    pair.machine.handle(Input::Missed("topic"), pair.now);
    pair.settle();
    sends_away(&pair, "/missed");
}

#[test]
fn a_timer_sends_the_browser_away() {
    let mut pair = connected();
    pair.click("later").advance(Duration::from_secs(1));
    assert_eq!(sent(&pair), ["/info"], "the browser was not sent");
    assert_eq!(pair.client.page_html(), "1");
}

#[test]
fn a_redirect_without_a_connection_waits_for_the_next() {
    let mut pair = connected();
    pair.machine.handle(Input::Closed, pair.now);
    pair.settle();
    assert!(sent(&pair).is_empty());
    pair.connect(true);
    sends_away(&pair, "/connection");
}

#[test]
fn a_redirect_replaces_the_history_entry_if_it_says_so() {
    let mut pair = connected();
    pair.click("replace");
    let told = Heard::Command(Redirect::to("/handle").replacing().into());
    assert!(pair.heard.contains(&told), "the browser was not sent: {:?}", pair.heard);
}

#[test]
fn a_redirect_is_committed_before_it_is_sent() {
    let config = Config { durable: true, ..Config::default() };
    let mut pair = Pair::with(Leaver, Decimal, config);
    pair.settle();
    let commit = |pair: &mut Pair<Leaver, Decimal>| {
        let record = pair.commits.pop().expect("a commit is due");
        pair.machine.handle(Input::Committed { generation: record.generation }, pair.now);
        pair.settle();
    };
    commit(&mut pair);
    pair.connect(false).message(1);
    assert!(sent(&pair).is_empty(), "sent before it was committed");
    commit(&mut pair);
    assert_eq!(sent(&pair), ["/info"]);
}

/// Mounts once; then it has moved.
struct Moved;

impl Page for Moved {
    type State = i64;
    type Message = i64;
    const ROLLBACK: Rollback = Rollback::Remount;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<i64>) -> Result {
        if ctx.now().as_micros() > 1_000_000 { Err(Redirect::to("/new").into()) } else { Ok(()) }
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, _: &mut Session<i64>, _: &Event) -> Result {
        Err(live_core::Error::msg("broken"))
    }
}

#[test]
fn a_page_that_is_mounted_anew_after_an_error_sends_the_browser_away() {
    let mut pair = Pair::with(Moved, Decimal, Config::default());
    pair.connect(false).advance(Duration::from_secs(1)).click("x");
    assert_eq!(sent(&pair), ["/new"], "the browser was not sent");
    let errors: Vec<String> = pair.effects.iter().map(|effect| format!("{effect:?}")).collect();
    let [Effect::Error(report)] = &pair.effects[..] else { panic!("{errors:?}") };
    assert_eq!(report.to_string(), "handle `x`: broken", "the error itself is reported, the redirect is not");
}

#[test]
fn a_driver_without_a_connection_asks_where_the_page_wants_to_be() {
    let mut pair = Pair::with(Leaver, Decimal, Config::default());
    assert_eq!(pair.machine.redirect(), None);
    pair.message(1);
    assert_eq!(pair.machine.redirect(), Some(&Redirect::to("/info")));
    let record = pair.machine.record().unwrap();
    pair.connect(false);
    assert_eq!(sent(&pair), ["/info"]);
    assert_eq!(pair.machine.redirect(), None, "the browser has been sent there");

    let (page, request) = (Leaver.into(), live_core::Request::default().into());
    let restored = Machine::restore(page, Decimal, Catch, &record, request, Config::default(), true).unwrap();
    let mut pair = Pair::of(restored, pair.now);
    assert_eq!(pair.machine.redirect(), None, "nobody asks for it any more");
    pair.message(1);
    assert_eq!(pair.machine.redirect(), Some(&Redirect::to("/info")));
}
