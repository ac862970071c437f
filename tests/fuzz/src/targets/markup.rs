//! The scanners of HTML, on any text.

use live_core::delta::Common;
use live_core::narrow::{self, Markup};

use super::halves;
use crate::heap::{bound, watched};

pub fn scan(data: &[u8]) {
    let Ok(html) = str::from_utf8(data) else { return };
    for host in watched(bound(data.len()), || narrow::hosts(html).collect::<Vec<_>>()).into_iter().flatten() {
        assert!(narrow::is_region_name(host.name) && html.is_char_boundary(host.insert_at));
    }
    let regular = watched(bound(data.len()), || narrow::regular(html));
    assert!(
        regular.is_ok_and(|()| narrow::is_regular(html)) || regular.is_err_and(|why| why.at <= html.len())
    );
}

pub fn narrow(data: &[u8]) {
    let (old, new) = halves(data);
    let (Ok(old), Ok(new)) = (str::from_utf8(old), str::from_utf8(new)) else { return };
    // Long enough to be narrowed.
    let (old, new) = (padded(old), padded(new));
    let common = Common::of(old.as_bytes(), new.as_bytes());
    let mut markup = Markup::of(&old);
    let element = watched(bound(old.len() + new.len()), || markup.narrow(&old, &new, common));
    if let Some(element) = element {
        let outer = element.range;
        assert!(new[outer.clone()].starts_with('<') && !element.id.is_empty());
        let is_within = |inner: core::ops::Range<usize>| {
            outer.start < inner.start && new[inner.clone()].len() < outer.end - inner.start
        };
        assert!(element.inner.is_none_or(is_within));
    }
    if markup != Markup::Unknown && Markup::of(&old) == Markup::Regular {
        assert_eq!(markup, Markup::of(&new), "a change is judged as the whole");
    }
}

fn padded(html: &str) -> String {
    let filler = "<p>of the page</p>".repeat(live_core::limits::NARROW_FROM / 16);
    format!(r#"{filler}<div id="a">{html}</div>"#)
}
