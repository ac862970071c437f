//! The strict reading of HTML by which a region is regular, of all of it or of a stretch.

use super::Irregular;
use super::closes::Closed;
use super::foreign::{Namespace, breaks_out};
use super::place::{self, Content};
use super::tag::{Kind, Tag};
use alloc::vec::Vec;
use memchr::memchr;

/// What a stretch of HTML does to the elements around it.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    html: &'a [u8],
    /// What the stretch starts in; if HTML, then as far as `bare` doesn't need it to be.
    base: Namespace,
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
    content: Namespace,
    /// The content is of no other kind than what is around the stretch.
    inherited: bool,
}

impl<'a> Scan<'a> {
    /// Reads the tags and texts that start from `start` on, until one ends at or after `end`.
    pub(super) fn read(html: &'a [u8], start: usize, end: usize, base: Namespace) -> Result<Self, Irregular> {
        let (closed, open, bare) = (Vec::new(), Vec::new(), Vec::new());
        let mut scan = Self { html, base, closed, open, bare, end: start };
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
        let (around, inherited) = self.around();
        let content = around.within(tag.name);
        if place::is_refused(tag.name) {
            return irregular("an element whose parsing depends on more than its place");
        }
        if content == Namespace::Html && tag.name.iter().any(u8::is_ascii_uppercase) && around == content {
            return irregular("an upper-case name");
        }
        if needs_html(tag) && !(around == Namespace::Svg && tag.name == b"svg") {
            match around {
                Namespace::Html if inherited => self.note(Content::Html),
                Namespace::Html => {}
                _ => return irregular("an element that can't be in SVG or MathML"),
            }
        }
        if around == Namespace::Html && !Closed::by(tag.name).iter().all(|kind| self.is_clear_of(*kind)) {
            return irregular("an element that ends one around it");
        }
        self.admit(tag.start, Content::Element(tag.name))?;
        if tag.kind == Kind::Open {
            let inherited = inherited && content == around;
            self.open.push(Open { start: tag.start, name: tag.name, content, inherited });
        } else if around == content && content == Namespace::Html && !tag.is_void() {
            return irregular("`/>` on an element that isn't void");
        }
        Ok(())
    }

    /// Whether no element of a kind that the next tag would end is open in the stretch.
    fn is_clear_of(&mut self, kind: Closed) -> bool {
        match self.open.iter().rev().find(|open| kind.includes(open.name) || kind.stops_at(open.name)) {
            Some(open) => !kind.includes(open.name),
            None => {
                self.note(Content::ClearOf(kind));
                true
            }
        }
    }

    /// What the next tag stands in, and whether that is for what is around the stretch to say.
    fn around(&self) -> (Namespace, bool) {
        let base = if self.closed.is_empty() { self.base } else { Namespace::Html };
        self.open.last().map_or((base, true), |open| (open.content, open.inherited))
    }

    /// Takes content where it stands.
    fn admit(&mut self, at: usize, content: Content<'a>) -> Result<(), Irregular> {
        match self.open.last() {
            Some(open) if place::admits(open.name, content) => {}
            Some(_) => return Err(Irregular { at, why: "content that its parent doesn't allow" }),
            None => self.note(content),
        }
        Ok(())
    }

    fn note(&mut self, content: Content<'a>) {
        let bare = (self.closed.len(), content);
        if !self.bare.contains(&bare) {
            self.bare.push(bare);
        }
    }
}

/// Whether the parser takes a start tag as it is written in HTML only.
fn needs_html(tag: &Tag<'_>) -> bool {
    breaks_out(tag.name) || tag.is_void() && !tag.slashed || matches!(tag.name, b"svg" | b"math")
}
