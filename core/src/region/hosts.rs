//! Finding the hosts of child regions in a region's HTML.

use alloc::format;
use alloc::string::String;
use core::fmt;

use memchr::{memchr, memmem, memrchr};

use crate::limits::MAX_REGION_NAME;

const ATTRIBUTE: &str = "data-lv-region=\"";

/// A host: where a child region belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    /// The region's name.
    pub(crate) name: &'a str,
    /// Where its HTML belongs: just behind the host's start tag.
    pub(crate) insert_at: usize,
}

/// Why a host is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostError(String);

/// The hosts in a region's HTML, in document order. The attribute has to be written as `data-lv-region="name"`, and the start tag
/// must not have a raw `>` before it (sailfish escapes those that come from values). A host in a comment counts as one.
pub(crate) fn hosts(html: &str) -> impl Iterator<Item = Result<Host<'_>, HostError>> {
    memmem::find_iter(html.as_bytes(), ATTRIBUTE)
        .filter(|at| is_in_start_tag(html.as_bytes(), *at))
        .map(|at| host(html, at + ATTRIBUTE.len()))
}

fn is_in_start_tag(html: &[u8], at: usize) -> bool {
    let before = &html[..at];
    before.last().is_some_and(u8::is_ascii_whitespace)
        && memrchr(b'<', before).is_some_and(|open| {
            before.get(open + 1).is_some_and(u8::is_ascii_alphabetic) && memchr(b'>', &before[open..]).is_none()
        })
}

fn host(html: &str, start: usize) -> Result<Host<'_>, HostError> {
    let end = memchr(b'"', &html.as_bytes()[start..]).map_or(html.len(), |len| start + len);
    let name = &html[start..end];
    if name.is_empty() || name.len() > MAX_REGION_NAME || name.contains(is_forbidden) {
        let name: String = name.chars().take(40).collect();
        return Err(HostError(format!(
            "`{name}` can't name a region: 1 to {MAX_REGION_NAME} bytes, no quotes, &, <, > and white space"
        )));
    }
    match tag_end(html.as_bytes(), end + 1) {
        Some(insert_at) if html[insert_at..].starts_with("</") => Ok(Host { name, insert_at }),
        _ => Err(HostError(format!(
            "the host of region `{name}` isn't empty: write it as <tag data-lv-region=\"{name}\"></tag>, and its content in Page::render"
        ))),
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '"' | '&' | '\'' | '<' | '>') || c.is_whitespace() || c.is_control()
}

/// The place behind the `>` that ends the start tag; `at` is between attributes.
fn tag_end(html: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += html.get(at..)?.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))?;
        match html[at] {
            b'>' => return Some(at + 1),
            quote => at += 2 + memchr(quote, &html[at + 1..])?,
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn names(html: &str) -> Vec<&str> {
        hosts(html).map(|host| host.unwrap().name).collect()
    }

    #[test]
    fn hosts_are_found_in_document_order() {
        let html = r#"<p>x</p><ul id=a data-lv-region="list" title='a>b"c'></ul><b data-lv-region="row:1"></b>"#;
        assert_eq!(names(html), ["list", "row:1"]);
        let first = hosts(html).next().unwrap().unwrap();
        assert!(html[first.insert_at..].starts_with("</ul>"));
    }

    #[test]
    fn text_comments_and_values_are_no_hosts() {
        assert_eq!(names(r#"<p>write data-lv-region="x" here</p>"#), [""; 0]);
        assert_eq!(names(r#"<!-- data-lv-region="x" -->"#), [""; 0]);
        assert_eq!(names(r#"<p mydata-lv-region="x"></p>"#), [""; 0]);
    }

    #[test]
    fn a_host_with_content_or_a_bad_name_is_an_error() {
        for html in [
            r#"<p data-lv-region="x">hello</p>"#,
            r#"<p data-lv-region="x" title="a"#,
            r#"<p data-lv-region=""></p>"#,
            r#"<p data-lv-region="a b"></p>"#,
            r#"<p data-lv-region="a&amp;b"></p>"#,
        ] {
            assert!(hosts(html).next().unwrap().is_err(), "{html}");
        }
        let long = format!(r#"<p data-lv-region="{}"></p>"#, "x".repeat(MAX_REGION_NAME));
        assert!(hosts(&long).next().unwrap().is_ok());
        let longer = long.replace("xx", "xxx");
        assert!(hosts(&longer).next().unwrap().is_err());
    }
}
