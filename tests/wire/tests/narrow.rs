//! Properties of narrowing, on random pages and edits of them.

use live_core::delta::Common;
use live_core::narrow::{Element, Markup, is_regular};
use wire_tests::edit::edited;
use wire_tests::markup::Page;
use wire_tests::random::Random;

/// Runs `steps` edits of random pages; gives how many were narrowed.
fn run(seed: u64, steps: usize, messy: bool, damaged: bool) -> usize {
    let mut random = Random::new(seed);
    let mut narrowed = 0;
    for _ in 0..steps / 20 {
        let mut page = Page::new(&mut random, messy);
        let (mut old, mut markup) = (page.html(), Markup::Unknown);
        for _ in 0..20 {
            page.edit(&mut random);
            let new = if damaged && random.one_in(4) { edited(&mut random, &old, 2) } else { page.html() };
            narrowed += usize::from(step(&mut markup, &old, &new));
            old = new;
        }
    }
    narrowed
}

fn step(markup: &mut Markup, old: &str, new: &str) -> bool {
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let element = markup.narrow(old, new, common);
    assert!(*markup != Markup::Regular || is_regular(new), "kept for regular:\n{old}\n\n{new}");
    if let Some(element) = &element {
        check(old, new, element);
    }
    element.is_some()
}

/// The element is one in both, of one name and id, and nothing outside it differs.
fn check(old: &str, new: &str, element: &Element<'_>) {
    let Element { range, id, inner } = element.clone();
    let was = range.start..old.len() - (new.len() - range.end);
    assert_eq!(old[..was.start], new[..range.start]);
    assert_eq!(old[was.end..], new[range.end..]);
    if let Some(inner) = inner {
        assert_eq!(old[was.start..inner.start], new[range.start..inner.start], "the start tag stays");
        assert!(
            new[..inner.start].ends_with('>') && new[inner.end..range.end].starts_with("</"),
            "{inner:?} of {new}"
        );
    }
    for outer in [&old[was], &new[range]] {
        let name = &outer[1..outer.find(|c: char| c.is_whitespace() || c == '>').expect("a start tag")];
        assert!(outer.contains(&format!("id=\"{id}\"")), "{id} isn't in {outer}");
        assert!(
            outer.ends_with(&format!("</{name}>")) || outer.matches('<').count() == 1,
            "cut wrongly: {outer}"
        );
    }
}

#[test]
fn clean_pages_are_narrowed_and_stay_regular() {
    let steps = 40_000;
    let narrowed = run(1, steps, false, false);
    assert!(narrowed > steps / 3, "only {narrowed} of {steps} steps were narrowed");
}

#[test]
fn messy_pages_are_never_taken_for_regular() {
    assert!(run(2, 20_000, true, false) > 0);
}

#[test]
fn damaged_pages_are_never_taken_for_regular() {
    assert!(run(3, 40_000, false, true) > 0);
    assert!(run(4, 20_000, true, true) > 0);
}
