//! Finding one element in regular HTML: what a browser does in its DOM, for the browser's half without one.

use core::ops::Range;

use memchr::memchr_iter;

use super::tag::{Kind, Tag};

/// The hosts in a page whose hosts are filled in, each with the place of its content. Hosts in that content are not given.
pub(crate) fn children(html: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut done = 0;
    tags(html, 0).filter_map(move |tag| {
        let value =
            tag.attributes().find(|attribute| &html[attribute.name.clone()] == "data-lv-region")?.value;
        let inside = content(html, tag.end).filter(|_| tag.kind == Kind::Open && tag.start >= done)?;
        done = inside.end;
        Some((&html[value], inside))
    })
}

/// The content of the element whose start tag ends at `from`, up to its end tag.
pub(crate) fn content(html: &str, from: usize) -> Option<Range<usize>> {
    let mut depth = 1usize;
    for tag in tags(html, from) {
        match tag.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Single | Kind::Comment => {}
        }
        if depth == 0 {
            return Some(from..tag.start);
        }
    }
    None
}

/// The one element with this id, from its start tag to after its end tag, or what is `inner` to it; `None` where there is none, or more
/// than one.
pub(crate) fn element_with_id(html: &str, id: &str, inner: bool) -> Option<Range<usize>> {
    let mut found = tags(html, 0).filter(|tag| has_id(html, tag, id));
    let tag = found.next().filter(|_| found.next().is_none())?;
    match tag.kind {
        Kind::Open => {
            let content = content(html, tag.end)?;
            let end = Tag::parse(html.as_bytes(), content.end)?;
            Some(if inner { content } else { tag.start..end.end })
        }
        _ => (!inner).then_some(tag.start..tag.end),
    }
}

fn tags(html: &str, from: usize) -> impl Iterator<Item = Tag<'_>> {
    let mut done = from;
    memchr_iter(b'<', &html.as_bytes()[from..]).filter_map(move |at| {
        let tag = Tag::parse(html.as_bytes(), from + at).filter(|tag| tag.start >= done)?;
        done = tag.end;
        Some(tag)
    })
}

fn has_id(html: &str, tag: &Tag<'_>, id: &str) -> bool {
    matches!(tag.kind, Kind::Open | Kind::Single)
        && tag.attributes().any(|attribute| &html[attribute.name] == "id" && &html[attribute.value] == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ends_at_its_own_end_tag() {
        let html = "<ul><li>a<br><ul><li>b</li></ul></li><!-- </ul> --></ul><p>c</p>";
        assert_eq!(
            content(html, 4).map(|range| &html[range]),
            Some("<li>a<br><ul><li>b</li></ul></li><!-- </ul> -->")
        );
        assert_eq!(content("<p>no end", 3), None);
    }

    #[test]
    fn an_element_is_found_by_its_id_if_that_is_its_alone() {
        let html = r#"<p id="a"><b id="b" title="id=&quot;c&quot;">x</b></p><input id="i"><b id="d"></b><b id="d"></b>"#;
        let found = |id, inner| element_with_id(html, id, inner).map(|range| &html[range]);
        let (find, content) = (|id| found(id, false), |id| found(id, true));
        assert_eq!(find("b"), Some(r#"<b id="b" title="id=&quot;c&quot;">x</b>"#));
        assert_eq!(find("i"), Some(r#"<input id="i">"#));
        assert_eq!((find("c"), find("d")), (None, None));
        assert_eq!((content("b"), content("d"), content("i")), (Some("x"), None, None));
    }
}
