//! Nested and dynamic regions: after every step the client shows what a full render shows.

use std::fmt::Write;

use live_core::client::{Action, Client};
use live_core::wire::{Body, Region, ServerFrame};
use live_core::{Config, Ctx, Event, Input, Page, Result, Scratch, Session, View};

use crate::board::{Board, Nudge, State, step};
use crate::common::{Catch, Pair, fresh_html};

fn walk(seed: u64, steps: u64, reconnect: impl Fn(u64) -> bool) -> Pair<Board> {
    let mut pair = Pair::new(Board);
    pair.connect(false);
    for at in 0..steps {
        pair.act(Action::new("step").value("seed", (seed * 10_007 + at) as i64));
        if reconnect(at) {
            pair.connect(true);
        }
        let fresh = fresh_html(Board, pair.machine.session());
        assert_eq!(pair.client.page_html(), fresh, "seed {seed}, step {at}");
        assert_eq!(pair.closed, None);
    }
    pair
}

#[test]
fn sessions_that_share_their_buffers_show_what_each_has_rendered() {
    let mut buffers = Some(Box::new(Scratch::new(1 << 20)));
    let mut pairs = [(); 3].map(|()| Pair::new(Board));
    for pair in &mut pairs {
        pair.connect(false);
    }
    for at in 0..200 {
        for (seed, pair) in pairs.iter_mut().enumerate() {
            pair.machine.swap_scratch(&mut buffers);
            pair.act(Action::new("step").value("seed", seed as i64 * 10_007 + at));
            pair.machine.swap_scratch(&mut buffers);
            if let (Some(frame), Some(buffers)) = (pair.frames.pop(), &mut buffers) {
                buffers.recycle(frame);
            }
            assert_eq!(pair.client.page_html(), fresh_html(Board, pair.machine.session()), "{seed}, {at}");
        }
    }
}

#[test]
fn walks_end_each_step_in_what_a_full_render_shows() {
    let (mut deltas, mut full) = (0, 0);
    for seed in 0..200 {
        let pair = walk(seed, 60, |_| false);
        deltas += pair.machine.counters().deltas;
        full += pair.machine.counters().full;
        assert_eq!(pair.machine.counters().resyncs, 0, "seed {seed}");
        assert_eq!(pair.machine.counters().failed, 0, "seed {seed}");
    }
    assert!(deltas > 1000 && full > 1000, "{deltas} deltas, {full} whole regions");
}

#[test]
fn the_same_with_reconnects_between() {
    for seed in 0..100 {
        walk(seed, 60, |at| (at + seed) % 7 == 0);
    }
}

#[test]
fn a_reconnect_to_an_unchanged_page_sends_no_html() {
    let mut pair = walk(3, 40, |_| false);
    pair.frames.clear();
    pair.connect(true);
    assert_eq!(pair.frames.len(), 1, "the welcome alone");
}

#[test]
fn the_first_connect_after_the_response_sends_no_html() {
    let mut first = Pair::new(Board);
    for seed in 0..50 {
        first.act(Action::new("step").value("seed", seed));
    }
    let page = first.machine.full_page().unwrap();
    first.client = Client::open("token", &page.title, &page.html, &page.hashes);
    first.frames.clear();
    first.connect(false);
    assert_eq!(first.frames.len(), 1, "the welcome alone");
    assert_eq!(first.client.page_html(), page.html);
}

#[test]
fn only_the_region_that_changed_meanwhile_is_sent_on_a_reconnect() {
    let mut pair = walk(3, 40, |_| false);
    pair.message(Nudge);
    pair.machine.handle(Input::Closed, pair.now);
    pair.message(Nudge);
    assert_eq!(pair.machine.session().state.nudges, 2);
    pair.frames.clear();
    pair.connect(true);
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    let names: Vec<_> = update.patches.iter().map(|patch| patch.region).collect();
    assert_eq!(names, [Region::Named("footer")]);
    assert_eq!(pair.client.page_html(), fresh_html(Board, pair.machine.session()));
}

#[test]
fn one_row_renders_one_row() {
    let mut pair = walk(5, 50, |_| false);
    let before = pair.machine.counters().regions;
    let seed = find_edit(pair.machine.session());
    pair.act(Action::new("step").value("seed", seed));
    let rendered = pair.machine.counters().regions - before;
    assert!((1..=2).contains(&rendered), "the row and perhaps the footer, not {rendered} regions");
}

/// A seed whose step edits one row.
fn find_edit(session: &Session<State>) -> i64 {
    (0..10_000)
        .find(|seed| {
            let mut copy = session.clone();
            step(&mut copy, *seed as u64);
            copy.dirty().list().iter().any(|name| name.starts_with("row:"))
        })
        .expect("a step that edits a row")
}

#[test]
fn large_regions_change_by_one_element_first_and_by_deltas_after() {
    let mut pair = Pair::new(Large);
    let page = pair.machine.full_page().unwrap();
    pair.client = Client::open("token", &page.title, &page.html, &page.hashes);
    pair.connect(false);
    pair.click("inc");
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    assert!(
        matches!(update.patches.iter().next().unwrap().body, Body::Element { inner: true, id: "r500", .. }),
        "{:?}",
        update.patches.iter().next().unwrap().body
    );
    assert!(pair.frames.last().unwrap().len() < 200);
    assert_eq!(pair.client.page_html(), fresh_html(Large, pair.machine.session()));

    // A client that shows nothing is sent everything once, and deltas from then on.
    pair.client = Client::new("token");
    pair.connect(false);
    pair.act(Action::new("inc"));
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    let Body::Delta(delta) = update.patches.iter().next().unwrap().body else { panic!("a delta") };
    assert!(delta.len() < 20, "{} bytes", delta.len());
    assert_eq!(pair.client.page_html(), fresh_html(Large, pair.machine.session()));
}

#[test]
fn without_deltas_regions_travel_whole() {
    let mut pair = Pair::with(Large, Catch, Config { deltas: false, ..Config::default() });
    pair.connect(false).click("inc");
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    assert!(matches!(update.patches.iter().next().unwrap().body, Body::Full(_)));
}

/// A thousand rows in one region.
#[derive(Clone, Copy)]
struct Large;

impl Page for Large {
    type State = u64;
    type Message = ();

    fn render(&self, s: &Session<u64>, view: &mut View) -> Result {
        view.page(|out| {
            out.push_str("<table><tbody data-lv-region=\"rows\"></tbody></table>");
            Ok(())
        });
        view.region("rows", |out| {
            for row in 0..1000 {
                let count = if row == 500 { s.state } else { 0 };
                write!(out, "<tr id=\"r{row}\"><td>Row {row}</td><td>{count}</td></tr>")?;
            }
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<u64>, _: &Event) -> Result {
        s.state += 1;
        s.mark("rows");
        Ok(())
    }
}
