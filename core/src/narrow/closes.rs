//! Start tags that end elements which are open around them, whatever the markup says.

/// A kind of element that some start tags end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Paragraph,
    Item,
    Term,
    Link,
    NoBreak,
    Button,
    /// A form within a form is dropped, and its end tag ends the outer one.
    Form,
}

impl Closed {
    /// What a start tag ends, if it is open.
    #[rustfmt::skip]
    pub(super) fn by(name: &[u8]) -> &'static [Self] {
        match name {
            b"li" => &[Self::Paragraph, Self::Item],
            b"dd" | b"dt" => &[Self::Paragraph, Self::Term],
            b"form" => &[Self::Paragraph, Self::Form],
            b"a" => &[Self::Link],
            b"nobr" => &[Self::NoBreak],
            b"button" => &[Self::Button],
            b"address" | b"article" | b"aside" | b"blockquote" | b"center" | b"details" | b"dialog" | b"dir" | b"div"
            | b"dl" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6"
            | b"header" | b"hgroup" | b"hr" | b"listing" | b"main" | b"menu" | b"nav" | b"ol" | b"p" | b"pre" | b"search"
            | b"section" | b"summary" | b"table" | b"ul" => &[Self::Paragraph],
            _ => &[],
        }
    }

    /// Whether an open element is of this kind.
    pub(super) fn includes(self, name: &[u8]) -> bool {
        match self {
            Self::Paragraph => name == b"p",
            Self::Item => name == b"li",
            Self::Term => matches!(name, b"dd" | b"dt"),
            Self::Link => name == b"a",
            Self::NoBreak => name == b"nobr",
            Self::Button => name == b"button",
            Self::Form => name == b"form",
        }
    }

    /// Whether an open element keeps those of this kind around it from being ended; the parser knows a few more.
    pub(super) fn stops_at(self, name: &[u8]) -> bool {
        match self {
            Self::Form => false,
            Self::Paragraph if name == b"button" => true,
            Self::Item if matches!(name, b"ul" | b"ol" | b"menu") => true,
            Self::Term if name == b"dl" => true,
            _ => matches!(name, b"td" | b"th" | b"caption"),
        }
    }

    /// Whether none is open in an element `parent` of regular HTML, since `parent` would have ended it, or stops it.
    pub(super) fn is_none_in(self, parent: &[u8]) -> bool {
        self.stops_at(parent) || self.is_none_beside(parent) && !self.includes(parent)
    }

    /// Whether none is open beside an element `sibling` of regular HTML, since `sibling` would have ended it.
    pub(super) fn is_none_beside(self, sibling: &[u8]) -> bool {
        Self::by(sibling).contains(&self)
    }
}
