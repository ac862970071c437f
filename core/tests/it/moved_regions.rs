//! Regions that move to another place: with all that is in them, never into themselves, and never too deep.

use std::sync::Arc;

use live_core::limits::MAX_REGION_DEPTH;
use live_core::wire::{Region, ServerFrame};
use live_core::{Config, Input, Machine, PageCodec, RegionError};

use crate::boxes::{
    Automatic, Boxes, Lines, Marks, Next, Tree, bounded, exactly, holds_state, region_errors, show, showing,
    shows_state,
};
use crate::common::{Catch, Pair};

/// A chain of so many regions, the last of which holds `end`.
fn chain(prefix: &str, length: usize, end: &str) -> String {
    let names = 1..=length;
    names.rev().fold(end.into(), |inner: String, at| match inner.is_empty() {
        true => format!("{prefix}{at}"),
        false => format!("{prefix}{at}({inner})"),
    })
}

/// The regions that the last frame patches.
fn patched<C: PageCodec<Boxes>>(pair: &Pair<Boxes, C>) -> Vec<String> {
    let ServerFrame::Update(update) = pair.last() else { panic!("an update") };
    let name = |region| match region {
        Region::Named(name) => String::from(name),
        Region::Number(number) => number.to_string(),
    };
    update.patches.iter().map(|patch| name(patch.region)).collect()
}

/// A tree in which a box holds another one, too.
fn with_host(tree: &str, name: &str, holder: &str) -> Tree {
    let mut tree = Tree::of(tree);
    tree.0.get_mut(holder).unwrap().inner.push(name.into());
    tree
}

#[test]
fn a_node_that_is_dropped_onto_its_own_child_is_refused_by_name() {
    bounded(|| {
        for tree in ["a(b(c)) d", "x(a(b(c)) d)", "x(a(y(z(b(c)))) d)"] {
            let mut pair = showing(Boxes, Tree::of(tree));
            let before = pair.client.page_html();
            show(&mut pair, with_host(tree, "a", "b"), &["b"]);
            let expected = RegionError::Recursive { name: "a".into(), holder: "b".into() };
            let told = expected.to_string();
            assert!(told.contains("`a`") && told.contains("`b`"), "{told}");
            assert_eq!(region_errors(&pair), [expected]);
            assert_eq!(pair.client.page_html(), before);
            pair.effects.clear();
            show(&mut pair, Tree::of(tree).with("d", "put right"), &["b", "d"]);
            shows_state(&pair);
        }
    });
}

#[test]
fn a_region_that_holds_itself_is_refused_by_name() {
    bounded(|| {
        for marks in [exactly(&["a"]), Marks::All, Marks::Replace] {
            let mut pair = showing(Boxes, Tree::of("a b"));
            pair.message(Next(with_host("a b", "a", "a"), marks));
            let expected = RegionError::Recursive { name: "a".into(), holder: "a".into() };
            assert_eq!(region_errors(&pair), [expected]);
        }
        let mut pair = showing(Automatic, Tree::of("a(c) b"));
        show(&mut pair, with_host("a(c) b", "a", "c"), &[]);
        assert_eq!(region_errors(&pair), [RegionError::Recursive { name: "a".into(), holder: "c".into() }]);
    });
}

#[test]
fn a_node_that_takes_its_own_parent_along_leaves_the_page() {
    bounded(|| {
        for marks in [exactly(&["", "b"]), exactly(&["b", "", "a", "c"]), Marks::All, Marks::Replace] {
            let mut pair = showing(Boxes, Tree::of("a(b(c)) d"));
            let mut ring = with_host("a(b(c)) d", "a", "b");
            ring.0.get_mut("").unwrap().inner.remove(0);
            pair.message(Next(ring.clone(), marks));
            shows_state(&pair);
            // What hangs in the air may be edited, and may come back.
            ring.0.get_mut("c").unwrap().text = "edited".into();
            show(&mut pair, ring, &["c", "a"]);
            shows_state(&pair);
            show(&mut pair, Tree::of("d(a(b(c)))"), &["", "d", "b"]);
            shows_state(&pair);
        }
    });
}

#[test]
fn parent_and_child_change_places() {
    bounded(|| {
        for marks in [exactly(&["", "a", "b"]), Marks::All, Marks::Replace] {
            let mut pair = showing(Boxes, Tree::of("a(b(c d) e)"));
            for _ in 0..3 {
                for tree in ["b(a(e) c d)", "a(b(c d) e)"] {
                    pair.message(Next(Tree::of(tree), marks.clone()));
                    shows_state(&pair);
                }
            }
        }
        // Where they are below a region that is not marked, it is the same.
        let mut pair = showing(Boxes, Tree::of("x(y(a(b(c))))"));
        show(&mut pair, Tree::of("x(y(b(a(c))))"), &["y", "a", "b"]);
        shows_state(&pair);
    });
}

#[test]
fn a_host_in_two_places_is_refused_whichever_is_rendered() {
    for marks in [exactly(&["b"]), exactly(&["a", "b"]), Marks::All] {
        let mut pair = showing(Boxes, Tree::of("a(x(y)) b"));
        pair.message(Next(with_host("a(x(y)) b", "x", "b"), marks));
        assert_eq!(region_errors(&pair), [RegionError::Duplicate("x".into())]);
        pair.effects.clear();
        show(&mut pair, Tree::of("a b(x(y))"), &["a", "b"]);
        shows_state(&pair);
    }
}

#[test]
fn a_region_may_move_out_of_one_that_vanishes_with_it() {
    let mut pair = showing(Boxes, Tree::of("a(p(x(y))) b"));
    show(&mut pair, Tree::of("b(x(y))"), &["", "b"]);
    shows_state(&pair);
    show(&mut pair, Tree::of("x(y)"), &[""]);
    shows_state(&pair);
}

#[test]
fn the_depth_limit_holds_for_moves() {
    for below in 0..3 {
        for end in ["", "e(f)"] {
            let height = 1 + below + if end.is_empty() { 0 } else { 2 };
            let moved = format!("m({})", chain("n", below, end)).replace("()", "");
            let deepest = MAX_REGION_DEPTH - height;
            let before = Tree::of(&format!("{} {moved}", chain("d", MAX_REGION_DEPTH, "")));
            for (depth, fits) in [(deepest, true), (deepest + 1, false)] {
                let holder = format!("d{depth}");
                let mut after = before.clone();
                after.0.get_mut("").unwrap().inner.pop();
                after.0.get_mut(&holder).unwrap().inner.push("m".into());
                let mut pair = showing(Boxes, before.clone());
                show(&mut pair, after.clone(), &["", &holder]);
                let mut all = showing(Boxes, before.clone());
                all.message(Next(after, Marks::All));
                for pair in [&pair, &all] {
                    match fits {
                        true => shows_state(pair),
                        false => assert_eq!(region_errors(pair), [RegionError::TooDeep]),
                    }
                }
                assert!(fits || pair.client.page_html() == before.page_html());
            }
        }
    }
}

#[test]
fn chains_that_grow_by_moves_stay_within_the_depth() {
    let mut pair = showing(Boxes, Tree::of("a1(a2(a3(a4))) b1(b2(b3(b4))) c1(c2)"));
    show(&mut pair, Tree::of("a1(a2(a3(a4(b1(b2(b3(b4))))))) c1(c2)"), &["", "a4"]);
    shows_state(&pair);
    let whole = pair.client.page_html();
    show(&mut pair, Tree::of("c1(c2(a1(a2(a3(a4(b1(b2(b3(b4)))))))))"), &["", "c2"]);
    assert_eq!((region_errors(&pair), pair.client.page_html()), (vec![RegionError::TooDeep], whole));
    pair.effects.clear();
    show(&mut pair, Tree::of("c1(c2(a1(a2(a3(a4(b1(b2)))))) b3(b4))"), &["", "c1", "c2", "b2"]);
    shows_state(&pair);
}

#[test]
fn a_region_that_moved_while_the_browser_was_away_comes_with_all_that_is_in_it() {
    for (before, after, marks) in [
        ("a(x(y(z))) b", "a b(x(y(z)))", ["a", "b"]),
        ("x(y(z)) b", "b(x(y(z)))", ["", "b"]),
        ("a(x(y(z)))", "x(y(z)) a", ["", "a"]),
        ("a(b(x(y z))) c", "a(b) c(x(y z))", ["b", "c"]),
    ] {
        let mut pair = showing(Boxes, Tree::of(before));
        pair.machine.handle(Input::Closed, pair.now);
        pair.settle();
        show(&mut pair, Tree::of(after), &marks);
        pair.connect(true);
        shows_state(&pair);
    }
}

#[test]
fn a_region_whose_host_moved_deep_below_comes_whole_after_a_crash_too() {
    let mut pair = Pair::with(Boxes, Lines, Config::default());
    pair.connect(false).message(Next(Tree::of("a(x(y(z(w)))) b"), Marks::All));
    pair.message(Next(Tree::of("a b(x(y(z(w))))"), exactly(&["a", "b"])));
    let record = pair.machine.record().unwrap();
    // The browser is where it was before the move.
    let mut late = Pair::with(Boxes, Lines, Config::default());
    late.connect(false).message(Next(Tree::of("a(x(y(z(w)))) b"), Marks::All));
    let machine =
        Machine::restore(Arc::new(Boxes), Lines, Catch, &record, Arc::default(), Config::default(), true)
            .unwrap();
    let mut pair = Pair { client: late.client, ..Pair::of(machine, late.now) };
    pair.connect(true);
    shows_state(&pair);
}

#[test]
fn a_region_that_moved_while_a_frame_was_lost_comes_with_all_that_is_in_it() {
    let mut pair = showing(Boxes, Tree::of("a(x(y(z))) b"));
    let next = Next(Tree::of("a b(x(y(z)))"), exactly(&["a", "b"]));
    pair.machine.handle(Input::Message(next), pair.now);
    while pair.machine.poll(pair.now).is_some() {}
    pair.connect(true);
    shows_state(&pair);
}

#[test]
fn what_stayed_in_its_place_is_not_sent_again() {
    let mut pair = showing(Boxes, Tree::of("a(x(y(z))) b"));
    pair.machine.handle(Input::Closed, pair.now);
    pair.settle();
    show(&mut pair, Tree::of("a(x(y(z))) b").with("x", "another text beside it"), &["x"]);
    pair.connect(true);
    assert_eq!(patched(&pair), ["x"], "what is in it is kept by the browser");
    shows_state(&pair);
    pair.frames.clear();
    pair.connect(true);
    assert_eq!(pair.frames.len(), 1, "the welcome alone");
}

#[test]
fn a_region_that_moved_while_the_window_was_closed_comes_with_all_that_is_in_it() {
    let mut pair = showing(Boxes, Tree::of("a(x(y(z))) b"));
    let step = |pair: &mut Pair<Boxes>, tree: &str, marks: &[&str], text: &str| {
        let next = Next(Tree::of(tree).with("b", text), exactly(marks));
        pair.machine.handle(Input::Message(next), pair.now);
        pair.drain();
    };
    // The browser is silent until the window is full.
    for round in 0..10 {
        step(&mut pair, "a(x(y(z))) b", &["b"], &format!("round {round}"));
    }
    let frames = pair.frames.len();
    step(&mut pair, "a b(x(y(z)))", &["a", "b"], "moved");
    step(&mut pair, "a(x(y(z))) b", &["a", "b"], "and back");
    step(&mut pair, "a b x(y(z))", &["", "a"], "and on");
    assert_eq!(pair.frames.len(), frames, "the window is closed");
    pair.settle();
    shows_state(&pair);
}

#[test]
fn a_region_that_moves_as_a_machine_wakes_comes_with_all_that_is_in_it() {
    for away in [false, true] {
        let mut pair = showing(Boxes, Tree::of("a(x(y(z))) b"));
        if away {
            pair.machine.handle(Input::Closed, pair.now);
            pair.settle();
        }
        pair.machine.handle(Input::Rest, pair.now);
        show(&mut pair, Tree::of("a b(x(y(z)))"), &["a", "b"]);
        if away {
            pair.connect(true);
        }
        shows_state(&pair);
    }
}

#[test]
fn a_page_that_was_loaded_before_a_move_is_brought_up_to_it() {
    let mut pair = showing(Boxes, Tree::of("a(x(y(z))) b"));
    let page = pair.machine.full_page().unwrap();
    show(&mut pair, Tree::of("b(x(y(z))) a"), &["", "a", "b"]);
    pair.client = live_core::client::Client::open("token", &page.title, &page.html, &page.hashes);
    pair.connect(true);
    shows_state(&pair);
    holds_state(&pair.machine, &Tree::of("b(x(y(z))) a"));
}
