//! Rendering in passes, from the root down: a region is rendered once a host of it is known to be on the page, and
//! never without one.
//!
//! A mark means "render this if it is still hosted", and only the new markup of the regions around it says whether it
//! is. So a marked region waits while a region around it does, and one for which no host turns up is never rendered.
//! Each pass is one level deeper than the one before.
//!
//! A region whose host is as it was is kept, unless it may have been gone in between: where several calls of page code
//! marked the region around it, or it moved by the marks of several calls, it is rendered afresh, with all that is in it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use core::mem;
use hashbrown::hash_map::Entry;

use super::render::{Few, Fresh, Place, Rendered};
use super::tree::Child;
use super::{RegionError, Regions};
use crate::dirty::DirtySet;
use crate::error::Result;
use crate::limits::MAX_REGION_DEPTH;
use crate::narrow::{HostError, attributes, host_at};
use crate::stream::Streams;
use crate::view::{View, Wanted};

/// What rendering makes use of.
pub(crate) struct Around<'a> {
    /// The title before.
    pub(crate) title: &'a str,
    /// Where shared regions come from, if the driver lends any.
    pub(crate) streams: Option<&'a dyn Streams>,
    /// A buffer that a previous render has left.
    pub(crate) spare: &'a mut String,
}

/// Renders the marked regions that are on the page, and every region whose host is new. `call` is the page's `render`,
/// once a pass.
pub(crate) fn render(
    regions: &Regions,
    dirty: &DirtySet,
    around: Around<'_>,
    mut call: impl FnMut(&mut View<'_>) -> Result,
) -> Result<Rendered> {
    let Around { title, streams, spare } = around;
    let mut rendered = Rendered::default();
    let mut passes = Passes::new(regions, dirty, &mut rendered);
    for _ in 0..=MAX_REGION_DEPTH {
        let mut wanted = passes.next(spare);
        let mut view = View::new(&mut wanted, title, &mut passes.rendered.layout, streams);
        call(&mut view)?;
        passes.rendered.title = view.finish()?;
        passes.take(wanted)?;
        if passes.are_done() {
            passes.check()?;
            return Ok(rendered);
        }
    }
    Err(RegionError::TooDeep.into())
}

/// A render under way: the tree as it was, and what has become of it so far.
struct Passes<'a> {
    regions: &'a Regions,
    dirty: &'a DirtySet,
    /// Regions to render, as their hosts have turned up.
    found: Few<Arc<str>>,
    /// Marked regions that no pass has rendered yet. There are none where everything is marked: each is found by its
    /// host.
    waiting: Few<Arc<str>>,
    /// Known regions that are rendered without a mark, for they may be others under the same name.
    afresh: BTreeSet<Arc<str>>,
    deepest: usize,
    rendered: &'a mut Rendered,
}

impl<'a> Passes<'a> {
    fn new(regions: &'a Regions, dirty: &'a DirtySet, rendered: &'a mut Rendered) -> Self {
        let mut waiting: Few<_> = dirty.iter().filter_map(|name| regions.name(name)).collect();
        let mut found = Few::new();
        if dirty.is_all() {
            found.extend(regions.name(""));
        } else if waiting.len() == 1 {
            // One alone waits for nobody.
            found = mem::take(&mut waiting);
        }
        let mut passes =
            Self { regions, dirty, found, waiting, afresh: BTreeSet::new(), deepest: 0, rendered };
        passes.find_waiting();
        passes
    }

    /// What the next pass has to render, sorted by name.
    fn next(&mut self, spare: &mut String) -> Few<Wanted> {
        let mut names = mem::take(&mut self.found);
        names.sort_unstable();
        // One that was found may have waited, too.
        names.dedup();
        let wanted = names.into_iter().map(|name| {
            let before = self.regions.get(&name).map_or(0, |region| region.html.len());
            Wanted::new(name, before, spare)
        });
        wanted.collect()
    }

    /// Marked regions that wait no longer are found.
    fn find_waiting(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let mut waiting = mem::take(&mut self.waiting);
        waiting.retain(|name| {
            let is_hosted = self.depth(name).is_some();
            if is_hosted {
                self.found.push(name.clone());
            }
            !is_hosted
        });
        self.waiting = waiting;
    }

    /// Whether nothing is left to render. What waits still is gone from the page.
    fn are_done(&mut self) -> bool {
        self.find_waiting();
        self.found.is_empty()
    }

    /// Takes in what a pass has rendered.
    fn take(&mut self, pass: Few<Wanted>) -> Result<(), RegionError> {
        for wanted in pass {
            if !wanted.rendered {
                return Err(RegionError::Undeclared((*wanted.name).into()));
            }
            let mut fresh = Fresh::of(wanted);
            self.find_hosts(&mut fresh)?;
            self.rendered.regions.push(fresh);
        }
        Ok(())
    }

    fn find_hosts(&mut self, fresh: &mut Fresh) -> Result<(), RegionError> {
        let before = self.regions.get(&fresh.name);
        fresh.before = before.map(|before| before.html.len());
        fresh.had_hosts = before.is_some_and(|before| !before.children.is_empty());
        if fresh.topic.is_some() {
            return fresh.childless();
        }
        if fresh.is_hostless_since(before) {
            return Ok(());
        }
        let mut attributes = attributes(&fresh.html).peekable();
        fresh.hostless = attributes.peek().is_none();
        if fresh.hostless {
            return Ok(());
        }
        // It was rendered, so it is somewhere.
        let depth = self.depth(&fresh.name).unwrap_or(MAX_REGION_DEPTH) + 1;
        let has_others = self.has_others_in(&fresh.name);
        for host in attributes.filter_map(|at| host_at(&fresh.html, at)) {
            let host = host.map_err(|error| match error {
                HostError::NotEmpty(name) => RegionError::NotEmpty(name.into()),
                HostError::Name(name) => RegionError::Name(name.chars().take(40).collect()),
            })?;
            let name = self.add_host(host.name, Place { parent: fresh.name.clone(), depth }, has_others)?;
            fresh.children.push(Child { name, insert_at: host.insert_at });
        }
        Ok(())
    }

    /// Takes in a host. Its region is rendered in the next pass if it is new, or may be another one than before.
    fn add_host(&mut self, name: &str, place: Place, may_be_other: bool) -> Result<Arc<str>, RegionError> {
        let known = self.regions.get_with_name(name);
        let name = known.map_or_else(|| name.into(), |(name, _)| name.clone());
        let is_moved = known.is_some_and(|(_, region)| region.parent != place.parent);
        if is_moved {
            self.rendered.moved.push(name.clone());
        }
        if known.is_none() || self.dirty.is_all() {
            self.found.push(name.clone());
        } else if may_be_other || is_moved && self.dirty.is_of_several_calls() {
            self.found.push(name.clone());
            self.afresh.insert(name.clone());
        }
        self.deepest = self.deepest.max(place.depth);
        match self.rendered.hosts.entry(name.clone()) {
            Entry::Occupied(_) => Err(self.second_host(&name, &place.parent)),
            Entry::Vacant(entry) => {
                entry.insert(place);
                Ok(name)
            }
        }
    }

    /// Whether the regions in this one may be others by now, under the same names.
    fn has_others_in(&self, name: &str) -> bool {
        self.dirty.has_again(name) || self.afresh.contains(name)
    }

    /// Whether this render asks a known region for its markup, now or later.
    fn is_to_render(&self, name: &str) -> bool {
        self.dirty.has(name) || self.afresh.contains(name)
    }

    /// How deep a region is, as far as is known. `None` where no host of it is known, or a region around it waits, which
    /// may drop it.
    fn depth(&self, name: &str) -> Option<usize> {
        let mut at = name;
        for steps in 0..=MAX_REGION_DEPTH {
            if let Some(place) = self.rendered.hosts.get(at) {
                return Some(place.depth + steps);
            }
            if at.is_empty() {
                return Some(steps);
            }
            let region = self.regions.get(at)?;
            if self.is_to_render(&region.parent) {
                return None;
            }
            at = &region.parent;
        }
        None
    }

    /// Refuses regions that are too deep, and a host that moved out of a region which still has it, as that is on the page
    /// and was not rendered.
    fn check(&self) -> Result<(), RegionError> {
        for name in &self.rendered.moved {
            let places = self.regions.get(name).zip(self.rendered.hosts.get(name));
            if let Some((before, now)) = places
                && !self.is_to_render(&before.parent)
                && self.depth(&before.parent).is_some()
            {
                return Err(self.second_host(name, &now.parent));
            }
        }
        if self.deepest > MAX_REGION_DEPTH { Err(RegionError::TooDeep) } else { Ok(()) }
    }

    /// What is wrong with a host in `holder` of a region that has another one. Inside itself a region always has: the one
    /// on the way there.
    fn second_host(&self, name: &str, holder: &Arc<str>) -> RegionError {
        let mut at = holder;
        for _ in 0..=2 * MAX_REGION_DEPTH {
            if **at == *name {
                return RegionError::Recursive { name: name.into(), holder: (**holder).into() };
            }
            let place = self.rendered.hosts.get(at).map(|place| &place.parent);
            match place.or_else(|| self.regions.get(at).map(|region| &region.parent)) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        RegionError::Duplicate(name.into())
    }
}
