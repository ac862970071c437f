//! Who says what has changed: the page by its marks, which dev mode looks after, or nobody.

use std::fmt::Write;

use live_core::client::Heard;
use live_core::wire::{Body, NoticeLevel, ServerFrame};
use live_core::{Config, Ctx, Event, Marking, Page, RecoverableError, Result, Session, View};

use crate::common::{Catch, Pair};

/// Two numbers, of which events change one or both, and mark what they say.
struct Forgetful;

/// The same without a mark anywhere.
struct Careless;

fn render(s: &Session<[i64; 2]>, view: &mut View) -> Result {
    view.title(format_args!("{} in all", s.state.len()));
    view.page(|out| {
        Ok(out.write_str(
            r#"<b data-lv-region="a"></b><b data-lv-region="b"></b><i data-lv-region="told"></i>"#,
        )?)
    });
    view.region("a", |out| Ok(write!(out, "{}", s.state[0])?));
    view.region("b", |out| Ok(write!(out, "{}", s.state[1])?));
    view.region("told", |out| Ok(out.write_str(&s.flash.error.join(" "))?));
    Ok(())
}

impl Page for Forgetful {
    type State = [i64; 2];
    type Message = ();

    fn render(&self, s: &Session<[i64; 2]>, view: &mut View) -> Result {
        render(s, view)
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<[i64; 2]>, e: &Event) -> Result {
        s.state = s.state.map(|number| number + 1);
        match e.name {
            "both" => s.mark(["a", "b"]),
            "one" => s.mark("a"),
            _ => {}
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<[i64; 2]>, (): ()) -> Result {
        s.state[1] += 1;
        Ok(())
    }
}

impl Page for Careless {
    type State = [i64; 2];
    type Message = ();

    const MARKING: Marking = Marking::Automatic;

    fn render(&self, s: &Session<[i64; 2]>, view: &mut View) -> Result {
        render(s, view)
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<[i64; 2]>, e: &Event) -> Result {
        match e.name {
            "a" => s.state[0] += 1,
            "no" => return Err(RecoverableError::new("No.").into()),
            _ => {}
        }
        Ok(())
    }

    fn info(&self, _: &mut Ctx<Self>, s: &mut Session<[i64; 2]>, (): ()) -> Result {
        s.state[1] += 1;
        Ok(())
    }
}

fn forgotten(pair: &Pair<Forgetful>) -> Vec<String> {
    pair.machine.forgotten_marks().unwrap().iter().map(|name| name.to_string()).collect()
}

fn warnings<P: Page>(pair: &Pair<P>) -> Vec<&str> {
    let warning = |heard: &'_ Heard| matches!(heard, Heard::Notice(NoticeLevel::Warning, _));
    let texts = pair.heard.iter().filter(|heard| warning(heard)).map(|heard| match heard {
        Heard::Notice(_, text) => text.as_str(),
        _ => "",
    });
    texts.collect()
}

#[test]
fn a_forgotten_mark_is_found() {
    let mut pair = Pair::new(Forgetful);
    pair.connect(false);
    assert_eq!(forgotten(&pair), [""; 0]);
    pair.click("both");
    assert_eq!(forgotten(&pair), [""; 0]);
    pair.click("one");
    assert_eq!(forgotten(&pair), ["b"]);
    pair.click("none");
    assert_eq!(forgotten(&pair), ["a", "b"]);
    assert!(warnings(&pair).is_empty(), "in production nobody looks");
}

#[test]
fn dev_mode_names_each_forgotten_region_once() {
    let mut pair = Pair::with(Forgetful, Catch, Config { dev: true, ..Config::default() });
    pair.connect(false);
    pair.click("both");
    assert!(warnings(&pair).is_empty());
    pair.message(());
    assert_eq!(warnings(&pair).len(), 1);
    assert!(warnings(&pair)[0].starts_with("Region `b` changed without being marked"));
    pair.message(());
    pair.click("one");
    assert_eq!(warnings(&pair).len(), 1, "said once");
    pair.click("none");
    assert_eq!(warnings(&pair).len(), 2);
}

#[test]
fn automatic_marking_sends_what_differs_and_no_more() {
    let mut pair = Pair::new(Careless);
    pair.connect(false);
    let patches = |pair: &Pair<Careless>| match pair.last() {
        ServerFrame::Update(update) => {
            assert!(update.patches.iter().all(|patch| matches!(patch.body, Body::Full(_) | Body::Delta(_))));
            update.patches.len()
        }
        other => panic!("{other:?}"),
    };
    pair.click("a");
    assert_eq!((pair.client.html("a"), patches(&pair)), (Some("1"), 1));
    pair.click("nothing");
    assert_eq!(patches(&pair), 0);
    pair.message(());
    assert_eq!((pair.client.html("b"), patches(&pair)), (Some("1"), 1));
    pair.click("no");
    assert_eq!((pair.client.html("told"), patches(&pair)), (Some("No."), 1));
}
