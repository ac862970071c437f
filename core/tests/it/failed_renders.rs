//! A render that fails leaves everything as it was, and is tried again; a render for an answer is not thrown away.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use live_core::client::{Action, Heard};
use live_core::{Config, Ctx, Duration, Error, Event, Input, Page, RegionError, Result, Session, View};

use crate::boxes::{
    Boxes, Lines, Marks, Next, Tree, exactly, holds_state, region_errors, show, showing, shows_state,
};
use crate::common::Pair;

/// A tree in which the page holds a box that nobody declares.
fn broken(tree: &str) -> Tree {
    let mut tree = Tree::of(tree);
    tree.0.get_mut("").unwrap().inner.push("undeclared".into());
    tree
}

#[test]
fn a_failed_render_leaves_everything_as_it_was() {
    let shown = Tree::of("told list(row:1 row:2)");
    let mut pair = showing(Boxes, shown.clone());
    for marks in [exactly(&["", "list"]), Marks::All, Marks::Replace] {
        pair.now = pair.now + Duration::from_secs(61);
        pair.message(Next(broken("told list(row:3) other"), marks));
        assert_eq!(region_errors(&pair).pop(), Some(RegionError::Undeclared("undeclared".into())));
        assert_eq!(pair.client.page_html(), shown.page_html());
        holds_state(&pair.machine, &shown);
    }
    pair.effects.clear();
    show(&mut pair, Tree::of("told list(row:3)"), &[]);
    shows_state(&pair);
}

#[test]
fn what_a_recoverable_error_marks_lets_a_failed_render_be_tried_again() {
    let mut pair = showing(Boxes, Tree::of("told"));
    pair.message(Next(broken("told"), exactly(&[""])));
    assert_eq!(pair.machine.counters().failed_renders, 1);
    pair.click("anything");
    assert_eq!(pair.machine.counters().failed_renders, 2, "an event is a change");
    pair.now = pair.now + Duration::from_secs(61);
    pair.click("refuse");
    assert_eq!(pair.machine.counters().failed_renders, 3, "so is what the user has to be told");
    pair.settle().settle();
    assert_eq!(pair.machine.counters().failed_renders, 3, "nothing has changed since");
}

#[test]
fn a_question_for_a_region_does_not_keep_the_browser_from_seeing_it() {
    let broken = Arc::new(AtomicBool::default());
    let mut pair = Pair::new(Flaky(broken.clone()));
    pair.connect(false);
    // As it wakes it can't be rendered, and holds nothing.
    pair.machine.handle(Input::Rest, pair.now);
    broken.store(true, Relaxed);
    pair.click("count");
    assert_eq!(pair.client.page_html(), "<b data-lv-region=\"count\">0</b>");
    broken.store(false, Relaxed);
    pair.act(Action::new("nothing").target("count"));
    assert_eq!(pair.client.page_html(), "<b data-lv-region=\"count\">1</b>");
    pair.act(Action::new("count").target("count"));
    assert_eq!(pair.client.page_html(), "<b data-lv-region=\"count\">2</b>");
    assert!(!pair.heard.iter().any(|heard| matches!(heard, Heard::Refused(_))), "its target is on the page");
}

/// Counts, and can't be rendered for a while.
struct Flaky(Arc<AtomicBool>);

impl Page for Flaky {
    type State = i64;
    type Message = ();

    fn render(&self, s: &Session<i64>, view: &mut View) -> Result {
        if self.0.load(Relaxed) {
            return Err(Error::msg("out of order"));
        }
        view.page(|out| Ok(out.write_str("<b data-lv-region=\"count\"></b>")?));
        view.region("count", |out| Ok(write!(out, "{}", s.state)?));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<i64>, e: &Event) -> Result {
        if e.name == "count" {
            s.state += 1;
            s.mark("count");
        }
        Ok(())
    }
}

#[test]
fn a_question_for_a_region_of_an_empty_page_does_not_swallow_a_change() {
    let mut pair = Pair::with(Boxes, Lines, Config::default());
    let mut empty = Tree::of("");
    empty.0.get_mut("").unwrap().text.clear();
    pair.connect(false).message(Next(empty, Marks::All));
    let next = Next(Tree::of("told list(row:1)"), Marks::All);
    pair.machine.handle(Input::Message(next), pair.now);
    pair.act(Action::new("anything").target("row:1"));
    shows_state(&pair);
}

#[test]
fn a_whole_page_that_is_asked_for_does_not_keep_the_browser_from_a_change() {
    let mut pair = showing(Boxes, Tree::of("list(row:1)"));
    let next = Next(Tree::of("list(row:1 row:2)").with("row:1", "edited"), exactly(&["list", "row:1"]));
    pair.machine.handle(Input::Message(next), pair.now);
    pair.machine.full_page().unwrap();
    pair.settle();
    shows_state(&pair);
}
