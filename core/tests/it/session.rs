//! The small types that page code works with, each method.
#![allow(missing_docs)]

use live_core::{
    Block, Command, DirtySet, Download, EventMeta, Flash, Focus, Js, Redirect, Scroll, Session, SessionId,
};

fn session() -> Session<u32> {
    Session::new(SessionId::new([1; 16]), 1)
}

#[test]
fn a_dirty_set_adds_has_lists_and_clears() {
    let mut dirty = DirtySet::default();
    assert!(dirty.is_empty() && dirty.list().is_empty() && !dirty.has("a"));
    for id in ["b", "a", "b"] {
        dirty.add(id);
    }
    assert_eq!(dirty.list(), ["a", "b"]);
    assert!(dirty.has("a") && !dirty.has("c") && !dirty.is_empty() && !dirty.is_all());
    dirty.add_all();
    assert!(dirty.has("c") && dirty.is_all() && !dirty.is_empty());
    dirty.clear();
    assert!(dirty.is_empty() && !dirty.is_all() && !dirty.has("a"));
}

#[test]
fn a_session_marks_one_region_several_or_all() {
    let mut s = session();
    assert!(!s.is_dirty());
    s.mark("one");
    s.mark(["two", "three"]);
    s.mark(format!("row:{}", 4));
    assert_eq!(s.dirty().list(), ["one", "row:4", "three", "two"]);
    s.mark_all();
    assert!(s.is_dirty() && s.dirty().has("any"));
}

#[test]
fn a_replaced_state_marks_everything() {
    let mut s = session();
    s.replace_state(9);
    assert_eq!((s.state, s.dirty().is_all()), (9, true));
}

#[test]
fn a_session_has_its_id_and_whoever_is_logged_in() {
    let s = session();
    assert_eq!((s.id, s.user_id.as_deref()), (SessionId::new([1; 16]), None));
    assert_eq!(format!("{:?}", s.id), "SessionId(0101…)", "it is a secret");
}

#[test]
fn a_flash_has_four_kinds() {
    let mut flash = Flash::default();
    assert!(flash.is_empty());
    flash.add_success("saved");
    flash.add_error("failed");
    flash.add_warning("nearly full");
    flash.add_info("by the way");
    flash.add_info("and");
    assert_eq!(
        (&flash.success[..], &flash.error[..]),
        (&["saved".to_owned()][..], &["failed".to_owned()][..])
    );
    assert_eq!(
        (flash.warning.join(" "), flash.info.join(" ")),
        ("nearly full".to_owned(), "by the way and".to_owned())
    );
    assert!(!flash.is_empty());
    flash.clear();
    assert_eq!(flash, Flash::default());
}

#[test]
fn each_command_has_its_fields() {
    assert_eq!(Redirect::to("/a").replacing(), Redirect { to: "/a".into(), replace: true });
    assert_eq!(Focus::on("#f"), Focus { selector: "#f".into() });
    assert_eq!(Scroll::default(), Scroll { selector: String::new(), block: Block::Start });
    let blocks = [Block::Start, Block::Center, Block::End, Block::Nearest].map(Block::as_str);
    assert_eq!(blocks, ["start", "center", "end", "nearest"]);
    assert_eq!(Scroll::to("#s").block(Block::End).block, Block::End);
    assert_eq!(Download::new("/f", "f.csv"), Download { url: "/f".into(), filename: "f.csv".into() });
    let js = Js::call("chart").arg("n", 1);
    assert_eq!((js.name.as_str(), js.args.as_str()), ("chart", "{\"n\":1}"));
    assert_eq!(Command::from(Redirect::to("/a")), Command::Redirect(Redirect::to("/a")));
}

#[test]
fn modifiers_travel_as_bits() {
    for bits in 0..16 {
        let meta = EventMeta::from_bits(bits);
        assert_eq!(meta.bits(), bits);
    }
    assert_eq!(EventMeta::from_bits(9), EventMeta { shift: true, meta: true, ..EventMeta::default() });
}
