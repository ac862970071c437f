//! What stays of the regions while their HTML isn't in memory: enough to go on with the connection once they are rendered again.

use alloc::vec::Vec;

use super::{Browser, Regions};
use crate::hash::{self, RegionHash};

/// The regions of a connection whose browser shows all of them as they were last rendered.
#[derive(Debug)]
pub(crate) struct Outline {
    /// Of all HTML, names and places, in document order.
    digest: RegionHash,
    /// The regions that have a number.
    bound: Vec<Bound>,
    next_number: u32,
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
        let mut bound = Vec::new();
        for (place, name) in (0..).zip(self.in_order()) {
            let region = self.get(&name);
            if let Some((number, browser)) = region.and_then(|region| Some((region.number?, region.browser)))
            {
                bound.push(Bound { place, number, browser });
            }
        }
        Outline { digest: self.digest(), bound, next_number: self.next_number }
    }

    /// Goes on with the connection. `false` where they aren't what they were: then the browser has to be sent all of them, under new numbers.
    pub(crate) fn resume(&mut self, outline: &Outline) -> bool {
        self.next_number = outline.next_number;
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
