//! The tree of regions.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

use super::render::Few;
use crate::delta::Common;
use crate::hash::{self, RegionHash, Trail};
use crate::narrow::Markup;
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
    pub(super) trail: Option<Box<Trail>>,
    pub(super) parent: Arc<str>,
    /// How deep it is nested; the root is at 0.
    pub(super) depth: usize,
    /// In the document order of their hosts.
    pub(super) children: Vec<Child>,
}

/// A region that another one hosts.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(super) name: Arc<str>,
    /// Where its HTML goes in a whole page, in bytes of the HTML of the region that hosts it.
    pub(super) insert_at: usize,
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
    pub(super) common: Option<Common>,
}

/// All regions of a session: a tree. The root, named `""`, is always there, and each other one has one host in one of
/// them.
#[derive(Debug)]
pub(crate) struct Regions {
    pub(super) map: HashMap<Arc<str>, Region>,
    /// The HTML of all of them.
    pub(super) bytes: usize,
    pub(super) next_number: u32,
}

impl Regions {
    pub(crate) fn new() -> Self {
        let root: Arc<str> = "".into();
        let map = [(root.clone(), Region::new(root, 0))].into_iter().collect();
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

    pub(super) fn get_with_name(&self, name: &str) -> Option<(&Arc<str>, &Region)> {
        self.map.get_key_value(name)
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
        self.map.get(name).map_or(0, |region| region.depth)
    }

    /// The names of the regions around one, from the inside out, without the root: its place, as its
    /// [hash](hash::region_hash) has it.
    fn around<'a>(&'a self, region: &'a Region) -> Cow<'a, str> {
        let mut around = Cow::Borrowed(&*region.parent);
        let mut at = &region.parent;
        for _ in 2..region.depth {
            let Some(outer) = self.map.get(at) else { break };
            around.to_mut().extend([" ", &outer.parent]);
            at = &outer.parent;
        }
        around
    }

    /// The hash of a region's HTML in its place.
    pub(crate) fn hash(&self, name: &str) -> RegionHash {
        match self.map.get(name) {
            Some(region) => hash::region_hash(&self.around(region), name, &*region.html),
            None => hash::region_hash("", name, ""),
        }
    }

    /// The same after a change, read from where that is on where the HTML is long.
    pub(crate) fn hash_of_change(&mut self, name: &str) -> RegionHash {
        let around = self.map.get(name).map(|region| self.around(region).into_owned()).unwrap_or_default();
        match self.map.get_mut(name) {
            Some(Region { html: Html::Own(html), trail, .. }) if html.len() >= LONG => {
                trail.get_or_insert_default().region_hash(&around, name, html)
            }
            _ => self.hash(name),
        }
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

    /// The browser lacks what this region shows.
    pub(crate) fn lose(&mut self, name: &str) {
        if let Some(region) = self.map.get_mut(name) {
            region.browser = Browser::Nothing;
        }
    }

    /// Gives a shared region another version's HTML.
    pub(crate) fn set_html(&mut self, name: &str, html: Html) {
        if let Some(region) = self.map.get_mut(name).filter(|region| region.topic.is_some()) {
            self.bytes = self.bytes + html.len() - region.html.len();
            region.html = html;
        }
    }

    /// The page as the first response shows it: every host filled in.
    pub(crate) fn whole(&self) -> String {
        let mut out = String::with_capacity(self.bytes);
        self.fill("", &mut out);
        out
    }

    fn fill(&self, name: &str, out: &mut String) {
        let Some(region) = self.map.get(name) else { return };
        let mut done = 0;
        for child in &region.children {
            out.push_str(&region.html[done..child.insert_at]);
            self.fill(&child.name, out);
            done = child.insert_at;
        }
        out.push_str(&region.html[done..]);
    }

    /// The hashes of all regions in the document order of their hosts, the root's first.
    pub(crate) fn hashes(&self) -> Vec<u8> {
        self.in_order().iter().flat_map(|name| self.hash(name).to_bytes()).collect()
    }

    /// Whether they are a tree, as deep as each says, and as large as is counted. Looks at all of them.
    pub(super) fn is_sound(&self) -> bool {
        let (mut found, mut bytes, mut open) = (0, 0, Vec::from([("", 0)]));
        while let Some((name, depth)) = open.pop() {
            let Some(region) = self.map.get(name).filter(|region| region.depth == depth) else {
                return false;
            };
            let is_held =
                |child: &Child| self.map.get(&child.name).is_some_and(|child| *child.parent == *name);
            if found == self.map.len() || !region.children.iter().all(is_held) {
                return false;
            }
            (found, bytes) = (found + 1, bytes + region.html.len());
            open.extend(region.children.iter().map(|child| (&*child.name, depth + 1)));
        }
        (found, bytes) == (self.map.len(), self.bytes)
    }

    /// The names of all regions in the document order of their hosts, the root's first.
    pub(super) fn in_order(&self) -> Vec<Arc<str>> {
        let mut names = Vec::with_capacity(self.map.len());
        let mut open: Vec<Arc<str>> = self.name("").into_iter().collect();
        while let Some(name) = open.pop() {
            let children = self.map.get(&name).into_iter().flat_map(|region| region.children.iter().rev());
            open.extend(children.map(|child| child.name.clone()));
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

    pub(super) fn new(parent: Arc<str>, depth: usize) -> Self {
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
            depth,
            children: Vec::new(),
        }
    }
}
