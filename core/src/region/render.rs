//! Rendering: from the regions that are wanted to all that have to be, as hosts turn up in what was rendered.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::HashMap;
use smallvec::SmallVec;

use super::{Region, RegionError, Regions};
use crate::delta::Common;
use crate::error::Result;
use crate::limits::MAX_REGION_DEPTH;
use crate::narrow::{HostError, attributes, has_attribute_between, host_at, hosts};
use crate::stream::{Html, Streams};
use crate::view::{View, Wanted};

/// The result of rendering, not yet part of the tree.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The regions that were rendered.
    pub(crate) regions: Few<Fresh>,
    /// Which region holds each host that was found in them.
    pub(crate) hosts: HashMap<Arc<str>, Arc<str>>,
    /// The page's title, where it differs from the one before.
    pub(crate) title: Option<String>,
    /// The layout that it asks for.
    pub(crate) layout: String,
}

/// One rendered region.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) name: Arc<str>,
    pub(crate) html: Html,
    /// What it shows is shared by all that look at this topic.
    pub(crate) topic: Option<Arc<str>>,
    /// How many bytes its HTML had before.
    pub(crate) before: usize,
    /// What it shares with that, if it was looked at.
    pub(crate) common: Option<Common>,
    /// It surely has no hosts: see [`attributes`].
    pub(crate) hostless: bool,
    /// Its hosts, in document order.
    pub(crate) children: Vec<Arc<str>>,
}

/// As many as an event mostly changes are kept without an allocation.
pub(crate) type Few<T> = SmallVec<[T; 2]>;

/// What rendering makes use of.
pub(crate) struct Around<'a> {
    /// The title before.
    pub(crate) title: &'a str,
    /// Where shared regions come from, if the driver lends any.
    pub(crate) streams: Option<&'a dyn Streams>,
    /// A buffer of a region of before.
    pub(crate) spare: &'a mut String,
}

/// Renders `names`, and every region whose host is new. `call` is the page's `render`, once a pass.
pub(crate) fn render(
    regions: &Regions,
    names: Few<Arc<str>>,
    around: Around<'_>,
    mut call: impl FnMut(&mut View<'_>) -> Result,
) -> Result<Rendered> {
    let mut rendered = Rendered::default();
    let Around { title, streams, spare } = around;
    let mut wanted: Few<Wanted> = names
        .into_iter()
        .map(|name| {
            let before = regions.get(&name).map_or(0, |region| region.html.len());
            Wanted::new(name, before, spare)
        })
        .collect();
    for _ in 0..=MAX_REGION_DEPTH {
        wanted.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let mut view = View::new(&mut wanted, title, &mut rendered.layout, streams);
        call(&mut view)?;
        rendered.title = view.finish()?;
        wanted = rendered.take(regions, wanted)?;
        if wanted.is_empty() {
            return Ok(rendered);
        }
    }
    Err(RegionError::TooDeep.into())
}

impl Rendered {
    /// Takes in one pass; gives what the next has to render.
    fn take(&mut self, regions: &Regions, pass: Few<Wanted>) -> Result<Few<Wanted>, RegionError> {
        let mut next = Few::new();
        let first = self.regions.len();
        for wanted in pass {
            if !wanted.rendered {
                return Err(RegionError::Undeclared((*wanted.name).into()));
            }
            self.regions.push(Fresh {
                name: wanted.name.clone(),
                topic: wanted.topic.clone(),
                html: wanted.into_html(),
                before: 0,
                common: None,
                hostless: false,
                children: Vec::new(),
            });
        }
        for at in first..self.regions.len() {
            let fresh = &mut self.regions[at];
            let before = regions.get(&fresh.name);
            fresh.before = before.map_or(0, |before| before.html.len());
            if fresh.topic.is_some() {
                fresh.childless()?;
                continue;
            }
            if fresh.is_hostless_since(before) {
                continue;
            }
            let mut attributes = attributes(&fresh.html).peekable();
            fresh.hostless = attributes.peek().is_none();
            for host in attributes.filter_map(|at| host_at(&fresh.html, at)) {
                let host = host.map_err(|error| match error {
                    HostError::NotEmpty(name) => RegionError::NotEmpty(name.into()),
                    HostError::Name(name) => RegionError::Name(name.chars().take(40).collect()),
                })?;
                let known = regions.name(host.name);
                let name = known.clone().unwrap_or_else(|| host.name.into());
                if self.hosts.insert(name.clone(), fresh.name.clone()).is_some() {
                    return Err(RegionError::Duplicate(host.name.into()));
                }
                if known.is_none() {
                    next.push(Wanted::new(name.clone(), 0, &mut String::new()));
                }
                fresh.children.push(name);
            }
        }
        Ok(next)
    }
}

impl Fresh {
    /// Looks at it beside what the region was before: once, for all who want to know. True where it surely has no hosts, as before.
    fn is_hostless_since(&mut self, before: Option<&Region>) -> bool {
        let Some(before) = before else { return false };
        self.common = before.html.common_with(&self.html);
        let middle = self.common.filter(|_| before.hostless);
        self.hostless = middle.is_some_and(|common| !has_attribute_between(common, &self.html));
        self.hostless
    }

    /// A shared region holds no others: those would be a session's own. A stream has looked already.
    fn childless(&self) -> Result<(), RegionError> {
        match self.html.own() {
            Some(html) if hosts(html).next().is_some() => Err(RegionError::SharedHost((*self.name).into())),
            _ => Ok(()),
        }
    }
}
