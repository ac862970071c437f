//! What may stand where: the few rules of the HTML parser on whose breach it moves or drops what is written.

use super::closes::Closed;
use super::foreign::breaks_out;
use super::tag::{Kind, Tag};
use memchr::memrchr;

/// Whether an element holds text only.
pub(super) fn is_raw(name: &[u8]) -> bool {
    matches!(name, b"script" | b"style" | b"textarea" | b"title" | b"iframe" | b"option")
}

/// Whether the content of an element is parsed the same without its start tag, which has the parser read text only, or drop a line feed.
pub(super) fn stands_alone(name: &[u8]) -> bool {
    !is_raw(name) && !matches!(name, b"pre" | b"listing")
}

/// Whether the parsing of an element depends on more than its place, or it is dropped or renamed.
#[rustfmt::skip]
pub(super) fn is_refused(name: &[u8]) -> bool {
    matches!(
        name,
        b"template" | b"noscript" | b"plaintext" | b"xmp" | b"noembed" | b"noframes" | b"html" | b"head" | b"body"
            | b"frameset" | b"frame" | b"image" | b"annotation-xml" | b"basefont" | b"bgsound" | b"keygen" | b"isindex"
    )
}

/// Something that stands in an element, or beside one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// Text that isn't white space alone.
    Text,
    Comment,
    Element(&'a [u8]),
    /// Something, at any depth, that can't be in SVG or MathML.
    Html,
    /// Something, at any depth, that would end an element of this kind around it.
    ClearOf(Closed),
}

/// Whether the parser leaves `content` in an element `parent`.
pub(super) fn admits(parent: &[u8], content: Content<'_>) -> bool {
    match content {
        Content::Text => !is_table(parent),
        Content::Comment => !is_raw(parent),
        Content::Html => is_html(parent),
        Content::ClearOf(kind) => kind.is_none_in(parent),
        Content::Element(_) if is_raw(parent) => false,
        Content::Element(name) => match parents(name) {
            Some(parents) => parents.contains(&parent),
            None => !(is_table(parent) || is_select(parent) || is_heading(name) && is_heading(parent)),
        },
    }
}

/// The places that a part of a table, of a select or of ruby text may stand in; `None` for what is no such part.
fn parents(name: &[u8]) -> Option<&'static [&'static [u8]]> {
    match name {
        b"caption" | b"colgroup" | b"thead" | b"tbody" | b"tfoot" => Some(&[b"table"]),
        b"tr" => Some(&[b"thead", b"tbody", b"tfoot"]),
        b"td" | b"th" => Some(&[b"tr"]),
        b"col" => Some(&[b"colgroup"]),
        b"option" => Some(&[b"select", b"optgroup", b"datalist"]),
        b"optgroup" => Some(&[b"select"]),
        b"rb" | b"rp" | b"rt" | b"rtc" => Some(&[b"ruby"]),
        _ => None,
    }
}

/// Whether an element holds parts of a table, and no text of its own.
fn is_table(name: &[u8]) -> bool {
    matches!(name, b"table" | b"thead" | b"tbody" | b"tfoot" | b"tr" | b"colgroup")
}

fn is_select(name: &[u8]) -> bool {
    matches!(name, b"select" | b"optgroup")
}

fn is_heading(name: &[u8]) -> bool {
    matches!(name, b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6")
}

/// Whether an element in regular HTML is surely one of HTML: parts of a table stand in one, and a table is.
fn is_html(name: &[u8]) -> bool {
    breaks_out(name) || is_table(name) || matches!(name, b"td" | b"th" | b"caption" | b"col")
}

/// What stands nearest before a place in regular HTML.
pub(super) enum Place<'a> {
    /// Nothing: the place is at the region's top.
    Top,
    In(&'a [u8]),
    After(&'a [u8]),
}

impl<'a> Place<'a> {
    /// The place at `at`, which is outside a tag.
    pub(super) fn of(html: &'a [u8], mut at: usize) -> Self {
        while let Some(start) = memrchr(b'<', &html[..at])
            && let Some(tag) = Tag::parse(html, start)
        {
            match tag.kind {
                Kind::Open => return Self::In(tag.name),
                Kind::Single | Kind::Close => return Self::After(tag.name),
                Kind::Comment => at = start,
            }
        }
        Self::Top
    }

    /// Whether `content` may stand here, as far as what is known says so.
    pub(super) fn admits(&self, content: Content<'_>) -> bool {
        match (self, content) {
            (Self::Top, _) | (Self::After(_), Content::Comment) => true,
            (Self::In(parent), _) => admits(parent, content),
            (Self::After(sibling), Content::ClearOf(kind)) => kind.is_none_beside(sibling),
            (Self::After(sibling), Content::Html) => is_html(sibling),
            (Self::After(sibling), Content::Text) => parents(sibling).is_none(),
            (Self::After(sibling), Content::Element(name)) => {
                parents(name) == parents(sibling) && (!is_heading(name) || is_heading(sibling))
            }
        }
    }
}
