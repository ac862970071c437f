//! From a place in regular HTML back to the elements around it, and on to their ends, as far as it pays.

use super::tag::{Kind, Tag};
use memchr::{memchr, memrchr};

/// How far is looked, in bytes each way: parsing an element much larger costs the browser as much as a region.
const REACH: usize = 4096;

/// The start tags of the elements around `at`, the innermost first.
pub(super) fn ancestors(html: &[u8], mut at: usize) -> impl Iterator<Item = Tag<'_>> {
    let (limit, mut depth) = (at.saturating_sub(REACH), 0);
    core::iter::from_fn(move || {
        loop {
            at = limit + memrchr(b'<', &html[limit..at])?;
            let tag = Tag::parse(html, at)?;
            match tag.kind {
                Kind::Open if depth == 0 => return Some(tag),
                Kind::Open => depth -= 1,
                Kind::Close => depth += 1,
                Kind::Single | Kind::Comment => {}
            }
        }
    })
}

/// Where the elements around `at` end, the innermost first.
pub(super) fn ends(html: &[u8], mut at: usize) -> impl Iterator<Item = usize> {
    let (limit, mut depth) = (html.len().min(at + REACH), 0);
    core::iter::from_fn(move || {
        loop {
            let tag = Tag::parse(html, at + memchr(b'<', &html[at..limit.max(at)])?)?;
            at = tag.end;
            match tag.kind {
                Kind::Close if depth == 0 => return Some(at),
                Kind::Close => depth -= 1,
                Kind::Open => depth += 1,
                Kind::Single | Kind::Comment => {}
            }
        }
    })
}
