//! Making what was rendered part of the tree.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use hashbrown::{HashMap, HashSet};

use super::render::{Few, Fresh, Rendered};
use super::{Browser, Change, Old, Region, RegionError, Regions};
use crate::limits::MAX_REGION_DEPTH;

/// A region that is in another place than before, or inside one that is.
struct Moved {
    name: Arc<str>,
    depth: usize,
    /// It was rendered, too.
    is_fresh: bool,
}

impl Regions {
    /// Makes what was rendered part of the tree: drops what has no host any more, moves what has another one, and gives
    /// what changed. Refuses, before anything is touched, regions that are too deep, and more bytes than `limit`.
    pub(crate) fn adopt(&mut self, mut rendered: Rendered, limit: usize) -> Result<Few<Change>, RegionError> {
        let dropped = self.dropped(&rendered);
        let moved = self.moved(&rendered)?;
        let bytes = self.size_with(&rendered, &dropped);
        if bytes > limit {
            return Err(RegionError::TooLarge { bytes, limit });
        }
        self.bytes = bytes;
        dropped.iter().for_each(|name| drop(self.map.remove(name)));
        self.put_in_place(&rendered, &moved);
        let mut changes = Few::new();
        for fresh in &mut rendered.regions {
            if let Some(change) = self.adopt_one(fresh) {
                changes.push(change);
            }
        }
        for kept in moved.into_iter().filter(|moved| !moved.is_fresh) {
            changes.push(Change { name: kept.name, old: None });
        }
        debug_assert!(self.is_sound());
        Ok(changes)
    }

    /// Takes over one region's HTML. Gives a change where the browser has something else.
    fn adopt_one(&mut self, fresh: &mut Fresh) -> Option<Change> {
        let region = self.map.get_mut(&fresh.name)?;
        let same = match fresh.common {
            Some(common) => common.is_all(region.html.len(), fresh.html.len()),
            None => region.html.is(&fresh.html),
        };
        if let Some(trail) = &mut region.trail {
            trail.cut(fresh.common.map_or(0, |common| common.prefix));
        }
        (region.topic, region.hostless) = (fresh.topic.take(), fresh.hostless);
        region.children = mem::take(&mut fresh.children);
        let old = (!same).then(|| Old {
            html: mem::replace(&mut region.html, mem::take(&mut fresh.html)),
            markup: mem::take(&mut region.markup),
            common: fresh.common,
        });
        (old.is_some() || region.browser == Browser::Nothing)
            .then(|| Change { name: fresh.name.clone(), old })
    }

    /// Adds the new regions, and puts those that moved where they are now: the browser has empty hosts for them, so that
    /// all of it is sent whole, under new numbers.
    fn put_in_place(&mut self, rendered: &Rendered, moved: &[Moved]) {
        for fresh in rendered.regions.iter().filter(|fresh| fresh.before.is_none()) {
            if let Some(place) = rendered.hosts.get(&fresh.name) {
                self.map.insert(fresh.name.clone(), Region::new(place.parent.clone(), place.depth));
            }
        }
        for Moved { name, depth, .. } in moved {
            let Some(region) = self.map.get_mut(name) else { continue };
            (region.depth, region.browser, region.number) = (*depth, Browser::Nothing, None);
            if let Some(place) = rendered.hosts.get(name) {
                region.parent = place.parent.clone();
            }
        }
    }

    /// Regions that no host holds any more.
    fn dropped(&self, rendered: &Rendered) -> HashSet<Arc<str>> {
        let mut dropped = HashSet::new();
        let children =
            |name| self.get(name).into_iter().flat_map(|region| &region.children).map(|child| &child.name);
        let mut open: Vec<&Arc<str>> = Vec::new();
        for fresh in rendered.regions.iter().filter(|fresh| fresh.had_hosts) {
            open.extend(children(&fresh.name));
        }
        while let Some(name) = open.pop() {
            if !rendered.hosts.contains_key(name) && dropped.insert(name.clone()) {
                open.extend(children(name));
            }
        }
        dropped
    }

    /// All that is in another place than before: regions with another host, and what is in them by now.
    fn moved(&self, rendered: &Rendered) -> Result<Vec<Moved>, RegionError> {
        if rendered.moved.is_empty() {
            return Ok(Vec::new());
        }
        let fresh: HashMap<&str, &Fresh> =
            rendered.regions.iter().map(|fresh| (&*fresh.name, fresh)).collect();
        let places = rendered.moved.iter().filter_map(|name| Some((name, rendered.hosts.get(name)?.depth)));
        let mut open: Vec<(&Arc<str>, usize)> = places.collect();
        let (mut moved, mut seen) = (Vec::new(), HashSet::new());
        while let Some((name, depth)) = open.pop() {
            if depth > MAX_REGION_DEPTH {
                return Err(RegionError::TooDeep);
            }
            if !seen.insert(name) {
                continue;
            }
            let fresh = fresh.get(&**name);
            let children = fresh.map(|fresh| &fresh.children);
            let children = children.or_else(|| self.get(name).map(|region| &region.children));
            open.extend(children.into_iter().flatten().map(|child| (&child.name, depth + 1)));
            moved.push(Moved { name: name.clone(), depth, is_fresh: fresh.is_some() });
        }
        Ok(moved)
    }

    /// The bytes of all HTML once `rendered` is part of the tree.
    fn size_with(&self, rendered: &Rendered, dropped: &HashSet<Arc<str>>) -> usize {
        let len = |name: &Arc<str>| self.get(name).map_or(0, |region| region.html.len());
        let gone: usize = dropped.iter().map(len).sum();
        let replaced: usize = rendered.regions.iter().filter_map(|fresh| fresh.before).sum();
        let added: usize = rendered.regions.iter().map(|fresh| fresh.html.len()).sum();
        self.bytes + added - gone - replaced
    }
}
