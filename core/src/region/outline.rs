//! What stays of the regions while their HTML isn't in memory: enough to go on with the connection once they are rendered again.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Browser, Regions};
use crate::hash::{self, RegionHash};
use crate::stream::Html;

/// The regions of a connection whose browser shows all of them as they were last rendered.
#[derive(Debug)]
pub(crate) struct Outline {
    /// Of all HTML, names and places, in document order.
    digest: RegionHash,
    /// The regions that have a number.
    bound: Vec<Bound>,
    next_number: u32,
    /// What the browser has of shared regions, which may change meanwhile.
    shared: Vec<(Arc<str>, Html)>,
}

#[derive(Debug)]
struct Bound {
    /// Its place in document order.
    place: u32,
    number: u32,
    browser: Browser,
}

impl Regions {
    /// What is to be kept of them.
    pub(crate) fn outline(&self) -> Outline {
        let (mut bound, mut shared) = (Vec::new(), Vec::new());
        for (place, name) in (0..).zip(self.in_order()) {
            let Some(region) = self.get(&name) else { continue };
            if let Some(number) = region.number {
                bound.push(Bound { place, number, browser: region.browser });
            }
            if region.topic.is_some() {
                shared.push((name, region.html.clone()));
            }
        }
        Outline { digest: self.digest(), bound, next_number: self.next_number, shared }
    }

    /// Goes on with the connection. `false` where they aren't what they were: then the browser has to be sent all of them, under new numbers.
    /// Shared regions are put back to what the browser has of them.
    pub(crate) fn resume(&mut self, outline: Outline) -> bool {
        self.next_number = outline.next_number;
        for (name, html) in outline.shared {
            self.set_html(&name, html);
        }
        if self.digest() != outline.digest {
            return false;
        }
        let names = self.in_order();
        for name in &names {
            self.set(name, Browser::Shown, None);
        }
        for bound in &outline.bound {
            self.set(&names[bound.place as usize], bound.browser, Some(bound.number));
        }
        true
    }

    fn set(&mut self, name: &str, browser: Browser, number: Option<u32>) {
        if let Some(region) = self.get_mut(name) {
            (region.browser, region.number) = (browser, number);
        }
    }

    fn digest(&self) -> RegionHash {
        hash::region_hash("", "", self.hashes())
    }
}
