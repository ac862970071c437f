//! The regions that a tab shows, as hosts in one another: what is in a host goes when that goes.

use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::ClientError;
use crate::delta;
use crate::hash;
use crate::limits::{MAX_REGION_BYTES, MAX_REGION_DEPTH};
use crate::narrow::{self, hosts};
use crate::rules::{Broken, Rule};
use crate::wire::{Body, Patch, Region};

#[derive(Debug, Default)]
pub(super) struct Regions {
    map: HashMap<String, Shown>,
    /// The name of each number.
    numbers: Vec<String>,
    resync: Vec<String>,
    pub(super) broken: Broken,
}

/// A region's host.
#[derive(Debug)]
struct Shown {
    /// What it shows. `None` where nobody knows, as where it is new and was sent nothing yet.
    html: Option<String>,
    parent: String,
}

impl Regions {
    /// The regions of a whole page, as far as their hashes say that they are what the server rendered.
    pub(super) fn open(html: &str, hashes: &[u8]) -> Self {
        let (hashes, _) = hashes.as_chunks::<8>();
        let hashes: HashSet<[u8; 8]> = hashes.iter().copied().collect();
        let mut regions = Self::default();
        regions.split(html);
        let is_unknown = |name: &&String| regions.hash(name).is_none_or(|hash| !hashes.contains(&hash));
        let unknown: Vec<String> = regions.map.keys().filter(is_unknown).cloned().collect();
        for name in unknown {
            if let Some(shown) = regions.map.get_mut(&name) {
                shown.html = None;
            }
        }
        regions
    }

    /// Takes the children out of each region's content and keeps all of them.
    fn split(&mut self, html: &str) {
        let mut open = Vec::from([("", "", html)]);
        while let Some((parent, name, content)) = open.pop() {
            let mut html = String::new();
            let mut done = 0;
            for (child, inner) in narrow::children(content) {
                html.push_str(&content[done..inner.start]);
                done = inner.end;
                open.push((name, child, &content[inner]));
            }
            html.push_str(&content[done..]);
            self.map.insert(name.into(), Shown { html: Some(html), parent: parent.into() });
        }
    }

    pub(super) fn reconnect(&mut self) {
        self.numbers.clear();
        self.resync.clear();
    }

    pub(super) fn hashes(&self) -> Vec<u8> {
        let mut hashes: Vec<[u8; 8]> = self.map.keys().filter_map(|name| self.hash(name)).collect();
        // One order, so that a run can be repeated byte for byte.
        hashes.sort_unstable();
        hashes.into_flattened()
    }

    /// The hash of what is known of a region, in its place.
    fn hash(&self, name: &str) -> Option<[u8; 8]> {
        let shown = self.map.get(name)?;
        let html = shown.html.as_ref()?;
        let mut around = shown.parent.clone();
        let mut at = &shown.parent;
        for _ in 0..MAX_REGION_DEPTH {
            let Some(outer) = self.map.get(at).filter(|outer| !outer.parent.is_empty()) else { break };
            around.extend([" ", &outer.parent]);
            at = &outer.parent;
        }
        Some(hash::region_hash(&around, name, html).to_bytes())
    }

    /// Spoils the copy of a region, as a fault of the browser's memory would.
    #[cfg(feature = "mutants")]
    pub(super) fn spoil(&mut self, name: &str) {
        if let Some(html) = self.map.get_mut(name).and_then(|shown| shown.html.as_mut()) {
            html.insert(0, '?');
        }
    }

    pub(super) fn html(&self, name: &str) -> Option<&str> {
        self.map.get(name)?.html.as_deref()
    }

    pub(super) fn page_html(&self) -> String {
        let mut out = String::new();
        self.fill("", &mut HashSet::new(), 0, &mut out);
        out
    }

    /// The next region to ask for.
    pub(super) fn resync(&mut self) -> Option<String> {
        self.resync.pop()
    }

    /// Applies a patch. In a frame of this connection's own a name binds a number.
    pub(super) fn patch(&mut self, patch: &Patch<'_>, binds: bool) -> Result<(), ClientError> {
        let name = self.resolve(patch.region, binds)?;
        if !name.is_empty() && !self.map.contains_key(&name) {
            // Nothing on the page shows it.
            return Ok(());
        }
        let html = match patch.body {
            Body::Full(html) if hash::check(html) != patch.check => return Err(ClientError::Check),
            Body::Full(html) => Some(html.into()),
            Body::Delta(delta) => self.delta(&name, delta),
            Body::Element { inner, id, html, .. } => self.element(&name, inner, id, html),
        };
        match html.filter(|html| hash::check(html) == patch.check) {
            Some(html) => self.replace(name, html),
            None if self.broken.is(Rule::R7) => {}
            None => self.resync.push(name),
        }
        Ok(())
    }

    fn resolve(&mut self, region: Region<'_>, binds: bool) -> Result<String, ClientError> {
        match region {
            Region::Named(name) => {
                if binds {
                    self.numbers.push(name.into());
                }
                Ok(name.into())
            }
            Region::Number(number) => {
                self.numbers.get(number as usize).cloned().ok_or(ClientError::Region(number))
            }
        }
    }

    fn delta(&self, name: &str, delta: &[u8]) -> Option<String> {
        let old = self.html(name)?;
        let applied = delta::apply(old.as_bytes(), delta, MAX_REGION_BYTES).ok()?;
        String::from_utf8(applied.html).ok()
    }

    fn element(&self, name: &str, inner: bool, id: &str, html: &str) -> Option<String> {
        let old = self.html(name)?;
        let range = narrow::element_with_id(old, id, inner)?;
        Some([&old[..range.start], html, &old[range.end..]].concat())
    }

    /// Puts a region's new HTML in place; regions that it hosts no more are dropped.
    fn replace(&mut self, name: String, html: String) {
        let children: Vec<String> = hosts(&html).flatten().map(|host| host.name.into()).collect();
        let vanished: Vec<String> = self
            .map
            .iter()
            .filter(|(child, shown)| shown.parent == name && !child.is_empty() && !children.contains(child))
            .map(|(child, _)| child.clone())
            .collect();
        vanished.iter().for_each(|child| self.forget(child));
        for child in children {
            if self.map.get(&child).is_some_and(|shown| shown.parent != name) {
                self.forget(&child);
            }
            self.map.entry(child).or_insert_with(|| Shown { html: None, parent: name.clone() });
        }
        match self.map.get_mut(&name) {
            Some(shown) => shown.html = Some(html),
            None => drop(self.map.insert(name, Shown { html: Some(html), parent: String::new() })),
        }
    }

    fn forget(&mut self, name: &str) {
        let mut open = Vec::from([String::from(name)]);
        while let Some(name) = open.pop() {
            self.map.remove(&name);
            let below = self.map.iter().filter(|(child, shown)| shown.parent == name && !child.is_empty());
            open.extend(below.map(|(child, _)| child.clone()));
        }
    }

    /// Each region has one place. A server that says otherwise, or that nests deeper than it may, has its hosts left empty.
    fn fill<'a>(&'a self, name: &'a str, placed: &mut HashSet<&'a str>, depth: usize, out: &mut String) {
        let Some(html) = self.html(name).filter(|_| depth <= MAX_REGION_DEPTH && placed.insert(name)) else {
            return;
        };
        let mut done = 0;
        for host in hosts(html).flatten() {
            out.push_str(&html[done..host.insert_at]);
            self.fill(host.name, placed, depth + 1, out);
            done = host.insert_at;
        }
        out.push_str(&html[done..]);
    }
}
