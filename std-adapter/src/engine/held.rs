//! A session's machine where it is kept: it leaves memory without a panic of the application's types, and at the session's end.

use std::mem;
use std::ops::{Deref, DerefMut};

use live_core::wire::Hello;
use live_core::{Counters, Error, FullPage, Input, Instant, Lease, Output, Record, Redirect, Result};

use super::live::{Live, Parcel};
use super::runtime::discard;

/// A machine of any page. The default is one that is gone: nothing happens to it any more.
pub(crate) struct Held(Box<dyn Live>);

impl Held {
    pub(crate) fn new(live: impl Live + 'static) -> Self {
        Self(Box::new(live))
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::new(Gone)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        discard(mem::replace(&mut self.0, Box::new(Gone)));
    }
}

impl Deref for Held {
    type Target = dyn Live;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.0
    }
}

/// In the place of a machine whose session has ended.
struct Gone;

impl Live for Gone {
    fn handle(&mut self, _: Input<'_, Parcel>, _: Instant) {}

    fn poll(&mut self, _: Instant) -> Option<Output<Parcel>> {
        None
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn lease(&self) -> Option<Lease> {
        None
    }

    fn is_ready(&self) -> bool {
        true
    }

    fn is_clean(&self) -> bool {
        true
    }

    fn is_waiting(&self) -> bool {
        false
    }

    fn redirect(&self) -> Option<&Redirect> {
        None
    }

    fn full_page(&mut self) -> Result<FullPage> {
        Err(Error::msg("the session has ended"))
    }

    fn topics(&self) -> Vec<String> {
        Vec::new()
    }

    fn record(&self) -> Result<Record> {
        Err(Error::msg("the session has ended"))
    }

    fn has_flash(&self) -> bool {
        false
    }

    fn counters(&self) -> Counters {
        Counters::default()
    }

    fn html_bytes(&self) -> usize {
        0
    }

    fn is_behind(&self, _: &Hello<'_>) -> bool {
        false
    }

    fn is_drained(&self) -> bool {
        true
    }

    fn is_resting(&self) -> bool {
        true
    }

    fn is_asleep(&self) -> bool {
        true
    }

    fn is_over(&self) -> bool {
        true
    }
}
