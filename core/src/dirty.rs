//! Which regions have to be rendered again.

use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use smol_str::SmolStr;

use crate::limits::MAX_MARKS;

/// The regions that changed since the last render, by name.
///
/// It tells the calls of page code apart that marked them. What several calls marked before one render has to look as if
/// each had been rendered: a row that one call removed and another one added is another row.
///
/// ```
/// use live_core::DirtySet;
///
/// let mut dirty = DirtySet::default();
/// dirty.add("count");
/// assert!(dirty.has("count") && !dirty.has("log"));
/// dirty.add_all();
/// assert!(dirty.has("log"));
/// dirty.clear();
/// assert!(dirty.is_empty());
/// ```
#[derive(Debug, Default)]
pub struct DirtySet {
    all: bool,
    regions: HashMap<SmolStr, Mark>,
    /// Counts calls of page code.
    call: u32,
    /// Something was marked since anybody last asked, also where it was marked before.
    news: bool,
}

/// How a region was marked.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// The first call that did.
    call: u32,
    /// A later one did, too.
    again: bool,
}

impl PartialEq for DirtySet {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
            && self.regions.len() == other.regions.len()
            && self.iter().all(|name| other.regions.contains_key(name))
    }
}

impl Eq for DirtySet {}

impl Clone for DirtySet {
    /// Of nothing there is nothing to copy: not the room for it either.
    fn clone(&self) -> Self {
        let regions = if self.regions.is_empty() { HashMap::default() } else { self.regions.clone() };
        Self { regions, ..*self }
    }
}

impl DirtySet {
    /// Marks one region; every region, past [`MAX_MARKS`].
    pub fn add(&mut self, id: &str) {
        self.news = true;
        if self.all {
            return;
        }
        if let Some(mark) = self.regions.get_mut(id) {
            mark.again |= mark.call != self.call;
            return;
        }
        if self.regions.len() == MAX_MARKS {
            return self.add_all();
        }
        self.regions.insert(id.into(), Mark { call: self.call, again: false });
    }

    /// Marks every region.
    pub fn add_all(&mut self) {
        (self.all, self.news) = (true, true);
        self.regions.clear();
    }

    /// Whether anything was marked since this was last asked.
    pub(crate) fn take_news(&mut self) -> bool {
        core::mem::take(&mut self.news)
    }

    /// Whether a region is marked, by itself or with all.
    pub fn has(&self, id: &str) -> bool {
        self.all || self.regions.contains_key(id)
    }

    /// Another call of page code begins.
    pub(crate) fn next_call(&mut self) {
        self.call = self.call.wrapping_add(1);
    }

    /// Whether more than one call marked this region.
    pub(crate) fn has_again(&self, id: &str) -> bool {
        self.all || self.regions.get(id).is_some_and(|mark| mark.again)
    }

    /// Whether the marks are those of more than one call.
    pub(crate) fn is_of_several_calls(&self) -> bool {
        let mut marks = self.regions.values();
        let first = marks.next();
        self.all
            || first
                .is_some_and(|first| first.again || marks.any(|mark| mark.again || mark.call != first.call))
    }

    /// Whether every region is marked.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// Forgets all marks.
    pub fn clear(&mut self) {
        (self.all, self.news) = (false, false);
        self.regions.clear();
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        !self.all && self.regions.is_empty()
    }

    /// The regions marked by name, sorted; none where all are marked.
    pub fn list(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.iter().collect();
        names.sort_unstable();
        names
    }

    /// The regions marked by name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(SmolStr::as_str)
    }
}

/// One region name or several: what [`Session::mark`](crate::Session::mark) takes.
pub trait RegionIds {
    /// Calls `f` with each name.
    fn each(&self, f: impl FnMut(&str));
}

impl RegionIds for &str {
    fn each(&self, mut f: impl FnMut(&str)) {
        f(self);
    }
}

impl RegionIds for String {
    fn each(&self, mut f: impl FnMut(&str)) {
        f(self);
    }
}

impl<S: AsRef<str>> RegionIds for &[S] {
    fn each(&self, mut f: impl FnMut(&str)) {
        self.iter().for_each(|id| f(id.as_ref()));
    }
}

impl<S: AsRef<str>, const N: usize> RegionIds for [S; N] {
    fn each(&self, mut f: impl FnMut(&str)) {
        self.iter().for_each(|id| f(id.as_ref()));
    }
}

impl<S: AsRef<str>> RegionIds for Vec<S> {
    fn each(&self, f: impl FnMut(&str)) {
        self.as_slice().each(f);
    }
}
