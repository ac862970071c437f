//! Sessions that leave memory and come back: nobody notices.

use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use live_core::client::{Action, Heard};
use live_core::limits::COMMIT_WITHIN;
use live_core::wire::Reason;
use live_core::{
    CommitError, Config, Ctx, Duration, Event, Focus, Input, Page, Record, Result, Session, Timer, View,
};

use crate::common::{Decimal, Pair};

/// Shows a number, a row for each of its last digit, and how often it was asked to.
#[derive(Debug, Default)]
struct Rows {
    /// Views that differ from one to the next.
    impure: bool,
    seen: AtomicU32,
}

impl Page for Rows {
    type State = i64;
    type Message = i64;

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        let (state, rows) = (s.state, s.state.rem_euclid(7));
        view.title("Rows");
        view.page(|out| {
            out.push_str("<b data-lv-region=\"sum\"></b><ul>");
            (0..rows).try_for_each(|row| write!(out, "<li data-lv-region=\"row:{row}\"></li>"))?;
            out.push_str("</ul>");
            Ok(())
        });
        let seen = if self.impure { self.seen.fetch_add(1, Relaxed) } else { 0 };
        view.region("sum", |out| {
            Ok(write!(out, "the sum of all that was added up to now is {state} {seen}")?)
        });
        view.regions("row:", |row, out| Ok(write!(out, "row {row} of those there are, {}", state / 10)?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        match e.name {
            "later" => drop::<Timer>(ctx.send_after(100, Duration::from_secs(600))?),
            "focus" => s.push(Focus::on("#sum")),
            "row" => s.mark("row:0"),
            _ => s.state += e.get_int("by").unwrap_or(1),
        }
        mark(s);
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        mark(s);
        Ok(())
    }
}

fn mark(s: &mut Session<i64>) {
    s.mark(["", "sum"]);
    (0..7).for_each(|row| s.mark(format!("row:{row}")));
}

type Tab = Pair<Rows, Decimal>;

fn connected(page: Rows, durable: bool) -> Tab {
    let mut tab = Pair::with(page, Decimal, Config { durable, ..Config::default() });
    tab.settle();
    written(&mut tab);
    tab.connect(false);
    tab
}

/// The store has taken all it was given.
fn written(tab: &mut Tab) {
    while tab
        .commits
        .last()
        .is_some_and(|record| tab.machine.record().is_ok_and(|next| next.generation == record.generation + 1))
    {
        let (generation, before) = (tab.commits.last().unwrap().generation, tab.commits.len());
        tab.machine.handle(Input::Committed { generation }, tab.now);
        tab.settle();
        if tab.commits.len() == before {
            return;
        }
    }
}

fn hibernate(tab: &mut Tab) {
    let before = tab.commits.len();
    tab.machine.handle(Input::Hibernate, tab.now);
    tab.settle();
    if tab.commits.len() > before {
        let generation = tab.commits.last().unwrap().generation;
        tab.machine.handle(Input::Committed { generation }, tab.now);
    }
    assert!(tab.machine.is_asleep());
    assert_eq!(tab.machine.session().state, 0, "the state has left");
    tab.settle();
}

/// The store answers, as often as it is asked.
fn load(tab: &mut Tab) {
    while let Some(generation) = tab.loads.pop() {
        let record = tab.commits.last().unwrap().clone();
        assert_eq!(record.generation, generation);
        tab.machine.handle(Input::Fetched(Some(&record)), tab.now);
        tab.settle();
    }
}

fn by(n: i64) -> Action {
    Action::new("add").value("by", n.to_string())
}

/// What a person sees.
fn shows(tab: &Tab, sum: i64) {
    assert!(tab.client.page_html().contains(&format!("up to now is {sum} ")), "{}", tab.client.page_html());
    assert_eq!(tab.client.page_html().matches("<li").count() as i64, sum.rem_euclid(7));
}

#[test]
fn a_session_that_rests_and_sleeps_sends_the_very_frames_of_one_that_does_not() {
    for durable in [false, true] {
        let (mut tab, mut twin) = (connected(Rows::default(), durable), connected(Rows::default(), durable));
        let mut dice = 17_u32;
        for step in 0..400 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match dice >> 16 & 3 {
                0 => tab.machine.handle(Input::Rest, tab.now),
                1 => hibernate(&mut tab),
                _ => {}
            }
            let what = match dice >> 20 & 7 {
                0 => Action::new("focus"),
                1 => Action::new("row").target("sum"),
                2 => Action::new("row").target("nowhere"),
                _ => by(i64::from(dice >> 24) - 100),
            };
            for tab in [&mut tab, &mut twin] {
                match dice >> 27 & 7 {
                    0 => tab.machine.handle(Input::Message(i64::from(dice >> 30)), tab.now),
                    1 => tab.machine.handle(Input::Closed, tab.now),
                    _ => {
                        tab.act(what.clone());
                    }
                }
                tab.settle();
                load(tab);
                tab.advance(COMMIT_WITHIN);
                written(tab);
                if !tab.machine.is_connected() {
                    tab.connect(true);
                    load(tab);
                    for frame in tab.client.resend() {
                        tab.frame(&frame);
                    }
                    load(tab);
                    tab.advance(COMMIT_WITHIN);
                    written(tab);
                }
            }
            assert!(tab.frames == twin.frames, "step {step}: {:?}\n{:?}", tab.last(), twin.last());
        }
        assert!(tab.machine.counters().woken > 50, "{:?}", tab.machine.counters());
        assert_eq!(tab.client.page_html(), twin.client.page_html());
    }
}

#[test]
fn without_a_durable_store_the_record_is_written_first() {
    let mut tab = connected(Rows::default(), false);
    tab.act(by(5));
    tab.machine.handle(Input::Hibernate, tab.now);
    tab.settle();
    let generation = tab.commits.last().expect("a record").generation;
    assert!(!tab.machine.is_asleep());
    tab.act(by(1));
    tab.machine.handle(Input::Committed { generation }, tab.now);
    tab.settle();
    assert!(!tab.machine.is_asleep(), "something came meanwhile");
    shows(&tab, 6);
    hibernate(&mut tab);
    assert!(tab.commits.last().unwrap().generation > generation);
    tab.act(by(2));
    load(&mut tab);
    shows(&tab, 8);
}

#[test]
fn where_the_store_does_not_take_it_the_state_stays() {
    let mut tab = connected(Rows::default(), false);
    tab.act(by(5));
    tab.machine.handle(Input::Hibernate, tab.now);
    tab.settle();
    let generation = tab.commits.last().unwrap().generation;
    tab.machine.handle(Input::CommitFailed { generation, error: CommitError::Unavailable }, tab.now);
    tab.act(by(1));
    assert_eq!((tab.machine.session().state, tab.loads.len(), tab.machine.is_over()), (6, 0, false));
    shows(&tab, 6);
}

#[test]
fn what_comes_to_a_sleeping_session_waits_in_order() {
    let mut tab = connected(Rows::default(), true);
    tab.act(by(5));
    written(&mut tab);
    hibernate(&mut tab);
    tab.act(by(2)).act(by(10)).message(100);
    assert_eq!((tab.loads.len(), tab.client.pending()), (1, 2), "the store is asked once");
    load(&mut tab);
    assert_eq!((tab.machine.session().state, tab.client.pending()), (117, 2), "one commit for all");
    written(&mut tab);
    assert_eq!(tab.client.pending(), 0);
    shows(&tab, 117);
}

#[test]
fn a_ping_and_an_acknowledgement_do_not_wake_it() {
    let mut tab = connected(Rows::default(), true);
    hibernate(&mut tab);
    let ping = tab.client.ping();
    tab.frame(&ping);
    assert_eq!(tab.heard.last(), Some(&Heard::Pong));
    assert!(tab.loads.is_empty() && tab.machine.is_asleep() && tab.machine.poll_timeout().is_none());
}

#[test]
fn a_timer_wakes_it() {
    let mut tab = connected(Rows::default(), true);
    tab.click("later");
    written(&mut tab);
    hibernate(&mut tab);
    tab.advance(Duration::from_secs(599));
    assert!(tab.loads.is_empty());
    tab.advance(Duration::from_secs(1));
    load(&mut tab);
    tab.advance(COMMIT_WITHIN);
    written(&mut tab);
    shows(&tab, 100);
}

#[test]
fn a_browser_that_comes_back_wakes_it() {
    let mut tab = connected(Rows::default(), true);
    tab.act(by(5));
    written(&mut tab);
    tab.machine.handle(Input::Closed, tab.now);
    tab.settle().advance(COMMIT_WITHIN);
    written(&mut tab);
    hibernate(&mut tab);
    tab.connect(true);
    tab.act(by(1).target("row:2"));
    load(&mut tab);
    tab.advance(COMMIT_WITHIN);
    written(&mut tab);
    assert!(!tab.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))), "its target is known");
    shows(&tab, 6);
}

#[test]
fn another_generation_or_none_ends_the_session_here() {
    let other = |record: &Record| Some(Record { generation: record.generation + 1, ..record.clone() });
    for found in [other as fn(&Record) -> _, |_| None] {
        let mut tab = connected(Rows::default(), true);
        hibernate(&mut tab);
        tab.act(by(1));
        let record = found(tab.commits.last().unwrap());
        tab.machine.handle(Input::Fetched(record.as_ref()), tab.now);
        tab.settle();
        assert_eq!((tab.closed, tab.machine.is_over()), (Some(Reason::Restart), true));
        assert_eq!(tab.client.pending(), 1, "the browser brings it to wherever the session is");
    }
}

#[test]
fn a_damaged_record_ends_it_with_a_report() {
    let mut tab = connected(Rows::default(), true);
    hibernate(&mut tab);
    tab.act(by(1));
    let record = tab.commits.last().unwrap();
    let damaged = Record { bytes: record.bytes[1..].to_vec(), ..record.clone() };
    tab.machine.handle(Input::Fetched(Some(&damaged)), tab.now);
    tab.settle();
    assert_eq!((tab.closed, tab.machine.is_over(), tab.effects.len()), (Some(Reason::Internal), true, 1));
}

#[test]
fn a_store_that_can_not_read_is_asked_again() {
    let mut tab = connected(Rows::default(), true);
    hibernate(&mut tab);
    tab.act(by(3));
    for asked in 1..4 {
        assert_eq!(tab.loads.len(), 1, "time {asked}");
        tab.loads.clear();
        tab.machine.handle(Input::FetchFailed, tab.now);
        tab.settle();
        assert_eq!((tab.loads.len(), tab.machine.poll_timeout()), (0, Some(tab.now + COMMIT_WITHIN)));
        tab.advance(COMMIT_WITHIN);
    }
    load(&mut tab);
    written(&mut tab);
    shows(&tab, 3);
}

#[test]
fn a_page_that_looks_different_when_it_is_rendered_again_is_sent_anew() {
    let mut tab = connected(Rows { impure: true, ..Rows::default() }, true);
    tab.act(by(5));
    written(&mut tab);
    hibernate(&mut tab);
    tab.act(by(1));
    load(&mut tab);
    written(&mut tab);
    shows(&tab, 6);
    tab.act(by(-4));
    written(&mut tab);
    shows(&tab, 2);
    assert_eq!(tab.closed, None);
}

#[test]
fn a_server_that_ends_leaves_a_sleeping_session_where_it_is() {
    let mut tab = connected(Rows::default(), true);
    hibernate(&mut tab);
    tab.machine.handle(Input::Drain { wait: Duration::from_secs(2) }, tab.now);
    tab.settle();
    assert!(tab.machine.is_drained() && tab.loads.is_empty());
    assert_eq!(tab.closed, Some(Reason::Restart));
    assert!(tab.heard.contains(&Heard::Away(2000)));
}

#[test]
fn nothing_leaves_while_something_is_under_way() {
    let mut tab = connected(Rows::default(), true);
    tab.act(by(5));
    tab.machine.handle(Input::Hibernate, tab.now);
    assert!(!tab.machine.is_asleep(), "a commit is");
    written(&mut tab);
    tab.message(1);
    tab.machine.handle(Input::Hibernate, tab.now);
    assert!(!tab.machine.is_asleep(), "a change is uncommitted");
    tab.advance(COMMIT_WITHIN);
    written(&mut tab);
    hibernate(&mut tab);
}

#[test]
fn a_machine_whose_html_has_left_is_not_clean() {
    let mut tab = connected(Rows::default(), false);
    assert!(tab.machine.is_clean());
    assert!(!tab.machine.is_resting());
    tab.machine.handle(Input::Rest, tab.now);
    assert!(tab.machine.is_resting());
    tab.machine.handle(Input::Closed, tab.now);
    tab.settle();
    tab.machine.handle(Input::Rest, tab.now);
    assert!(!tab.machine.is_clean());
    let renders = tab.machine.counters().renders;
    tab.connect(true);
    assert!(tab.machine.counters().renders > renders && tab.machine.is_clean());
}
