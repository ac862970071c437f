//! Choosing how each changed region travels: whole, as a delta, or as one element.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::scratch::Scratch;
use crate::delta::Encoder;
use crate::narrow::Element;
use crate::region::{Browser, Change, Few, Old, Region, Regions};
use crate::stream::{Html, Version};
use crate::wire::{self, Body, Patch};

/// A patch before it is written: what it borrows is found by place.
pub(super) struct Planned {
    name: Arc<str>,
    /// `None` where the frame speaks of the region for the first time on its connection.
    number: Option<u32>,
    /// Of the region's HTML.
    check: u32,
    body: PlannedBody,
}

enum PlannedBody {
    Full,
    /// A place among the deltas.
    Delta(Range<usize>),
    /// The delta that all sessions share, from this version.
    Step(Arc<Version>),
    /// A place in the region's HTML: the element's, or its content's.
    Element {
        html: Range<usize>,
        id: String,
        inner: bool,
        /// The second half of the region's hash.
        high: u32,
    },
}

/// What planning works on.
pub(super) struct Planner<'a> {
    pub(super) regions: &'a mut Regions,
    pub(super) scratch: &'a mut Scratch,
    /// The bytes of all deltas of the frame.
    pub(super) deltas: &'a mut Vec<u8>,
    /// Whether the browser takes anything but whole regions.
    pub(super) partial: bool,
}

impl Planner<'_> {
    /// Plans the patches of one frame, parents before their children, and binds numbers to regions that had none.
    pub(super) fn plan(&mut self, changes: &mut Few<Change>) -> Few<Planned> {
        changes.sort_by_cached_key(|change| (self.regions.depth(&change.name), change.name.clone()));
        changes.drain(..).filter_map(|change| self.plan_one(change)).collect()
    }

    fn plan_one(&mut self, change: Change) -> Option<Planned> {
        let region = self.regions.get_mut(&change.name)?;
        let number = region.number;
        let mut body = match (&change.old, region.browser) {
            (Some(old), Browser::Bytes) if self.partial => {
                plan_delta(region, old, &mut self.scratch.encoder, self.deltas)
            }
            (Some(old), Browser::Shown) if self.partial => plan_element(region, old),
            _ => PlannedBody::Full,
        };
        region.browser =
            if matches!(body, PlannedBody::Element { .. }) { Browser::Shown } else { Browser::Bytes };
        let check = match &mut body {
            PlannedBody::Element { high, .. } => {
                let hash = self.regions.hash_of_change(&change.name);
                *high = hash.high();
                hash.check()
            }
            _ => region.check(),
        };
        if let Some(html) = change.old.and_then(|old| old.html.into_buffer()) {
            self.scratch.keep_html(html);
        }
        if number.is_none() {
            self.regions.bind(&change.name);
        }
        Some(Planned { name: change.name, number, check, body })
    }
}

fn plan_delta(region: &mut Region, old: &Old, encoder: &mut Encoder, deltas: &mut Vec<u8>) -> PlannedBody {
    if let (Html::Shared(before), Html::Shared(after)) = (&old.html, &region.html)
        && after.delta_from(before).is_some()
    {
        return PlannedBody::Step(before.clone());
    }
    let (before, after) = (old.html.as_bytes(), region.html.as_bytes());
    let common = old.common_with(&region.html);
    region.markup = old.markup;
    let hint = region.markup.narrow(&old.html, &region.html, common).map(|element| element.range);
    let start = deltas.len();
    match encoder.encode_between(common, before, after, hint, deltas) {
        true => PlannedBody::Delta(start..deltas.len()),
        false => PlannedBody::Full,
    }
}

/// One element instead of the region, where that saves half of it at least.
fn plan_element(region: &mut Region, old: &Old) -> PlannedBody {
    let common = old.common_with(&region.html);
    region.markup = old.markup;
    match region.markup.narrow(&old.html, &region.html, common) {
        Some(Element { range, id, inner }) if range.len() * 2 <= region.html.len() => PlannedBody::Element {
            id: id.into(),
            inner: inner.is_some(),
            html: inner.unwrap_or(range),
            high: 0,
        },
        _ => PlannedBody::Full,
    }
}

impl Planned {
    /// The patch as the frame carries it.
    pub(super) fn borrow<'a>(&'a self, regions: &'a Regions, deltas: &'a [u8]) -> Option<Patch<'a>> {
        let html = &regions.get(&self.name)?.html;
        let body = match &self.body {
            PlannedBody::Full => Body::Full(html),
            PlannedBody::Delta(range) => Body::Delta(&deltas[range.clone()]),
            PlannedBody::Step(before) => Body::Delta(html.version()?.delta_from(before)?),
            PlannedBody::Element { html: range, id, inner, high } => {
                Body::Element { inner: *inner, high: *high, id, html: &html[range.clone()] }
            }
        };
        let region = self.number.map_or(wire::Region::Named(&self.name), wire::Region::Number);
        Some(Patch { region, check: self.check, body })
    }
}
