//! The regions of one session: a tree of hosts, the HTML last rendered into each, and what the browser has of it.

mod adopt;
mod outline;
mod passes;
mod render;
mod tree;

use alloc::string::String;
use core::fmt;

pub(crate) use outline::Outline;
pub(crate) use passes::{Around, render};
pub(crate) use render::{Few, Fresh, Rendered};
pub(crate) use tree::{Browser, Change, Old, Region, Regions};

/// What is wrong with a page's regions. The session keeps what it showed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionError {
    /// `render` declares no such region, although the markup has a host for it.
    Undeclared(String),
    /// The markup has two hosts of this name.
    Duplicate(String),
    /// A region would be inside itself.
    Recursive {
        /// The region.
        name: String,
        /// The region with its second host: itself, or one inside it.
        holder: String,
    },
    /// A host has content, or an element that can't have any.
    NotEmpty(String),
    /// A region that many sessions share holds another one's host.
    SharedHost(String),
    /// A name that a region can't have.
    Name(String),
    /// Regions nest deeper than [`MAX_REGION_DEPTH`](crate::limits::MAX_REGION_DEPTH).
    TooDeep,
    /// All regions together have more bytes than the limit.
    TooLarge {
        /// What they have.
        bytes: usize,
        /// What they may have.
        limit: usize,
    },
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared(name) if name.is_empty() => {
                f.write_str("the page has no markup: call view.page(…) in Page::render")
            }
            Self::Undeclared(name) => write!(
                f,
                "the markup has a host for region `{name}`, but Page::render doesn't declare it: call view.region(\"{name}\", …)"
            ),
            Self::Duplicate(name) => {
                write!(f, "two hosts are named `{name}`: region names are unique in a page")
            }
            Self::Recursive { name, holder } => write!(
                f,
                "region `{name}` can't be inside itself, but `{holder}` has a host for it: if nodes can be moved, refuse \
                 to move one into itself or into what it holds"
            ),
            Self::NotEmpty(name) => write!(
                f,
                "the host of region `{name}` isn't empty: write it as <tag data-lv-region=\"{name}\"></tag>, and its content in \
                 Page::render"
            ),
            Self::SharedHost(name) => write!(
                f,
                "region `{name}` is shared, so it can't have hosts of other regions: write what they hold into it, or declare it by \
                 view.region(…)"
            ),
            Self::Name(name) => write!(
                f,
                "`{name}` can't name a region: 1 to {} bytes, without quotes, &, <, > and white space",
                crate::limits::MAX_REGION_NAME
            ),
            Self::TooDeep => write!(f, "regions nest deeper than {}", crate::limits::MAX_REGION_DEPTH),
            Self::TooLarge { bytes, limit } => {
                write!(f, "the page's regions have {bytes} bytes, {limit} are allowed")
            }
        }
    }
}

impl core::error::Error for RegionError {}
