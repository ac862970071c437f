//! What a machine holds has limits, whatever browser and page do.

use std::fmt::Write;

use live_core::limits::{MAX_INBOX, MAX_MARKS, MAX_TIMERS, MAX_TOPICS};
use live_core::wire::Received;
use live_core::{Config, Ctx, Duration, Event, Input, Page, Result, Session, View};

use crate::common::{Decimal, ID, Pair};

/// Follows topics and sets timers as it is told; its message sends itself again.
struct Hoarder;

impl Page for Hoarder {
    type State = i64;
    type Message = i64;

    fn render(&self, _: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(out.write_str("<p></p>")?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        let most = e.get_int("n").unwrap_or(0);
        match e.name {
            "follow" => (0..most).try_for_each(|n| ctx.subscribe(n.to_string()))?,
            "swap" => {
                ctx.unsubscribe("0")?;
                ctx.subscribe("new")?;
            }
            "mark" => (0..most).for_each(|n| s.mark(n.to_string())),
            "cancel" => {
                let timer = ctx.send_after(1, Duration::from_secs(1))?;
                (0..most).for_each(|_| ctx.cancel(timer));
                (0..most).try_for_each(|_| ctx.send_after(1, Duration::from_secs(1)).map(drop))?;
            }
            "again" => ctx.send_info(1)?,
            _ => return e.unknown(),
        }
        s.state += 1;
        Ok(())
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, _: i64) -> Result {
        s.state += 1;
        ctx.send_info(1)
    }
}

fn connected(config: Config) -> Pair<Hoarder, Decimal> {
    let mut pair = Pair::with(Hoarder, Decimal, config);
    pair.connect(false);
    pair
}

fn ask(pair: &mut Pair<Hoarder, Decimal>, event: &str, n: usize) -> i64 {
    let before = pair.machine.session().state;
    pair.act(live_core::client::Action::new(event).value("n", n));
    check(pair);
    pair.machine.session().state - before
}

fn check(pair: &Pair<Hoarder, Decimal>) {
    let load = pair.machine.load();
    assert!(load.iter().all(|load| load.count <= load.most), "{load:?}");
}

#[test]
fn a_session_follows_so_many_topics_and_may_swap_one() {
    let mut pair = connected(Config::default());
    assert_eq!(ask(&mut pair, "follow", MAX_TOPICS + 1), 0);
    assert_eq!(ask(&mut pair, "follow", MAX_TOPICS), 1);
    assert_eq!(ask(&mut pair, "swap", 0), 1);
    assert_eq!(pair.machine.topics().len(), MAX_TOPICS);
}

#[test]
fn past_the_limit_of_marks_everything_is_marked() {
    let mut session = Session::new(ID, ());
    (0..=MAX_MARKS).for_each(|n| session.mark(n.to_string()));
    assert!(session.dirty().is_all() && session.dirty().iter().next().is_none());
}

#[test]
fn a_timer_that_is_cancelled_twice_makes_room_once() {
    let mut pair = connected(Config::default());
    assert_eq!(ask(&mut pair, "cancel", MAX_TIMERS + 1), 0);
    assert_eq!(ask(&mut pair, "cancel", MAX_TIMERS), 1);
}

#[test]
fn a_page_that_always_sends_itself_a_message_gives_the_driver_its_turn() {
    let mut pair = connected(Config::default());
    pair.click("again");
    for turn in 1..4 {
        pair.machine.handle(Input::Timeout, pair.now);
        pair.drain();
        assert_eq!(pair.machine.session().state, 1 + turn);
        assert_eq!(pair.machine.poll_timeout(), Some(pair.now), "it wants another");
    }
}

#[test]
fn a_flood_of_requests_for_a_region_asks_for_it_once() {
    let mut pair = connected(Config::default());
    for _ in 0..100 {
        pair.machine.handle(Input::Frame(&Received::new(&[0x92, 4, 0xa0])), pair.now);
    }
    check(&pair);
    assert_eq!(pair.machine.counters().resyncs, 100);
}

#[test]
fn behind_a_commit_messages_and_connections_that_come_and_go_wait_within_limits() {
    let mut pair = Pair::with(Hoarder, Decimal, Config { durable: true, ..Config::default() });
    pair.drain();
    assert_eq!(pair.commits.len(), 1, "the mount's commit is under way");
    for _ in 0..2 * MAX_INBOX {
        pair.connect(true);
        pair.machine.handle(Input::Message(1), pair.now);
        pair.machine.handle(Input::Closed, pair.now);
        pair.machine.handle(Input::Missed("0"), pair.now);
        check(&pair);
    }
    assert!(!pair.machine.is_ready());
}
