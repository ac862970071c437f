//! Finds the hosts of child regions in a region's HTML.

use super::tag::{Kind, Tag};
use crate::delta::Common;
use crate::limits::MAX_REGION_NAME;
use core::fmt;
use memchr::{memmem, memrchr};

/// How the attribute of a host is written.
const ATTRIBUTE: &str = " data-lv-region=\"";

/// An element that holds a child region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// The child region's name.
    pub name: &'a str,
    /// After the `>` of its start tag, where the child's HTML goes in a whole page; in bytes.
    pub insert_at: usize,
}

/// A host that can't hold a region. Both cases name what its attribute says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError<'a> {
    /// Something other than its end tag follows the start tag, or the element can't have content.
    NotEmpty(&'a str),
    /// The name is empty, over 128 bytes, or has a character that names can't have.
    Name(&'a str),
}

impl fmt::Display for HostError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty(name) => write!(f, "the host of region {name:?} isn't empty"),
            Self::Name(name) => write!(f, "{name:?} can't be the name of a region"),
        }
    }
}

impl core::error::Error for HostError<'_> {}

/// The hosts in `html` in document order: elements with `data-lv-region="…"`, written so. The same text elsewhere (in a text, a
/// comment, another attribute) is none; only in a `<script>` or `<textarea>` with an unescaped tag in it it would pass for one.
pub fn hosts(html: &str) -> impl Iterator<Item = Result<Host<'_>, HostError<'_>>> {
    attributes(html).filter_map(|at| host_at(html, at))
}

/// Where the text of a host's attribute is in `html`. Where it is nowhere, there are no hosts.
pub(crate) fn attributes(html: &str) -> impl Iterator<Item = usize> {
    // To look for it costs something before it begins: most regions are far shorter than a host.
    let long = Some(html).filter(|html| html.len() > ATTRIBUTE.len());
    long.into_iter().flat_map(|html| memmem::find_iter(html.as_bytes(), ATTRIBUTE))
}

/// Whether that text is in HTML that shares `common` with HTML that hasn't it: it can only be in what is new, or reach out of that.
pub(crate) fn has_attribute_between(common: Common, html: &str) -> bool {
    let reach = ATTRIBUTE.len() - 1;
    let start = common.prefix.saturating_sub(reach);
    let end = (html.len() - common.suffix + reach).min(html.len());
    memmem::find(&html.as_bytes()[start..end], ATTRIBUTE.as_bytes()).is_some()
}

/// Whether a region may have this name: 1 to 128 bytes without `"`, `&`, `'`, `<`, `>`, white space and control characters.
pub fn is_region_name(name: &str) -> bool {
    let allowed =
        |c: char| !matches!(c, '"' | '&' | '\'' | '<' | '>') && !c.is_whitespace() && !c.is_control();
    (1..=MAX_REGION_NAME).contains(&name.len()) && name.chars().all(allowed)
}

/// The host whose attribute is at `at`, if it is one.
pub(crate) fn host_at(html: &str, at: usize) -> Option<Result<Host<'_>, HostError<'_>>> {
    let value = at + ATTRIBUTE.len();
    let tag = start_tag_with(html.as_bytes(), value)?;
    let name = &html[value..value + html[value..].find('"')?];
    Some(if !is_region_name(name) {
        Err(HostError::Name(name))
    } else if tag.kind != Kind::Open || !html[tag.end..].starts_with("</") {
        Err(HostError::NotEmpty(name))
    } else {
        Ok(Host { name, insert_at: tag.end })
    })
}

/// The start tag that has an attribute whose value starts at `value`.
fn start_tag_with(html: &[u8], value: usize) -> Option<Tag<'_>> {
    let mut before = value;
    while let Some(start) = memrchr(b'<', &html[..before]) {
        match Tag::parse(html, start) {
            Some(tag) if has_value_at(&tag, value) => return Some(tag),
            Some(tag) if tag.end <= value => return None,
            // A comment, or a `<` in a quoted value of the tag, which starts before it.
            _ => before = start,
        }
    }
    None
}

fn has_value_at(tag: &Tag<'_>, value: usize) -> bool {
    matches!(tag.kind, Kind::Open | Kind::Single)
        && tag.attributes().any(|attribute| attribute.value.start == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn a_look_at_what_is_new_finds_what_a_look_at_all_finds() {
        let around = "<p title=\" data-lv-regio\">é</p> data-lv-region=";
        let texts = [
            "",
            "x",
            "\"",
            "n=\"",
            " data-lv-region=\"a\"",
            "data-lv-region=\"",
            "<b data-lv-region=\"b\"></b>",
        ];
        let places = || (0..=around.len()).filter(|at| around.is_char_boundary(*at));
        let mut found = 0;
        for (start, end) in places().flat_map(|start| places().map(move |end| (start, end))) {
            for text in texts.iter().filter(|_| start <= end) {
                let new: String = [&around[..start], text, &around[end..]].concat();
                let common = Common::of(around.as_bytes(), new.as_bytes());
                let is_there = attributes(&new).next().is_some();
                assert_eq!(has_attribute_between(common, &new), is_there, "{new}");
                found += u32::from(is_there);
            }
        }
        assert!(attributes(around).next().is_none() && found > 1000);
    }
}
