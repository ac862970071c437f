//! Which regions have to be rendered again.

use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashSet;
use smol_str::SmolStr;

use crate::limits::MAX_MARKS;

/// The regions that changed since the last render, by name.
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
    regions: HashSet<SmolStr>,
    /// Something was marked since anybody last asked, also where it was marked before.
    news: bool,
}

impl PartialEq for DirtySet {
    fn eq(&self, other: &Self) -> bool {
        (self.all, &self.regions) == (other.all, &other.regions)
    }
}

impl Eq for DirtySet {}

impl Clone for DirtySet {
    /// Of nothing there is nothing to copy: not the room for it either.
    fn clone(&self) -> Self {
        let regions = if self.regions.is_empty() { HashSet::default() } else { self.regions.clone() };
        Self { all: self.all, regions, news: self.news }
    }
}

impl DirtySet {
    /// Marks one region; every region, past [`MAX_MARKS`].
    pub fn add(&mut self, id: &str) {
        self.news = true;
        if self.all || self.regions.contains(id) {
            return;
        }
        if self.regions.len() == MAX_MARKS {
            return self.add_all();
        }
        self.regions.insert(id.into());
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
        self.all || self.regions.contains(id)
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
        self.regions.iter().map(SmolStr::as_str)
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
