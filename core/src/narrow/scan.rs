//! The strict reading of HTML by which a region is regular, of all of it or of a stretch.

use super::Irregular;
use super::place::{self, Content};
use super::tag::{Kind, Tag};
use alloc::vec::Vec;
use memchr::memchr;

/// What a stretch of HTML does to the elements around it.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    html: &'a [u8],
    /// The stretch starts in SVG or MathML.
    foreign: bool,
    /// Names of the elements that were open before the stretch and end in it, the innermost first.
    pub(super) closed: Vec<&'a [u8]>,
    /// The elements that start in the stretch and don't end in it.
    pub(super) open: Vec<Open<'a>>,
    /// What stands in no element of the stretch, and how many of `closed` ended before it.
    pub(super) bare: Vec<(usize, Content<'a>)>,
    /// Where the stretch ends.
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) struct Open<'a> {
    pub(super) start: usize,
    pub(super) name: &'a [u8],
    /// Its content is SVG or MathML.
    foreign: bool,
}

impl<'a> Scan<'a> {
    /// Reads the tags and texts that start from `start` on, until one ends at or after `end`.
    pub(super) fn read(html: &'a [u8], start: usize, end: usize, foreign: bool) -> Result<Self, Irregular> {
        let (closed, open, bare) = (Vec::new(), Vec::new(), Vec::new());
        let mut scan = Self { html, foreign, closed, open, bare, end: start };
        while scan.end < end {
            scan.end = if html[scan.end] == b'<' { scan.tag(scan.end)? } else { scan.text(scan.end, end)? };
        }
        Ok(scan)
    }

    fn text(&mut self, start: usize, end: usize) -> Result<usize, Irregular> {
        let text = &self.html[start..end];
        let text = &text[..memchr(b'<', text).unwrap_or(text.len())];
        if !text.iter().all(u8::is_ascii_whitespace) {
            self.admit(start, Content::Text)?;
        }
        Ok(start + text.len())
    }

    fn tag(&mut self, start: usize) -> Result<usize, Irregular> {
        let irregular = |why| Irregular { at: start, why };
        let tag = Tag::parse(self.html, start).ok_or(irregular("this `<` starts no tag or comment"))?;
        if memchr(b'<', &self.html[start + 1..tag.end]).is_some() {
            return Err(irregular("a `<` within a tag or comment"));
        }
        match tag.kind {
            Kind::Comment => self.admit(start, Content::Comment)?,
            Kind::Close => self.close(&tag)?,
            Kind::Open | Kind::Single => self.element(&tag)?,
        }
        Ok(tag.end)
    }

    fn close(&mut self, tag: &Tag<'a>) -> Result<(), Irregular> {
        match self.open.pop() {
            None => self.closed.push(tag.name),
            Some(open) if open.name == tag.name => {}
            Some(open) => {
                return Err(Irregular { at: open.start, why: "an element without its own end tag" });
            }
        }
        Ok(())
    }

    fn element(&mut self, tag: &Tag<'a>) -> Result<(), Irregular> {
        let irregular = |why| Err(Irregular { at: tag.start, why });
        let around = self.open.last().map_or(self.foreign && self.closed.is_empty(), |open| open.foreign);
        let foreign = around || foreign_content(tag.name) == Some(true);
        if place::is_refused(tag.name) {
            return irregular("an element whose parsing depends on more than its place");
        }
        if !foreign && tag.name.iter().any(u8::is_ascii_uppercase) {
            return irregular("an upper-case name");
        }
        self.admit(tag.start, Content::Element(tag.name))?;
        if tag.kind == Kind::Open {
            let foreign = foreign_content(tag.name).unwrap_or(around);
            self.open.push(Open { start: tag.start, name: tag.name, foreign });
        } else if !foreign && !tag.is_void() {
            return irregular("`/>` on an element that isn't void");
        }
        Ok(())
    }

    /// Takes content where it stands.
    fn admit(&mut self, at: usize, content: Content<'a>) -> Result<(), Irregular> {
        match self.open.last() {
            Some(open) if place::admits(open.name, content) => Ok(()),
            Some(_) => Err(Irregular { at, why: "content that its parent doesn't allow" }),
            None => {
                let bare = (self.closed.len(), content);
                if !self.bare.contains(&bare) {
                    self.bare.push(bare);
                }
                Ok(())
            }
        }
    }
}

/// Whether the content of an element is SVG or MathML; `None` where it is what is around the element.
pub(super) fn foreign_content(name: &[u8]) -> Option<bool> {
    match name {
        b"svg" | b"math" => Some(true),
        b"foreignObject" | b"desc" | b"title" => Some(false),
        _ => None,
    }
}
