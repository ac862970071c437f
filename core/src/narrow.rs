//! Narrowing: the browser parses and morphs one element instead of a whole region, where the server can say which.
//!
//! A browser takes 7 to 11 ms to parse 90 KB, and 0.05 ms for a row of it. So a delta may carry a *hint*: where in the new
//! HTML the smallest element with an `id` that encloses every change starts and ends. That is only sound in *regular* HTML, where the
//! text of an element is the element that the parser makes of it. [`Markup`] is kept with a region and knows whether it is
//! regular; most changes are judged by the tags around them, not by a scan of the region. What the text can't show (another element with
//! the id, an ancestor that the parser would close) the browser checks, and falls back to the whole region.

mod change;
mod closes;
mod find;
mod foreign;
mod hosts;
mod place;
mod scan;
mod tag;
mod walk;

pub(crate) use find::{children, element_with_id};
pub use hosts::{Host, HostError, hosts, is_region_name};
pub(crate) use hosts::{attributes, has_attribute_between, host_at};

use crate::delta::Common;
use crate::limits::NARROW_FROM;
use change::Change;
use core::fmt;
use core::ops::Range;
use foreign::Namespace;
use scan::Scan;

/// Why a region's HTML isn't regular: for the author, as it costs the browser a parse of the whole region with each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Irregular {
    /// The first place where it shows, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl fmt::Display for Irregular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.why, self.at)
    }
}

impl core::error::Error for Irregular {}

/// Checks that a region's HTML is regular: every non-void element has its own end tag and nests strictly, each `<` starts a tag or
/// comment, there is no `<template>` or other element that the parser treats by itself, no `/>` on a non-void HTML element,
/// nothing in SVG that the parser throws out of it, and in tables only their parts, each in its place. Reads all of it (about 1 ms for 400 KB).
///
/// # Errors
/// [`Irregular`], the first breach.
pub fn regular(html: &str) -> Result<(), Irregular> {
    let scan = Scan::read(html.as_bytes(), 0, html.len(), Namespace::Html)?;
    if let Some(open) = scan.open.first() {
        return Err(Irregular { at: open.start, why: "an element without an end tag" });
    }
    if scan.closed.is_empty() {
        Ok(())
    } else {
        Err(Irregular { at: 0, why: "an end tag without its element" })
    }
}

/// Whether [`regular`] finds nothing.
pub fn is_regular(html: &str) -> bool {
    regular(html).is_ok()
}

/// The element that a browser may patch alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Where it stands in the new HTML, from its `<` to after the `>` of its end tag, in bytes.
    pub range: Range<usize>,
    /// Its id, as written, which is as the browser has it.
    pub id: &'a str,
    /// Its content, where nothing else of it changed, and a parser makes the same of that by itself; in bytes of the new HTML.
    pub inner: Option<Range<usize>>,
}

/// What is known of the HTML of a region; kept with it from patch to patch. Starts [`Unknown`](Self::Unknown), and is to be put back to
/// that where the HTML is replaced without [`Self::narrow`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// Not looked at.
    #[default]
    Unknown,
    /// Regular.
    Regular,
    /// Not regular; no longer looked at until a large change.
    Irregular,
}

impl Markup {
    /// What `html` is.
    pub fn of(html: &str) -> Self {
        if is_regular(html) { Self::Regular } else { Self::Irregular }
    }

    /// Follows a change from `old`, which `self` speaks of, to `new`; `common` is what they share. Gives the smallest element with an id
    /// that encloses the change, with the same name and id in both; `None` where there is none near, the region is irregular or
    /// below [`NARROW_FROM`] bytes, or the change spans over 4 KB.
    pub fn narrow<'a>(&mut self, old: &str, new: &'a str, common: Common) -> Option<Element<'a>> {
        let Some(change) = Change::between(old, new, common).filter(|_| new.len() >= NARROW_FROM) else {
            *self = Self::Unknown;
            return None;
        };
        if *self == Self::Unknown {
            *self = Self::of(old);
        }
        if *self == Self::Irregular {
            return None;
        }
        let stretches = change.read();
        if !stretches.as_ref().is_some_and(|stretches| stretches.keep_regular()) {
            *self = Self::of(new);
        }
        if *self == Self::Regular { stretches?.element() } else { None }
    }
}
