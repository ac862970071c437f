//! One change of regular HTML: what it leaves regular, and which element encloses it.

use super::Element;
use super::foreign::Namespace;
use super::place::{Content, Place, stands_alone};
use super::scan::Scan;
use super::tag::{Attribute, Kind, Tag};
use super::walk::{ancestors, ends};
use crate::delta::Common;
use core::ops::Range;
use memchr::{memchr3, memrchr};

/// A change that spans more than this isn't looked at, in bytes.
const LARGEST: usize = 4096;

/// Where old and new HTML differ.
pub(super) struct Change<'o, 'n> {
    old: &'o str,
    new: &'n str,
    common: Common,
}

impl<'o, 'n> Change<'o, 'n> {
    /// `None` where the change is too large to narrow.
    pub(super) fn between(old: &'o str, new: &'n str, common: Common) -> Option<Self> {
        let spans = old.len().max(new.len()) - common.prefix - common.suffix;
        (spans <= LARGEST).then_some(Self { old, new, common })
    }

    /// Reads the tags and texts that the change touches, in old and new. `None` where they don't start and end at the same
    /// places of what both share, or can't be read by themselves.
    pub(super) fn read(&self) -> Option<Stretches<'o, 'n>> {
        let (old, new) = (self.old.as_bytes(), self.new.as_bytes());
        let Common { prefix: start, suffix } = self.common.from(old, new, self.start());
        let read = |base| {
            let was = Scan::read(old, start, old.len() - suffix, base).ok()?;
            Some((was, Scan::read(new, start, new.len() - suffix, base).ok()?))
        };
        let (was, is) = read(Namespace::Html).or_else(|| read(self.namespace(start)))?;
        let aligned = old.len() - was.end == new.len() - is.end;
        let inside_tag = start < self.common.prefix;
        aligned.then_some(Stretches {
            old_html: old,
            new_html: self.new,
            start,
            inside_tag,
            old: was,
            new: is,
        })
    }

    /// The start of the tag or comment that the prefix ends in, or the prefix's end.
    fn start(&self) -> usize {
        let html = self.new.as_bytes();
        let prefix = self.common.prefix;
        memrchr(b'<', &html[..prefix])
            .filter(|&tag| Tag::parse(html, tag).is_none_or(|tag| tag.end > prefix))
            .unwrap_or(prefix)
    }

    /// What the place lies in, as far as its near ancestors tell.
    fn namespace(&self, at: usize) -> Namespace {
        Namespace::among(ancestors(self.new.as_bytes(), at).map(|tag| tag.name))
    }
}

/// The stretches of old and new HTML that a change touches, in whole tags and texts.
pub(super) struct Stretches<'o, 'n> {
    old_html: &'o [u8],
    new_html: &'n str,
    /// Where both start.
    start: usize,
    /// Both start with a tag or comment that the change is in, or begins in.
    inside_tag: bool,
    old: Scan<'o>,
    new: Scan<'n>,
}

impl<'n> Stretches<'_, 'n> {
    /// Whether the new HTML is surely regular, given that the old one is: the new stretch does to the elements around it what the old one
    /// did, and has in them what they allow.
    pub(super) fn keep_regular(&self) -> bool {
        self.old.closed == self.new.closed
            && self.old.open.iter().map(|open| open.name).eq(self.new.open.iter().map(|open| open.name))
            && self.new.bare.iter().all(|bare| self.old.bare.contains(bare) || self.is_allowed(*bare))
    }

    fn is_allowed(&self, (ended, content): (usize, Content<'_>)) -> bool {
        ended == 0 && Place::of(self.new_html.as_bytes(), self.start).admits(content)
    }

    /// The smallest element with an id around the change.
    pub(super) fn element(&self) -> Option<Element<'n>> {
        self.changed_element().or_else(|| self.enclosing_element())
    }

    /// The element whose own start tag the change is in.
    fn changed_element(&self) -> Option<Element<'n>> {
        let html = self.new_html.as_bytes();
        if !self.inside_tag {
            return None;
        }
        let was = element_at(self.old_html, self.start, &self.old)?;
        let is = element_at(html, self.start, &self.new)?;
        let (old_id, new_id) = (plain_id(self.old_html, &was)?, plain_id(html, &is)?);
        if (was.name, was.kind, &self.old_html[old_id]) != (is.name, is.kind, &html[new_id]) {
            return None;
        }
        let end = match self.new.open.len() {
            0 => is.end,
            open => ends(html, self.new.end).nth(open - 1)?,
        };
        self.found(&is, end, None)
    }

    /// The nearest element with an id that starts before the change and ends after it.
    fn enclosing_element(&self) -> Option<Element<'n>> {
        let html = self.new_html.as_bytes();
        let ended = self.old.closed.len().max(self.new.closed.len());
        if self.old.open.len() + self.new.closed.len() != self.new.open.len() + self.old.closed.len() {
            return None;
        }
        let mut around = ancestors(html, self.start).enumerate().skip(ended);
        let (depth, tag) = around.find(|(_, tag)| plain_id(html, tag).is_some())?;
        let end = ends(html, self.new.end).nth(self.new.open.len() + depth - self.new.closed.len())?;
        // Its start tag lies before the change.
        let inner = tag.end..memrchr(b'<', &html[..end])?;
        self.found(&tag, end, Some(inner).filter(|_| stands_alone(tag.name)))
    }

    fn found(&self, tag: &Tag<'_>, end: usize, inner: Option<Range<usize>>) -> Option<Element<'n>> {
        let id = plain_id(self.new_html.as_bytes(), tag)?;
        Some(Element { range: tag.start..end, id: &self.new_html[id], inner })
    }
}

/// The element that starts with the stretch and ends outside it, or is all of it.
fn element_at<'h>(html: &'h [u8], start: usize, stretch: &Scan<'_>) -> Option<Tag<'h>> {
    let tag = Tag::parse(html, start)?;
    let open = stretch.open.first().is_some_and(|open| open.start == start);
    let single = tag.kind == Kind::Single && tag.end == stretch.end;
    (open || single).then_some(tag)
}

/// Where the id of a start tag is, if the browser can take it as it is written: in double quotes, without a character reference
/// or a single quote before it. A host has none: its content isn't its own.
fn plain_id(html: &[u8], tag: &Tag<'_>) -> Option<Range<usize>> {
    let mut found = None;
    for Attribute { name, value } in tag.attributes() {
        if html[name.clone()].eq_ignore_ascii_case(b"data-lv-region") {
            return None;
        }
        if html[name.clone()].eq_ignore_ascii_case(b"id") && found.is_none() {
            let plain =
                html[name.start - 1].is_ascii_whitespace() && html[name.start..].starts_with(b"id=\"");
            found = Some((plain, value));
        }
    }
    let (plain, id) = found?;
    let odd =
        html[tag.start..id.start].contains(&b'\'') || memchr3(b'&', b'\r', 0, &html[id.clone()]).is_some();
    (plain && !odd && !id.is_empty()).then_some(id)
}
