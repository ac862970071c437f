//! Regions whose host is gone: they are not rendered, not kept and not sent, and they come back with their content.

use std::fmt::Write;

use live_core::client::Action;
use live_core::wire::ServerFrame;
use live_core::{Ctx, Event, Input, Marking, Page, Result, Session, View};

use crate::boxes::{
    self, Automatic, Boxes, Marks, Next, Tree, exactly, render_errors, show, showing, shows_state,
};
use crate::common::{Pair, fresh_html};

/// How many patches of regions the last frame has.
fn patches<P: Page, C>(pair: &Pair<P, C>) -> usize
where
    C: live_core::PageCodec<P>,
{
    match pair.last() {
        ServerFrame::Update(update) => update.patches.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_region_that_comes_back_has_its_content() {
    let mut pair = showing(Automatic, Tree::of("dialog(fields(name)) list"));
    for _ in 0..5 {
        for tree in ["list", "dialog(fields(name)) list", "dialog list", "dialog(fields) list"] {
            show(&mut pair, Tree::of(tree), &[]);
            shows_state(&pair);
        }
    }
}

#[test]
fn a_row_that_is_gone_is_never_rendered() {
    let [before, after] = ["list(row:1 row:2 row:3)", "list(row:1 row:2)"].map(Tree::of);
    for marks in [Marks::All, Marks::Replace] {
        let mut pair = showing(Boxes, before.clone());
        pair.message(Next(after.clone(), marks));
        shows_state(&pair);
    }
    let mut pair = showing(Automatic, before.clone());
    show(&mut pair, after.clone(), &[]);
    shows_state(&pair);

    let mut pair = showing(Boxes, before);
    pair.message(Next(after, exactly(&[])));
    pair.machine.handle(Input::Missed("news"), pair.now);
    pair.settle();
    shows_state(&pair);
}

#[test]
fn a_row_that_is_edited_and_then_removed_before_the_next_render_is_not_rendered() {
    let mut pair = showing(Boxes, Tree::of("list(row:1 row:2)"));
    let edited = Tree::of("list(row:1 row:2)").with("row:2", "edited");
    let messages = [Next(edited, exactly(&["row:2"])), Next(Tree::of("list(row:1)"), exactly(&["list"]))];
    for message in messages.clone() {
        pair.machine.handle(Input::Message(message), pair.now);
    }
    pair.settle();
    shows_state(&pair);

    // The same while the browser is away, and a list around the row goes with it.
    show(&mut pair, Tree::of("list(row:1 row:2)"), &["list"]);
    pair.machine.handle(Input::Closed, pair.now);
    pair.settle();
    pair.message(messages[0].clone()).message(Next(Tree::of("other"), exactly(&[""])));
    pair.connect(true);
    shows_state(&pair);
}

/// Two changes by messages of their own, and one render after both.
fn in_one_render(before: &str, between: (&str, &[&str]), after: (Tree, &[&str])) {
    for away in [false, true] {
        let mut pair = showing(Boxes, Tree::of(before));
        if away {
            pair.machine.handle(Input::Closed, pair.now);
            pair.settle();
        }
        let between = Next(Tree::of(between.0), exactly(between.1));
        let after = Next(after.0.clone(), exactly(after.1));
        for next in [between, after] {
            pair.machine.handle(Input::Message(next), pair.now);
        }
        if away {
            pair.connect(true);
        }
        pair.settle();
        shows_state(&pair);
    }
}

#[test]
fn a_row_that_is_removed_and_added_again_before_the_next_render_is_the_new_one() {
    let again = |tree: &str, name| Tree::of(tree).with(name, "another one");
    let list = "list(row:1 row:2)";
    in_one_render(list, ("list(row:1)", &["list"]), (again(list, "row:2"), &["list"]));
    // With regions in it, below one that is new again, and in another place.
    let dialog = "list dialog(fields(name))";
    in_one_render(dialog, ("list", &[""]), (again(dialog, "name"), &[""]));
    in_one_render("a(x(y)) b", ("a b", &["a"]), (again("a b(x(y))", "y"), &["b"]));
    in_one_render("a(x(y)) b", ("b", &[""]), (again("b(x) y", "y"), &["b", ""]));
}

#[test]
fn a_row_that_one_change_moves_is_not_rendered() {
    let mut pair = showing(Boxes, Tree::of("a(row:1 row:2) b(row:3)"));
    let regions = pair.machine.counters().regions;
    show(&mut pair, Tree::of("a(row:2) b(row:3 row:1)"), &["a", "b"]);
    assert_eq!(pair.machine.counters().regions - regions, 2, "the lists around it");
    shows_state(&pair);
}

#[test]
fn a_marked_region_below_one_that_is_kept_is_rendered_in_its_new_place() {
    let mut pair = showing(Boxes, Tree::of("left(panel(row:1 row:2)) right"));
    let moved = Tree::of("right(panel(row:1 row:2)) left").with("row:2", "edited");
    show(&mut pair, moved, &["", "left", "right", "row:2"]);
    shows_state(&pair);
    let edited = Tree::of("right(panel(row:1 row:2)) left").with("row:2", "again").with("", "and the page");
    show(&mut pair, edited, &["", "row:2"]);
    shows_state(&pair);
    assert_eq!(patches(&pair), 2, "what is between them is kept");
}

#[test]
fn marks_cost_no_more_passes_than_the_page_has_levels() {
    let mut pair = showing(Boxes, Tree::of("a b(row:1(c))"));
    let passes = |pair: &mut Pair<Boxes>, marks: Marks| {
        let before = boxes::passes();
        pair.message(Next(Tree::of("a b(row:1(c))"), marks));
        boxes::passes() - before
    };
    assert_eq!(passes(&mut pair, exactly(&["row:1"])), 1);
    assert_eq!(passes(&mut pair, exactly(&["a", "row:1"])), 1);
    assert_eq!(passes(&mut pair, exactly(&["b", "c"])), 2);
    assert_eq!(passes(&mut pair, exactly(&["nothing"])), 1, "the title may be another");
    assert_eq!(passes(&mut pair, Marks::All), 4);
}

#[test]
fn regions_that_come_and_go_leave_nothing_behind() {
    for all in [true, false] {
        let mut pair = showing(Boxes, Tree::of("list(row:1 row:2) dialog(fields(name))"));
        let trees = ["list(row:1)", "list(row:1 row:2) dialog(fields(name))"].map(Tree::of);
        for round in 0..2000 {
            let marks = if all { Marks::All } else { exactly(&["", "list", "dialog", "fields", "name"]) };
            pair.message(Next(trees[round % 2].clone(), marks));
        }
        shows_state(&pair);
    }
}

#[test]
fn a_reconnect_sends_nothing_of_regions_that_are_gone() {
    let mut pair = showing(Boxes, Tree::of("list(row:1 row:2) dialog(fields(name))"));
    pair.message(Next(Tree::of("list(row:1)"), Marks::All));
    pair.frames.clear();
    pair.connect(true);
    assert_eq!(pair.frames.len(), 1, "the welcome alone");
    shows_state(&pair);
}

#[test]
fn a_shared_region_that_is_gone_is_no_longer_followed() {
    let shared = |text: &str| {
        let mut tree = Tree::of(text);
        tree.0
            .iter_mut()
            .filter(|(name, _)| name.starts_with("news"))
            .for_each(|(_, node)| node.shared = true);
        tree
    };
    let mut pair = showing(Automatic, shared("panel(news:1) news:2"));
    let followed = |pair: &mut Pair<Automatic>| -> Vec<String> {
        pair.effects.drain(..).map(|effect| format!("{effect:?}").chars().take(27).collect()).collect()
    };
    assert_eq!(followed(&mut pair).len(), 2);
    show(&mut pair, shared("news:2"), &[]);
    assert_eq!(followed(&mut pair), ["Unfollow { region: \"news:1\""]);
    show(&mut pair, shared("panel(news:1) news:2"), &[]);
    assert_eq!(followed(&mut pair), ["Follow { region: \"news:1\", "]);
    shows_state(&pair);
}

#[test]
fn the_guides_list_of_tasks_loses_its_last_one() {
    let mut pair = Pair::new(Tasks);
    pair.connect(false);
    for event in ["add", "add", "drop", "add", "drop", "drop", "drop", "add"] {
        pair.act(Action::new(event));
        assert_eq!(render_errors(&pair), [] as [String; 0], "{event}");
        assert_eq!(pair.client.page_html(), fresh_html(Tasks, pair.machine.session()), "{event}");
    }
}

/// A list whose rows are named by their place, as in the guide.
struct Tasks;

impl Page for Tasks {
    type State = Vec<String>;
    type Message = ();

    const MARKING: Marking = Marking::Automatic;

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| {
            Ok(out.write_str("<b data-lv-region=\"left\"></b><ul data-lv-region=\"list\"></ul>")?)
        });
        view.region("left", |out| Ok(write!(out, "{}", s.state.len())?));
        view.region("list", |out| {
            for n in 0..s.state.len() {
                write!(out, "<li id=\"task-{n}\" data-lv-region=\"task:{n}\"></li>")?;
            }
            Ok(())
        });
        view.regions("task:", |n, out| {
            out.push_str(&s.state[n.parse::<usize>()?]);
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Vec<String>>, e: &Event) -> Result {
        match e.name {
            "add" => s.state.push(format!("task {}", e.id)),
            _ => drop(s.state.pop()),
        }
        Ok(())
    }
}
