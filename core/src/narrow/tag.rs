//! The pieces of markup that start with `<`, read as the HTML standard's tokenizer reads them.

use core::ops::Range;
use memchr::{memchr, memmem};

/// A tag or comment.
#[derive(Clone, Debug)]
pub(super) struct Tag<'a> {
    pub(super) kind: Kind,
    pub(super) start: usize,
    /// After its `>`.
    pub(super) end: usize,
    /// As written; empty for a comment.
    pub(super) name: &'a [u8],
    /// Ends in `/>`.
    pub(super) slashed: bool,
    html: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A start tag that an end tag belongs to.
    Open,
    /// A start tag of a void element, or one that ends in `/>`.
    Single,
    Close,
    Comment,
}

impl<'a> Tag<'a> {
    /// The tag or comment at `start`, where a `<` is. `None` where none is, or none that ends.
    pub(super) fn parse(html: &'a [u8], start: usize) -> Option<Self> {
        match *html.get(start + 1)? {
            b'!' => Self::comment(html, start),
            b'/' => Self::close(html, start),
            byte if byte.is_ascii_alphabetic() => Self::open(html, start),
            _ => None,
        }
    }

    /// The attributes of a start tag, in their order.
    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes { html: self.html, at: self.start + 1 + self.name.len(), slashed: false }
    }

    /// Has no content and no end tag in HTML.
    #[rustfmt::skip]
    pub(super) fn is_void(&self) -> bool {
        matches!(
            self.name,
            b"area" | b"base" | b"br" | b"col" | b"embed" | b"hr" | b"img" | b"input" | b"link" | b"meta" | b"param"
                | b"source" | b"track" | b"wbr"
        )
    }

    fn open(html: &'a [u8], start: usize) -> Option<Self> {
        let name = name(html, start + 1);
        let mut tag = Self { kind: Kind::Open, start, end: 0, name, slashed: false, html };
        let mut attributes = tag.attributes();
        while attributes.next().is_some() {}
        (tag.end, tag.slashed) = (attributes.end()?, attributes.slashed);
        if tag.slashed || tag.is_void() {
            tag.kind = Kind::Single;
        }
        Some(tag)
    }

    fn close(html: &'a [u8], start: usize) -> Option<Self> {
        let name = name(html, start + 2);
        let mut at = start + 2 + name.len();
        while html.get(at)?.is_ascii_whitespace() {
            at += 1;
        }
        let end = at + 1;
        let whole = html[at] == b'>' && name.first()?.is_ascii_alphabetic();
        whole.then_some(Self { kind: Kind::Close, start, end, name, slashed: false, html })
    }

    /// Only comments that no parser could end elsewhere.
    fn comment(html: &'a [u8], start: usize) -> Option<Self> {
        let text = html[start..].strip_prefix(b"<!--")?;
        let dashes = memmem::find(text, b"--")?;
        let whole = text.get(dashes + 2) == Some(&b'>') && (dashes == 0 || !matches!(text[0], b'>' | b'-'));
        let end = start + 4 + dashes + 3;
        whole.then_some(Self { kind: Kind::Comment, start, end, name: b"", slashed: false, html })
    }
}

/// The rest of a tag name, from `at` on.
fn name(html: &[u8], at: usize) -> &[u8] {
    let end = html[at..].iter().position(|&byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    &html[at..end.map_or(html.len(), |end| at + end)]
}

/// One attribute: places in the HTML.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Reads attributes up to the `>` of their tag.
pub(super) struct Attributes<'a> {
    html: &'a [u8],
    at: usize,
    /// A `/` stands right before where it stopped.
    slashed: bool,
}

impl Attributes<'_> {
    /// After the `>`, once all attributes are read; `None` where the HTML ends first.
    fn end(&self) -> Option<usize> {
        (self.html.get(self.at) == Some(&b'>')).then_some(self.at + 1)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = &self.html[self.at..];
        self.at += rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len());
    }

    /// The value of the attribute whose name ends here; empty where it has none.
    fn value(&mut self) -> Range<usize> {
        let name_end = self.at;
        self.skip(|byte| byte.is_ascii_whitespace());
        if self.html.get(self.at) != Some(&b'=') {
            self.at = name_end;
            return name_end..name_end;
        }
        self.at += 1;
        self.skip(|byte| byte.is_ascii_whitespace());
        let Some(&quote @ (b'"' | b'\'')) = self.html.get(self.at) else {
            let start = self.at;
            self.skip(|byte| !byte.is_ascii_whitespace() && byte != b'>');
            return start..self.at;
        };
        let start = self.at + 1;
        let end = memchr(quote, &self.html[start..]).map_or(self.html.len(), |len| start + len);
        self.at = self.html.len().min(end + 1);
        start..end
    }
}

impl Iterator for Attributes<'_> {
    type Item = Attribute;

    fn next(&mut self) -> Option<Attribute> {
        let before = self.at;
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b'/');
        let start = self.at;
        self.slashed = self.html[before..start].last() == Some(&b'/');
        if matches!(self.html.get(start), None | Some(b'>')) {
            return None;
        }
        self.at += 1;
        self.skip(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'='));
        let name = start..self.at;
        Some(Attribute { name, value: self.value() })
    }
}
