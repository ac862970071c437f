//! Regions that many sessions look at: rendered once, the same frame for all, and one patch for whoever fell behind.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use live_core::client::Action;
use live_core::limits::{WINDOW_BYTES, WINDOW_FRAMES};
use live_core::wire::{Body, Received, Region, ServerFrame};
use live_core::{
    Call, Config, Ctx, Effect, Error, Event, Input, Machine, Page, Request, Result, Session, SessionId,
    Stream, Streams, Version, View,
};

use crate::common::{Catch, Pair};

/// A room: what was said in it, and how often it was rendered. Each visitor counts for himself, too.
#[derive(Clone, Debug, Default)]
struct Room {
    said: Arc<Mutex<Vec<String>>>,
    renders: Arc<AtomicU32>,
}

impl Room {
    fn say(&self, text: &str) {
        self.said.lock().unwrap().push(text.to_owned());
    }
}

impl Page for Room {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        let away = s.state == 7;
        view.page(|out| {
            out.push_str("<b data-lv-region=\"count\"></b>");
            out.push_str(if away { "<p>away</p>" } else { "<ol data-lv-region=\"said\"></ol>" });
            Ok(())
        });
        view.region("count", |out| Ok(write!(out, "you were here {} times", s.state)?));
        let topic = if s.state < 100 { "room:tea" } else { "room:other" };
        view.shared("said", topic, |out| {
            self.renders.fetch_add(1, Relaxed);
            for (nth, text) in self.said.lock().unwrap().iter().enumerate() {
                match &**text {
                    "fail" => return Err(Error::msg("not to be told")),
                    "host" => out.push_str("<i data-lv-region=\"count\"></i>"),
                    _ => write!(out, "<li id=\"said-{nth}\">in {topic} somebody said {text}</li>")?,
                }
            }
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        s.state = e.get_int("to").unwrap_or(s.state + 1);
        s.mark_all();
        Ok(())
    }
}

/// The streams of one server.
#[derive(Clone, Default)]
struct Lender(Arc<Mutex<BTreeMap<(String, String), Stream>>>);

impl Streams for Lender {
    fn lend(&self, region: &str, topic: &str, look: &mut dyn FnMut(&mut Stream)) {
        look(self.0.lock().unwrap().entry((region.to_owned(), topic.to_owned())).or_default());
    }
}

impl Lender {
    /// What a driver hands to those that it tells after the first.
    fn current(&self) -> Option<Arc<Version>> {
        let streams = self.0.lock().unwrap();
        streams.values().next().and_then(|stream| stream.current().cloned())
    }

    fn outdate(&self) {
        self.0.lock().unwrap().values_mut().for_each(Stream::outdate);
    }
}

type Tab = Pair<Room>;

fn opened(room: &Room, lender: &Lender) -> Tab {
    opened_with(room, lender, Config::default())
}

fn opened_with(room: &Room, lender: &Lender, config: Config) -> Tab {
    let (page, request) = (Arc::new(room.clone()), Arc::new(Request::default()));
    let (id, now) = (SessionId::new([1; 16]), live_core::Instant::from_micros(1));
    let mut machine = Machine::mount(page, Catch, Catch, id, request, config, true, now).unwrap();
    machine.lend(Arc::new(lender.clone()));
    let mut tab = Pair::of(machine, now);
    tab.connect(false);
    tab
}

/// Somebody says something, and everybody is told.
fn say(room: &Room, lender: &Lender, tabs: &mut [&mut Tab], text: &str) {
    room.say(text);
    lender.outdate();
    for tab in tabs {
        tab.frames.clear();
        let current = lender.current();
        tab.machine.handle(Input::Changed { region: "said", current: current.as_ref() }, tab.now);
        tab.settle();
    }
}

fn shows(tab: &Tab, text: &str) -> bool {
    tab.client.page_html().contains(text)
}

#[test]
fn it_is_rendered_once_and_every_browser_is_sent_the_same_bytes() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("hello");
    let [mut a, mut b, mut c] = [(); 3].map(|()| opened(&room, &lender));
    assert_eq!(room.renders.load(Relaxed), 1, "three have come, and it was rendered once");
    b.click("count");
    for n in 0..20 {
        say(&room, &lender, &mut [&mut a, &mut b, &mut c], &format!("number {n}"));
        assert_eq!(room.renders.load(Relaxed), 2 + n);
        assert!(a.frames.len() == 1 && a.frames == b.frames && b.frames == c.frames);
        let ServerFrame::Update(update) = a.last() else { panic!("an update") };
        let patch = update.patches.iter().next().unwrap();
        assert_eq!((update.applied, patch.region), (None, Region::Named("said")));
        assert!(matches!(patch.body, Body::Delta(_)), "{patch:?}");
        assert!([&a, &b, &c].iter().all(|tab| shows(tab, &format!("said number {n}</li></ol>"))));
    }
    assert_eq!(a.machine.counters().shared, 20);
    assert_eq!(a.machine.counters().resyncs, 0);
}

#[test]
fn whoever_comes_late_or_fell_behind_catches_up_with_one_patch() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("first");
    let [mut there, mut slow] = [(); 2].map(|()| opened(&room, &lender));
    for n in 0..5 {
        say(&room, &lender, &mut [&mut there], &format!("number {n}"));
    }
    let mut late = opened(&room, &lender);
    assert!(shows(&late, "said number 4") && !shows(&slow, "number 0"));
    slow.frames.clear();
    slow.machine.handle(Input::Changed { region: "said", current: None }, slow.now);
    slow.settle();
    assert_eq!(slow.frames.len(), 1);
    assert!(slow.frames[0].len() < late.frames.last().unwrap().len(), "a delta from what it has");
    assert_eq!(slow.client.html("said"), there.client.html("said"));
    say(&room, &lender, &mut [&mut there, &mut slow, &mut late], "all together");
    assert!(there.frames == slow.frames && slow.frames == late.frames);
}

#[test]
fn who_has_the_version_before_is_sent_the_frame_without_a_render() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("first");
    let [mut a, mut b] = [(); 2].map(|()| opened(&room, &lender));
    say(&room, &lender, &mut [&mut a, &mut b], "second");
    let renders = b.machine.counters().renders;
    say(&room, &lender, &mut [&mut a, &mut b], "third");
    assert_eq!((b.machine.counters().renders, b.machine.counters().shared), (renders, 2));
    b.frames.clear();
    b.machine.handle(Input::Changed { region: "said", current: lender.current().as_ref() }, b.now);
    b.settle();
    assert!(b.frames.is_empty() && b.machine.counters().renders == renders, "it has that");
    assert_eq!(a.client.page_html(), b.client.page_html());
}

#[test]
fn frames_that_all_share_fill_the_window_too() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("first");
    let [mut there, mut silent] = [(); 2].map(|()| opened(&room, &lender));
    say(&room, &lender, &mut [&mut there, &mut silent], "second");
    silent.frames.clear();
    for n in 0..2 * WINDOW_FRAMES {
        say(&room, &lender, &mut [&mut there], &format!("number {n}"));
        let current = lender.current();
        silent.machine.handle(Input::Changed { region: "said", current: current.as_ref() }, silent.now);
        silent.drain();
    }
    assert!(silent.frames.len() <= WINDOW_FRAMES as usize, "{}", silent.frames.len());
    silent.settle();
    assert_eq!(silent.client.html("said"), there.client.html("said"), "one patch brings the rest");
}

#[test]
fn what_else_there_is_to_tell_goes_with_it() {
    let (room, lender) = (Room::default(), Lender::default());
    let [mut a, mut b] = [(); 2].map(|()| opened(&room, &lender));
    room.say("hello there, whoever you are");
    lender.outdate();
    b.machine.handle(Input::Changed { region: "said", current: None }, b.now);
    b.settle();
    a.frames.clear();
    a.machine.handle(Input::Changed { region: "said", current: None }, a.now);
    a.click("count");
    let ServerFrame::Update(update) = a.last() else { panic!("an update") };
    assert_eq!((update.applied, update.patches.len(), a.frames.len()), (Some(1), 2, 1));
    say(&room, &lender, &mut [&mut a, &mut b], "more");
    assert_eq!(a.frames, b.frames, "both have the same version, whichever way it came");
}

#[test]
fn the_driver_is_asked_for_news_of_what_is_shown() {
    let (room, lender) = (Room::default(), Lender::default());
    let mut tab = opened(&room, &lender);
    let asked = |tab: &mut Tab| -> Vec<String> {
        tab.effects.drain(..).map(|effect| format!("{effect:?}")).collect()
    };
    let follow = |topic: &str| format!("Follow {{ region: \"said\", topic: \"{topic}\" }}");
    assert_eq!(asked(&mut tab), [follow("room:tea")]);
    tab.act(Action::new("go").value("to", 7));
    assert_eq!(asked(&mut tab), ["Un".to_owned() + &follow("room:tea").replace("Follow", "follow")]);
    tab.act(Action::new("go").value("to", 8));
    assert_eq!(asked(&mut tab), [follow("room:tea")]);
    tab.click("count").connect(true);
    assert_eq!(asked(&mut tab).len(), 0, "once is enough");
    room.say("hello");
    tab.act(Action::new("go").value("to", 100));
    assert_eq!(asked(&mut tab).len(), 2, "another topic is another stream");
    assert!(shows(&tab, "in room:other"));
}

#[test]
fn it_resumes_as_any_other_region_does() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("before");
    let mut tab = opened(&room, &lender);
    tab.frames.clear();
    tab.connect(true);
    assert_eq!(tab.frames.len(), 1, "the welcome alone: nothing has changed");
    tab.machine.handle(Input::Closed, tab.now);
    say(&room, &lender, &mut [&mut tab], "while away");
    assert!(tab.frames.is_empty());
    tab.connect(true);
    assert_eq!(tab.frames.len(), 2);
    assert!(shows(&tab, "while away"));
    say(&room, &lender, &mut [&mut tab], "after");
    assert_eq!(tab.machine.counters().shared, 1);
}

#[test]
fn a_resting_session_is_woken_by_news_and_sent_them_alone() {
    let (room, lender) = (Room::default(), Lender::default());
    room.say("before");
    let [mut idle, mut other] = [(); 2].map(|()| opened(&room, &lender));
    say(&room, &lender, &mut [&mut idle, &mut other], "one");
    idle.machine.handle(Input::Rest, idle.now);
    assert_eq!(idle.machine.page_html(), "", "it rests");
    say(&room, &lender, &mut [&mut idle, &mut other], "two");
    assert_eq!(idle.frames, other.frames);
    idle.machine.handle(Input::Rest, idle.now);
    say(&room, &lender, &mut [&mut other], "three");
    say(&room, &lender, &mut [&mut idle, &mut other], "four");
    assert!(idle.frames.len() == 1 && shows(&idle, "three") && shows(&idle, "four"));
    assert_eq!((idle.machine.counters().full, idle.machine.counters().resyncs), (3, 0), "as at its first");
}

#[test]
fn a_render_that_fails_is_reported_and_tried_again_with_the_next_news() {
    let (room, lender) = (Room::default(), Lender::default());
    let mut tab = opened(&room, &lender);
    say(&room, &lender, &mut [&mut tab], "fail");
    let failed = |effect: &Effect<()>| matches!(effect, Effect::Error(report) if report.call == Call::Render);
    assert!(tab.frames.is_empty() && tab.effects.iter().any(failed));
    room.said.lock().unwrap().clear();
    say(&room, &lender, &mut [&mut tab], "better");
    assert!(shows(&tab, "better"));
}

#[test]
fn it_holds_no_other_regions() {
    let room = Room::default();
    room.say("host");
    for lender in [Some(Lender::default()), None] {
        let mut tab = match &lender {
            Some(lender) => opened(&room, lender),
            None => Pair::new(room.clone()),
        };
        tab.connect(false);
        let told = tab.effects.iter().any(|effect| match effect {
            Effect::Error(report) => report.to_string().contains("region `said` is shared"),
            _ => false,
        });
        assert!(told, "{:?}", tab.effects);
    }
}

#[test]
fn without_a_lender_each_session_renders_it_for_itself() {
    let room = Room::default();
    let mut tab = Pair::new(room.clone());
    tab.connect(false);
    room.say("hello");
    tab.machine.handle(Input::Changed { region: "said", current: None }, tab.now);
    tab.settle();
    assert!(tab.client.page_html().contains("hello"));
    assert!(tab.effects.iter().any(|effect| matches!(effect, Effect::Follow { .. })));
}

/// Two tabs that have heard of the same, and may be sent what follows past their machines.
fn two(room: &Room, lender: &Lender) -> [Tab; 2] {
    room.say("first");
    let [mut a, mut b] = [(); 2].map(|()| opened(room, lender));
    say(room, lender, &mut [&mut a, &mut b], "second");
    b.frames.clear();
    [a, b]
}

/// How many frames are on their way.
fn flying(tab: &Tab) -> usize {
    tab.machine.load().iter().find(|load| load.what == "frames in flight").unwrap().count
}

#[test]
fn a_lease_sends_what_the_machine_would_until_the_window_is_almost_full() {
    let (room, lender) = (Room::default(), Lender::default());
    let [mut there, mut tab] = two(&room, &lender);
    tab.click("count");
    let (before, under_way) = (*tab.machine.counters(), flying(&tab));
    let mut lease = tab.machine.lease().expect("nothing is in the way");
    let mut passed = 0;
    let current = loop {
        say(&room, &lender, &mut [&mut there], &format!("and {passed}"));
        let current = lender.current().unwrap();
        assert!(!lease.shows(&current));
        let Some(frame) = lease.pass(&current) else { break current };
        assert_eq!(there.frames, [frame]);
        tab.client.receive(frame).unwrap();
        assert!(lease.shows(&current) && lease.is_used());
        passed += 1;
    };
    assert_eq!(under_way + passed, WINDOW_FRAMES as usize - 1);
    tab.machine.handle(Input::Passed(lease), tab.now);
    tab.frames.clear();
    tab.machine.handle(Input::Changed { region: "said", current: Some(&current) }, tab.now);
    tab.drain();
    assert_eq!(tab.frames, there.frames, "the machine fills the window, and knows since when it is full");
    assert!(tab.machine.lease().is_none() && tab.machine.poll_timeout().is_some());
    let after = *tab.machine.counters();
    let sent = passed as u64 + 1;
    assert_eq!((after.frames - before.frames, after.shared - before.shared), (sent, sent));
    assert_eq!((after.renders, after.resyncs), (before.renders, 0));
    assert!(after.bytes > before.bytes);
    tab.settle();
    assert_eq!(tab.client.html("said"), there.client.html("said"));
}

#[test]
fn a_lease_leaves_what_it_cannot_send_to_the_machine() {
    let (room, lender) = (Room::default(), Lender::default());
    let [mut there, mut tab] = two(&room, &lender);
    let mut lease = tab.machine.lease().unwrap();
    say(&room, &lender, &mut [&mut there], "missed");
    say(&room, &lender, &mut [&mut there], "after that");
    assert!(lease.pass(&lender.current().unwrap()).is_none() && !lease.is_used(), "not the version before");
    drop(lease);
    say(&room, &lender, &mut [&mut there, &mut tab], &"x".repeat(WINDOW_BYTES - 1000));
    tab.click("count");
    let mut lease = tab.machine.lease().unwrap();
    say(&room, &lender, &mut [&mut there], &"y".repeat(WINDOW_BYTES));
    assert!(lease.pass(&lender.current().unwrap()).is_none(), "it would fill the window");
}

#[test]
fn a_lease_keeps_to_the_most_bytes_that_regions_may_have() {
    for (limit, passes) in [(-1, false), (0, true)] {
        let (room, lender) = (Room::default(), Lender::default());
        let mut there = opened(&room, &lender);
        let text = "the text in question";
        let mut after = opened(&room, &lender);
        say(&room, &lender, &mut [&mut there, &mut after], "second");
        say(&room, &lender, &mut [&mut there, &mut after], text);
        // What all regions have then.
        let bytes = after.machine.html_bytes() + after.client.html("said").unwrap().len();
        let (room, lender) = (Room::default(), Lender::default());
        let mut there = opened(&room, &lender);
        let max_region_bytes = bytes.strict_add_signed(limit);
        let mut tab = opened_with(&room, &lender, Config { max_region_bytes, ..Config::default() });
        say(&room, &lender, &mut [&mut there, &mut tab], "second");
        let mut lease = tab.machine.lease().unwrap();
        say(&room, &lender, &mut [&mut there], text);
        assert_eq!(lease.pass(&lender.current().unwrap()).is_some(), passes);
    }
}

#[test]
fn there_is_no_lease_while_anything_else_is_under_way() {
    let (room, lender) = (Room::default(), Lender::default());
    let fresh = opened(&room, &lender);
    assert!(fresh.machine.lease().is_none(), "it shows the page, and has no bytes of it");
    let [_, mut tab] = two(&room, &lender);
    let click = tab.client.send(Action::new("count"));
    tab.machine.handle(Input::Frame(&Received::new(&click)), tab.now);
    assert!(tab.machine.lease().is_none(), "an event waits");
    tab.settle();
    assert!(tab.machine.lease().is_some());
    tab.machine.handle(Input::Changed { region: "said", current: None }, tab.now);
    assert!(tab.machine.lease().is_none(), "a region is dirty");
    tab.settle();
    tab.machine.handle(Input::Rest, tab.now);
    assert!(tab.machine.lease().is_none(), "it rests");
    tab.machine.handle(Input::Closed, tab.now);
    tab.settle();
    assert!(tab.machine.lease().is_none(), "nobody listens");
    let mut alone = Pair::new(room.clone());
    assert!(alone.connect(false).click("count").machine.lease().is_none(), "nothing is shared");
}
