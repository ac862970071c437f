//! The tree of regions.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

use super::RegionError;
use super::render::{Few, Rendered};
use crate::delta::Common;
use crate::hash::{self, RegionHash, Trail};
use crate::narrow::{Markup, hosts};
use crate::rules::{Broken, Rule};
use crate::stream::{Html, Streams};

/// From this many bytes on, a region's hash isn't begun from its start at each change.
const LONG: usize = 16 * 1024;

/// From this many bytes on, a region's HTML is looked for among other sessions'.
const INTERNED: usize = 1024;

/// One region.
#[derive(Debug)]
pub(crate) struct Region {
    /// The HTML last rendered.
    pub(crate) html: Html,
    /// What it shows is shared by all sessions that look at this topic.
    pub(crate) topic: Option<Arc<str>>,
    /// What is known of that.
    pub(crate) markup: Markup,
    /// The author was told that it is irregular.
    pub(crate) warned: bool,
    /// What the browser has of it.
    pub(crate) browser: Browser,
    /// The number it has on the current connection.
    pub(crate) number: Option<u32>,
    /// It surely has no hosts: see [`attributes`](crate::narrow::attributes).
    pub(super) hostless: bool,
    /// The way to the hash of its HTML, where that is long.
    trail: Option<Box<Trail>>,
    parent: Arc<str>,
    children: Vec<Arc<str>>,
}

/// What the browser has of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// Nothing that we know of: it has to be sent whole.
    Nothing,
    /// It shows `html`, but has no bytes that a delta could build on.
    Shown,
    /// It has the bytes of `html`.
    Bytes,
}

/// A region that the browser has to be told of, and what it had before.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) name: Arc<str>,
    /// The HTML before; `None` where it didn't change.
    pub(crate) old: Option<Old>,
}

/// A region's HTML before a change.
#[derive(Debug)]
pub(crate) struct Old {
    pub(crate) html: Html,
    pub(crate) markup: Markup,
    common: Option<Common>,
}

/// All regions of a session. The root, named `""`, is always there.
#[derive(Debug)]
pub(crate) struct Regions {
    map: HashMap<Arc<str>, Region>,
    /// The HTML of all of them.
    bytes: usize,
    pub(super) next_number: u32,
}

impl Regions {
    pub(crate) fn new() -> Self {
        let root: Arc<str> = "".into();
        let map = [(root.clone(), Region::new(root))].into_iter().collect();
        Self { map, bytes: 0, next_number: 0 }
    }

    /// What takes the place of regions that have left memory: not even a root.
    pub(crate) fn gone() -> Self {
        Self { map: HashMap::new(), bytes: 0, next_number: 0 }
    }

    pub(crate) fn are_gone(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether nothing has been rendered.
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes == 0 && self.map.len() <= 1
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Region> {
        self.map.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Region> {
        self.map.get_mut(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// The HTML of all of them, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What of it the session takes memory for.
    pub(crate) fn own_bytes(&self) -> usize {
        self.map.values().map(|region| region.html.own_bytes()).sum()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.map.keys()
    }

    /// The shared form of a known name.
    pub(crate) fn name(&self, name: &str) -> Option<Arc<str>> {
        self.map.get_key_value(name).map(|(name, _)| name.clone())
    }

    /// The next free number of the connection.
    pub(crate) fn bind(&mut self, name: &str) {
        if let Some(region) = self.map.get_mut(name) {
            region.number = Some(self.next_number);
            self.next_number += 1;
        }
    }

    /// How deep a region is nested; the root is at 0.
    pub(crate) fn depth(&self, name: &str) -> usize {
        let parents = core::iter::successors(self.map.get(name), |region| self.map.get(&region.parent));
        parents.take_while(|region| !self.is_root(region)).count()
    }

    fn is_root(&self, region: &Region) -> bool {
        self.map.get("").is_some_and(|root| core::ptr::eq(root, region))
    }

    /// The hash of a region's HTML under its name and parent.
    pub(crate) fn hash(&self, name: &str) -> RegionHash {
        let (parent, html) = self.map.get(name).map_or(("", ""), |region| (&*region.parent, &*region.html));
        hash::region_hash(parent, name, html)
    }

    /// Starts a connection: `shown` are the hashes of what the browser shows. Gives every region that differs. What other sessions may show, too, as all look
    /// at the same page first, is [interned](Streams::intern).
    pub(crate) fn attach(
        &mut self,
        shown: &HashSet<[u8; 8]>,
        streams: Option<&dyn Streams>,
        broken: Broken,
    ) -> Few<Change> {
        self.next_number = 0;
        let names: Vec<Arc<str>> = self.map.keys().cloned().collect();
        let mut changes = Few::new();
        for name in names {
            let hash = self.hash(&name).to_bytes();
            let same = broken.is(Rule::R9) || shown.contains(&hash);
            let browser = if same { Browser::Shown } else { Browser::Nothing };
            if let Some(region) = self.map.get_mut(&name) {
                (region.browser, region.number) = (browser, None);
                if let Some(streams) = streams.filter(|_| region.html.len() >= INTERNED) {
                    region.html.intern(hash, streams);
                }
            }
            if browser == Browser::Nothing {
                changes.push(Change { name, old: None });
            }
        }
        changes
    }

    /// Makes what was rendered part of the tree: drops regions whose host vanished, moves those whose host did, and gives what
    /// changed. Refuses, before anything is touched, a host that another region holds too, and more bytes than `limit`.
    pub(crate) fn adopt(&mut self, rendered: Rendered, limit: usize) -> Result<Few<Change>, RegionError> {
        let dropped = self.dropped(&rendered);
        let moved = self.moved(&rendered, &dropped)?;
        let bytes = self.size_with(&rendered, &dropped);
        if bytes > limit {
            return Err(RegionError::TooLarge { bytes, limit });
        }
        self.bytes = bytes;
        dropped.iter().for_each(|name| drop(self.map.remove(name)));
        for (name, parent) in &rendered.hosts {
            let region = self.map.entry(name.clone()).or_insert_with(|| Region::new(parent.clone()));
            region.parent = parent.clone();
        }
        let mut changes: Few<Change> = Few::new();
        for fresh in rendered.regions {
            let Some(region) = self.map.get_mut(&fresh.name) else { continue };
            let same = match fresh.common {
                Some(common) => common.is_all(region.html.len(), fresh.html.len()),
                None => region.html.is(&fresh.html),
            };
            if let Some(trail) = &mut region.trail {
                trail.cut(fresh.common.map_or(0, |common| common.prefix));
            }
            (region.children, region.topic, region.hostless) = (fresh.children, fresh.topic, fresh.hostless);
            let old = (!same).then(|| Old {
                html: core::mem::replace(&mut region.html, fresh.html),
                markup: core::mem::take(&mut region.markup),
                common: fresh.common,
            });
            if old.is_some() || region.browser == Browser::Nothing {
                changes.push(Change { name: fresh.name, old });
            }
        }
        self.resend(moved, &mut changes);
        Ok(changes)
    }

    /// Gives a shared region another version's HTML.
    pub(crate) fn set_html(&mut self, name: &str, html: Html) {
        if let Some(region) = self.map.get_mut(name).filter(|region| region.topic.is_some()) {
            self.bytes = self.bytes + html.len() - region.html.len();
            region.html = html;
        }
    }

    /// Regions that no host holds any more.
    fn dropped(&self, rendered: &Rendered) -> HashSet<Arc<str>> {
        let mut dropped = HashSet::new();
        let mut open: Vec<&Arc<str>> = Vec::new();
        // One without HTML had no hosts.
        for fresh in rendered.regions.iter().filter(|fresh| fresh.before > 0) {
            open.extend(self.map.get(&fresh.name).into_iter().flat_map(|region| &region.children));
        }
        while let Some(name) = open.pop() {
            if !rendered.hosts.contains_key(name) && dropped.insert(name.clone()) {
                open.extend(self.map.get(name).into_iter().flat_map(|region| &region.children));
            }
        }
        dropped
    }

    /// Known regions whose host is now in another region. The one it was in must have let go of it.
    fn moved(&self, rendered: &Rendered, dropped: &HashSet<Arc<str>>) -> Result<Vec<Arc<str>>, RegionError> {
        let (mut moved, mut fresh) = (Vec::new(), None);
        for (name, parent) in &rendered.hosts {
            let Some(region) = self.map.get(name).filter(|region| region.parent != *parent) else { continue };
            let fresh: &HashSet<&str> =
                fresh.get_or_insert_with(|| rendered.regions.iter().map(|fresh| &*fresh.name).collect());
            if !fresh.contains(&*region.parent) && !dropped.contains(&region.parent) {
                return Err(RegionError::Duplicate((**name).into()));
            }
            moved.push(name.clone());
        }
        Ok(moved)
    }

    /// The bytes of all HTML once `rendered` is part of the tree.
    fn size_with(&self, rendered: &Rendered, dropped: &HashSet<Arc<str>>) -> usize {
        let len = |name: &Arc<str>| self.map.get(name).map_or(0, |region| region.html.len());
        let gone: usize = dropped.iter().map(len).sum();
        let replaced: usize = rendered.regions.iter().map(|fresh| fresh.before).sum();
        let added: usize = rendered.regions.iter().map(|fresh| fresh.html.len()).sum();
        (self.bytes + added).saturating_sub(gone + replaced)
    }

    /// A region that moved to another parent comes to the browser as an empty host: it and all below it are sent whole,
    /// under new numbers.
    fn resend(&mut self, moved: Vec<Arc<str>>, changes: &mut Few<Change>) {
        let mut open = moved;
        let mut done = HashSet::new();
        while let Some(name) = open.pop() {
            let Some(region) = self.map.get_mut(&name) else { continue };
            if !done.insert(name.clone()) {
                continue;
            }
            (region.browser, region.number) = (Browser::Nothing, None);
            open.extend(region.children.iter().cloned());
            if !changes.iter().any(|change| change.name == name) {
                changes.push(Change { name, old: None });
            }
        }
    }

    /// The page as the first response shows it: every host filled in.
    pub(crate) fn whole(&self) -> String {
        let mut out = String::new();
        self.fill("", &mut out);
        out
    }

    fn fill(&self, name: &str, out: &mut String) {
        let Some(region) = self.map.get(name) else { return };
        let mut done = 0;
        for host in hosts(&region.html).flatten() {
            out.push_str(&region.html[done..host.insert_at]);
            self.fill(host.name, out);
            done = host.insert_at;
        }
        out.push_str(&region.html[done..]);
    }

    /// The hashes of all regions in the document order of their hosts, the root's first.
    pub(crate) fn hashes(&self) -> Vec<u8> {
        self.in_order().iter().flat_map(|name| self.hash(name).to_bytes()).collect()
    }

    /// The names of all regions in the document order of their hosts, the root's first.
    pub(super) fn in_order(&self) -> Vec<Arc<str>> {
        let mut names = Vec::with_capacity(self.map.len());
        let mut open: Vec<Arc<str>> = self.name("").into_iter().collect();
        while let Some(name) = open.pop() {
            let children = self.map.get(&name).into_iter().flat_map(|region| region.children.iter().rev());
            open.extend(children.cloned());
            names.push(name);
        }
        names
    }
}

impl Old {
    /// What it shares with the HTML that came after it.
    pub(crate) fn common_with(&self, new: &Html) -> Common {
        self.common.unwrap_or_else(|| Common::of(self.html.as_bytes(), new.as_bytes()))
    }
}

impl Region {
    /// The check of its HTML.
    pub(crate) fn check(&mut self) -> u32 {
        match self.html.own() {
            Some(html) if html.len() >= LONG => self.trail.get_or_insert_default().check(html),
            _ => self.html.check(),
        }
    }

    /// The hash of its HTML under its name and parent.
    pub(crate) fn hash(&mut self, name: &str) -> RegionHash {
        match self.html.own() {
            Some(html) if html.len() >= LONG => {
                self.trail.get_or_insert_default().region_hash(&self.parent, name, html)
            }
            _ => hash::region_hash(&self.parent, name, &*self.html),
        }
    }

    fn new(parent: Arc<str>) -> Self {
        Self {
            html: Html::default(),
            topic: None,
            markup: Markup::Unknown,
            warned: false,
            browser: Browser::Nothing,
            number: None,
            hostless: false,
            trail: None,
            parent,
            children: Vec::new(),
        }
    }
}
