//! Choosing how each changed region travels: whole, as a delta, or as one element.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use crate::delta::Encoder;
use crate::dirty::DirtySet;
use crate::hash;
use crate::region::{Browser, Change, Regions};
use crate::wire::{Body, Patch, Region};

/// A patch before it is written: what it borrows is found by place.
pub(super) struct Planned {
    name: Arc<str>,
    /// `None` where the frame speaks of the region for the first time on its connection.
    number: Option<u32>,
    body: PlannedBody,
}

enum PlannedBody {
    Full,
    /// A place among the deltas.
    Delta(Range<usize>),
}

/// What planning works on.
pub(super) struct Planner<'a> {
    pub(super) regions: &'a mut Regions,
    pub(super) encoder: &'a mut Encoder,
    /// The bytes of all deltas of the frame.
    pub(super) deltas: &'a mut Vec<u8>,
    /// Whether the browser takes anything but whole regions.
    pub(super) partial: bool,
}

/// The marked regions that are on the page.
pub(super) fn dirty_names(dirty: &DirtySet, regions: &Regions) -> Vec<Arc<str>> {
    if dirty.is_all() {
        return regions.names().cloned().collect();
    }
    dirty.iter().filter_map(|name| regions.name(name)).collect()
}

impl Planner<'_> {
    /// Plans the patches of one frame, parents before their children, and binds numbers to regions that had none.
    pub(super) fn plan(&mut self, mut changes: Vec<Change>) -> Vec<Planned> {
        changes.sort_by_cached_key(|change| (self.regions.depth(&change.name), change.name.clone()));
        changes.into_iter().filter_map(|change| self.plan_one(change)).collect()
    }

    fn plan_one(&mut self, change: Change) -> Option<Planned> {
        let body = self.body(&change)?;
        let region = self.regions.get_mut(&change.name)?;
        region.browser = Browser::Bytes;
        let number = region.number;
        if number.is_none() {
            self.regions.bind(&change.name);
        }
        Some(Planned { name: change.name, number, body })
    }

    fn body(&mut self, change: &Change) -> Option<PlannedBody> {
        let region = self.regions.get(&change.name)?;
        let Some(old) = change.old.as_ref().filter(|_| self.partial) else { return Some(PlannedBody::Full) };
        Some(match region.browser {
            Browser::Bytes => {
                let start = self.deltas.len();
                match self.encoder.encode(old.as_bytes(), region.html.as_bytes(), None, self.deltas) {
                    true => PlannedBody::Delta(start..self.deltas.len()),
                    false => PlannedBody::Full,
                }
            }
            Browser::Shown | Browser::Nothing => PlannedBody::Full,
        })
    }
}

impl Planned {
    /// The patch as the frame carries it.
    pub(super) fn borrow<'a>(&'a self, regions: &'a Regions, deltas: &'a [u8]) -> Option<Patch<'a>> {
        let html = regions.get(&self.name)?.html.as_str();
        let body = match &self.body {
            PlannedBody::Full => Body::Full(html),
            PlannedBody::Delta(range) => Body::Delta(&deltas[range.clone()]),
        };
        let region = self.number.map_or(Region::Named(&self.name), Region::Number);
        Some(Patch { region, check: hash::check(html), body })
    }
}
