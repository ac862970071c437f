//! Events: numbered, applied once, undone where they fail; and what a browser may do wrong.

use std::fmt::Write;

use live_core::client::{Action, Heard};
use live_core::limits::{MAX_NAME, MAX_TIMERS, WINDOW_FRAMES};
use live_core::wire::{Reason, Received, ServerFrame};
use live_core::{
    Block, Call, Command, Config, Ctx, Download, Duration, Effect, Error, Event, Focus, Input, Js, Page,
    RecoverableError, Redirect, Result, Rollback, Scroll, Session, View,
};

use crate::common::{Catch, Pair};

struct Counter;

impl Page for Counter {
    type State = i64;
    type Message = i64;

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        if s.state == 13 {
            return Err(Error::msg("13 can't be shown"));
        }
        view.title("Counter");
        view.page(
            |out| Ok(out.write_str(r#"<p data-lv-region="count"></p><p data-lv-region="flash"></p>"#)?),
        );
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        view.region("flash", |out| Ok(write!(out, "{}", s.flash.error.join(", "))?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.mark("count");
        match e.name {
            "inc" => s.state += 1,
            "add" => s.state += e.get_int("n").ok_or(RecoverableError::new("n is no number"))?,
            "fail" | "panic" | "refuse" => {
                s.state = -1;
                s.push(Focus::on("#never"));
                ctx.publish("topic", 1)?;
                ctx.send_after(1, Duration::from_secs(1))?;
                s.flash.add_info("never");
                match e.name {
                    "fail" => return Err(Error::msg("it failed")),
                    "refuse" => return Err(RecoverableError::new("Please don't.").into()),
                    _ => panic!("it panicked"),
                }
            }
            "later" => drop(ctx.send_after(10, Duration::from_secs(5))?),
            "never" => {
                let timer = ctx.send_after(10, Duration::from_secs(5))?;
                ctx.cancel(timer);
            }
            "timers" => {
                (0..=MAX_TIMERS).try_for_each(|_| ctx.send_after(1, Duration::from_secs(1)).map(drop))?
            }
            "self" => ctx.send_info(100)?,
            "publish" => ctx.publish("topic", 7)?,
            "commands" => {
                s.push(Redirect::to("/a").replacing());
                s.push(Focus::on("#a"));
                s.push(Scroll::to("#b").block(Block::Center));
                s.push(Download::new("/f", "f.txt"));
                s.push(Js::call("chart").arg("points", 3).arg("name", "x"));
            }
            _ => return e.unknown(),
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, by: i64) -> Result {
        s.state += by;
        s.mark("count");
        Ok(())
    }
}

fn connected() -> Pair<Counter> {
    let mut pair = Pair::new(Counter);
    pair.connect(false);
    pair
}

fn shown(pair: &Pair<Counter>) -> &str {
    pair.client.html("count").unwrap()
}

#[test]
fn an_event_changes_the_state_and_the_page() {
    let mut pair = connected();
    assert_eq!(pair.client.title(), "Counter");
    pair.click("inc").act(Action::new("add").value("n", 40));
    assert_eq!((shown(&pair), pair.machine.applied(), pair.client.pending()), ("41", 2, 0));
    let frame = pair.frames.last().unwrap();
    assert!(frame.len() <= 24, "a counter's update takes {} bytes", frame.len());
}

#[test]
fn a_repeated_event_is_acknowledged_and_not_run() {
    let mut pair = connected();
    let frame = pair.client.send(Action::new("inc"));
    pair.frame(&frame);
    pair.frames.clear();
    pair.frame(&frame);
    assert_eq!((shown(&pair), pair.machine.counters().repeated), ("1", 1));
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    assert_eq!((update.applied, update.patches.len()), (Some(1), 0));
}

#[test]
fn events_made_before_a_reconnect_are_applied_once() {
    let mut pair = connected();
    let reached = pair.client.send(Action::new("inc"));
    pair.machine.handle(Input::Frame(&Received::new(&reached)), pair.now);
    pair.client.send(Action::new("add").value("n", 10));
    pair.machine.handle(Input::Closed, pair.now);
    while pair.machine.poll(pair.now).is_some() {} // the acknowledgement is lost
    pair.connect(true);
    for frame in pair.client.resend() {
        pair.frame(&frame);
    }
    assert_eq!((shown(&pair), pair.machine.applied(), pair.client.pending()), ("11", 2, 0));
}

#[test]
fn a_new_session_tells_which_events_were_lost() {
    let mut pair = connected();
    pair.click("inc");
    pair.client.send(Action::new("inc"));
    pair.machine = Pair::new(Counter).machine;
    pair.heard.clear();
    pair.connect(false);
    assert_eq!(pair.heard[0], Heard::Welcome { resumed: false, reset: true, lost: vec![Action::new("inc")] });
    pair.click("inc");
    assert_eq!((shown(&pair), pair.machine.applied()), ("1", 1));
}

#[test]
fn what_was_done_to_a_state_that_nothing_has_changed_is_done_to_the_next() {
    let mut pair = connected();
    pair.client.send(Action::new("inc"));
    pair.machine = Pair::new(Counter).machine;
    pair.connect(false);
    for frame in pair.client.resend() {
        pair.frame(&frame);
    }
    assert_eq!((shown(&pair), pair.client.pending()), ("1", 0));
}

#[test]
fn a_failed_event_leaves_no_trace() {
    for (name, is_panic) in [("fail", false), ("panic", true)] {
        let mut pair = connected();
        pair.click("inc");
        pair.heard.clear();
        pair.click(name);
        assert_eq!(shown(&pair), "1");
        assert_eq!(pair.machine.session().state, 1);
        assert!(pair.machine.session().flash.is_empty());
        assert!(pair.heard.contains(&Heard::Refused(2)), "{:?}", pair.heard);
        assert!(!pair.heard.iter().any(|heard| matches!(heard, Heard::Command(_))));
        assert_eq!(pair.machine.poll_timeout(), None, "no timer was set");
        let [Effect::Error(report)] = &pair.effects[..] else { panic!("{:?}", pair.effects) };
        assert_eq!(report.call, Call::Handle(name.into()));
        assert_eq!(pair.machine.counters().panics, u64::from(is_panic));
        pair.click("inc");
        assert_eq!((shown(&pair), pair.closed), ("2", None));
    }
}

#[test]
fn a_recoverable_error_is_flashed() {
    let mut pair = connected();
    pair.click("refuse");
    assert_eq!((shown(&pair), pair.client.html("flash")), ("0", Some("Please don't.")));
    assert!(pair.heard.contains(&Heard::Refused(1)) && pair.effects.is_empty());
    pair.click("refuse");
    assert_eq!(pair.client.html("flash"), Some("Please don't."), "and once, however often it comes");
}

#[test]
fn three_panics_within_a_minute_close_the_connection_and_keep_the_state() {
    let mut pair = connected();
    pair.click("inc").click("panic").click("panic");
    assert_eq!(pair.closed, None);
    pair.click("panic");
    assert_eq!(pair.closed, Some(Reason::Internal));
    pair.connect(true).click("inc");
    assert_eq!((shown(&pair), pair.closed), ("2", None));
}

#[test]
fn unknown_events_and_targets_fail_without_harm() {
    let mut pair = connected();
    pair.click("nothing").act(Action::new("inc").target("nowhere")).act(Action::new("inc").target("count"));
    assert!(pair.heard.contains(&Heard::Refused(1)) && pair.heard.contains(&Heard::Refused(2)));
    assert_eq!((shown(&pair), pair.closed), ("1", None));
}

#[test]
fn a_failed_render_keeps_what_was_shown_and_the_event_counts() {
    let mut pair = connected();
    pair.act(Action::new("add").value("n", 13));
    assert_eq!((shown(&pair), pair.machine.applied(), pair.machine.session().state), ("0", 1, 13));
    assert_eq!(pair.machine.counters().failed_renders, 1, "it is not tried over and over");
    pair.click("inc");
    assert_eq!(shown(&pair), "14");
}

#[test]
fn timers_and_messages_arrive() {
    let mut pair = connected();
    pair.click("later").click("never").advance(Duration::from_millis(4999));
    assert_eq!(shown(&pair), "0");
    pair.advance(Duration::from_millis(1));
    assert_eq!(shown(&pair), "10");
    pair.click("self").advance(Duration::ZERO).message(5);
    assert_eq!((shown(&pair), pair.machine.poll_timeout()), ("115", None));
}

#[test]
fn too_many_timers_fail_the_event() {
    let mut pair = connected();
    pair.click("timers");
    assert!(pair.heard.contains(&Heard::Refused(1)) && pair.machine.poll_timeout().is_none());
}

#[test]
fn commands_come_once_and_again_until_acknowledged() {
    let mut pair = connected();
    pair.click("commands");
    let commands = |pair: &Pair<Counter>| {
        let heard = pair.heard.iter().filter_map(|heard| match heard {
            Heard::Command(command) => Some(command.clone()),
            _ => None,
        });
        heard.collect::<Vec<_>>()
    };
    assert_eq!(commands(&pair).len(), 5);
    assert_eq!(commands(&pair)[0], Command::Redirect(Redirect::to("/a").replacing()));
    pair.connect(true);
    assert_eq!(commands(&pair).len(), 5, "acknowledged commands don't come again");

    // A frame that is lost with its connection: the commands come with the next.
    let frame = pair.client.send(Action::new("commands"));
    pair.machine.handle(Input::Frame(&Received::new(&frame)), pair.now);
    while pair.machine.poll(pair.now).is_some() {}
    pair.connect(true);
    assert_eq!(commands(&pair).len(), 10);
}

#[test]
fn effects_leave_in_order() {
    let mut pair = connected();
    pair.click("publish");
    assert!(matches!(&pair.effects[..], [Effect::Publish { topic, message: 7, .. }] if topic == "topic"));
}

#[test]
fn a_silent_browser_fills_the_window_and_one_render_follows_its_ack() {
    let mut pair = connected();
    let start = pair.frames.len();
    for _ in 0..50 {
        pair.machine.handle(Input::Message(1), pair.now);
        pair.drain();
    }
    assert_eq!(
        pair.frames.len() - start,
        WINDOW_FRAMES as usize - 1,
        "the first update is unacknowledged, too"
    );
    pair.settle();
    assert_eq!((shown(&pair), pair.frames.len() - start), ("50", WINDOW_FRAMES as usize));
}

#[test]
fn a_browser_that_never_acknowledges_is_closed() {
    let mut pair = connected();
    for _ in 0..5 {
        pair.machine.handle(Input::Message(1), pair.now);
        pair.drain();
    }
    let stuck = pair.machine.poll_timeout().expect("a deadline");
    assert_eq!(stuck - pair.now, Duration::from_secs(30));
    pair.machine.handle(Input::Timeout, stuck);
    pair.drain();
    assert_eq!(pair.closed, Some(Reason::Stuck));
}

#[test]
fn what_breaks_the_protocol_closes_the_connection() {
    let hello = live_core::client::Client::new("again").hello();
    let gap = [0x94, 1, 9, 0, 0xa3, b'i', b'n', b'c'];
    let long_name = [&[0x94, 1, 1, 0, 0xd9, MAX_NAME as u8 + 1][..], &[b'x'; MAX_NAME + 1]].concat();
    let deep = [&[0x95, 1, 1, 0, 0xa1, b'x'][..], &[0x91; 20]].concat();
    let bad: [(&str, &[u8]); 14] = [
        ("empty", &[]),
        ("no array", &[1]),
        ("empty array", &[0x90]),
        ("unknown kind", &[0x91, 9]),
        ("truncated", &[0x94, 1, 1]),
        ("wrong type", &[0x94, 1, 1, 0, 5]),
        ("trailing bytes", &[0x91, 3, 3]),
        ("huge length", &[0x94, 1, 1, 0, 0xdb, 0xff, 0xff, 0xff, 0xff]),
        ("second hello", &hello),
        ("gap", &gap),
        ("long name", &long_name),
        ("too deep", &deep),
        ("a number for a region", &[0x92, 4, 99]),
        ("acknowledges too much", &[0x93, 2, 99, 0]),
    ];
    for (name, frame) in bad {
        let mut pair = connected();
        pair.click("inc");
        pair.machine.handle(Input::Frame(&Received::new(frame)), pair.now);
        pair.drain();
        assert_eq!(pair.closed, Some(Reason::Protocol), "{name}");
        pair.connect(true).click("inc");
        assert_eq!((shown(&pair), pair.closed), ("2", None), "{name}: the session lives on");
    }
}

#[test]
fn dev_mode_says_what_went_wrong_and_production_does_not() {
    for dev in [true, false] {
        let mut pair = Pair::with(Counter, Catch, Config { dev, ..Config::default() });
        pair.connect(false).click("nothing").frame(&[1]);
        let notices = pair.heard.iter().filter(|heard| matches!(heard, Heard::Notice(..))).count();
        assert_eq!(notices, if dev { 2 } else { 0 });
    }
}

#[test]
fn a_damaged_copy_is_sent_again_whole() {
    let mut pair = connected();
    pair.frame(b"\x92\x04\xa5count").frame(b"\x92\x04\xa7nowhere").click("inc");
    assert_eq!(
        (shown(&pair), pair.machine.counters().resyncs),
        ("1", 1),
        "what the page doesn't have is no resync"
    );
}

#[test]
fn a_ping_is_answered() {
    let mut pair = connected();
    let ping = pair.client.ping();
    pair.frame(&ping);
    assert!(matches!(pair.last(), ServerFrame::Pong));
}

/// Nothing is cloned: a failure mounts anew.
struct Big;

impl Page for Big {
    type State = i64;
    type Message = ();

    const ROLLBACK: Rollback = Rollback::Remount;

    fn mount(&self, _: &mut Ctx<Self>, s: &mut Session<i64>) -> Result {
        s.state = 50;
        Ok(())
    }

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state += 1;
        s.mark_all();
        if e.name == "fail" { Err(Error::msg("no")) } else { Ok(()) }
    }
}

#[test]
fn a_page_may_be_mounted_anew_instead_of_cloned() {
    let mut pair = Pair::new(Big);
    pair.connect(false).click("inc");
    assert_eq!(pair.client.page_html(), "51");
    pair.click("fail");
    assert_eq!(pair.client.page_html(), "50");
}
