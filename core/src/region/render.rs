//! The regions that a render gives, and what is found in them.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::HashMap;
use smallvec::SmallVec;

use super::tree::Child;
use super::{Region, RegionError};
use crate::delta::Common;
use crate::narrow::{has_attribute_between, hosts};
use crate::stream::Html;
use crate::view::Wanted;

/// The result of rendering, not yet part of the tree.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The regions that were rendered.
    pub(crate) regions: Few<Fresh>,
    /// Where the hosts are that were found in them. Each region has one.
    pub(super) hosts: HashMap<Arc<str>, Place>,
    /// The known regions among those that were in another region before.
    pub(super) moved: Vec<Arc<str>>,
    /// The page's title, where it differs from the one before.
    pub(crate) title: Option<String>,
    /// The layout that it asks for.
    pub(crate) layout: String,
}

/// Where a region is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The region with its host.
    pub(super) parent: Arc<str>,
    /// How deep it is nested; the root is at 0.
    pub(super) depth: usize,
}

/// One rendered region.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) name: Arc<str>,
    pub(crate) html: Html,
    /// What it shows is shared by all that look at this topic.
    pub(crate) topic: Option<Arc<str>>,
    /// How many bytes its HTML had before; `None` where it is new.
    pub(super) before: Option<usize>,
    /// It had hosts before.
    pub(super) had_hosts: bool,
    /// What it shares with that HTML, if it was looked at.
    pub(super) common: Option<Common>,
    /// It surely has no hosts: see [`attributes`](crate::narrow::attributes).
    pub(super) hostless: bool,
    /// In the document order of their hosts.
    pub(super) children: Vec<Child>,
}

/// As many as an event mostly changes are kept without an allocation.
pub(crate) type Few<T> = SmallVec<[T; 2]>;

impl Fresh {
    pub(super) fn of(wanted: Wanted) -> Self {
        Self {
            name: wanted.name.clone(),
            topic: wanted.topic.clone(),
            html: wanted.into_html(),
            before: None,
            had_hosts: false,
            common: None,
            hostless: false,
            children: Vec::new(),
        }
    }

    /// Looks at it beside what the region was before: once, for all who want to know. True where it surely has no hosts, as before.
    pub(super) fn is_hostless_since(&mut self, before: Option<&Region>) -> bool {
        let Some(before) = before else { return false };
        self.common = before.html.common_with(&self.html);
        let middle = self.common.filter(|_| before.hostless);
        self.hostless = middle.is_some_and(|common| !has_attribute_between(common, &self.html));
        self.hostless
    }

    /// A shared region holds no others: those would be a session's own. A stream has looked already.
    pub(super) fn childless(&self) -> Result<(), RegionError> {
        match self.html.own() {
            Some(html) if hosts(html).next().is_some() => Err(RegionError::SharedHost((*self.name).into())),
            _ => Ok(()),
        }
    }
}
