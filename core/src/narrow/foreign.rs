//! SVG and MathML within HTML: other rules for `/>` and names, and elements of HTML that the parser throws out of them.

/// How the parser reads the content of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    Html,
    Svg,
    Math,
}

impl Namespace {
    /// What the content of an element `name` is, which itself stands in content of `self`.
    pub(super) fn within(self, name: &[u8]) -> Self {
        match (self, name) {
            (Self::Html, b"svg") => Self::Svg,
            (Self::Html, b"math") => Self::Math,
            (Self::Svg, b"foreignObject" | b"desc" | b"title") => Self::Html,
            (Self::Math, b"mi" | b"mo" | b"mn" | b"ms" | b"mtext") => Self::Html,
            _ => self,
        }
    }

    /// What content is whose nearest ancestors have these `names`, the innermost first.
    pub(super) fn among<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        let telling = |name: &[u8]| match name {
            b"svg" => Some(Self::Svg),
            b"math" => Some(Self::Math),
            b"foreignObject" | b"desc" | b"title" | b"mi" | b"mo" | b"mn" | b"ms" | b"mtext" => {
                Some(Self::Html)
            }
            _ => None,
        };
        names.map(telling).find_map(|namespace| namespace).unwrap_or(Self::Html)
    }
}

/// Whether an element ends the SVG or MathML that it is written in.
#[rustfmt::skip]
pub(super) fn breaks_out(name: &[u8]) -> bool {
    matches!(
        name,
        b"b" | b"big" | b"blockquote" | b"body" | b"br" | b"center" | b"code" | b"dd" | b"div" | b"dl" | b"dt" | b"em"
            | b"embed" | b"font" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head" | b"hr" | b"i" | b"img" | b"li"
            | b"listing" | b"menu" | b"meta" | b"nobr" | b"ol" | b"p" | b"pre" | b"ruby" | b"s" | b"small" | b"span"
            | b"strong" | b"strike" | b"sub" | b"sup" | b"table" | b"tt" | b"u" | b"ul" | b"var"
    )
}
