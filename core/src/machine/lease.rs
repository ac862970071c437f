//! Leave to pass frames of a shared region on without a step of the machine. In a large room a step's memory, cold by then, is most of what such a frame costs.

use alloc::sync::Arc;

use super::Machine;
use super::link::Window;
use crate::codec::PageCodec;
use crate::guard::Guard;
use crate::page::Page;
use crate::rules::Rule;
use crate::stream::{Html, Version};

/// Leave to send a browser the frames that all who look at a [shared region](crate::View::shared) are sent, one version after the other, without a step of
/// its machine. [`Machine::lease`] gives it. It ends with whatever else happens to the session: before any other input, and before the next
/// [`poll`](Machine::poll), the driver gives it back by [`Input::Passed`](super::Input::Passed), or drops one of which it has made no use.
#[derive(Debug)]
pub struct Lease {
    /// What the browser shows.
    version: Arc<Version>,
    /// The connection's. A frame that would fill it is left to the machine, which has to know since when it is full (rule R8).
    window: Window,
    /// The most bytes that the region may have (rule S11).
    room: usize,
    /// How many frames went out, and their bytes.
    frames: u64,
    bytes: u64,
}

impl Lease {
    /// The frame that takes the browser on to `current`; from then on it counts as sent. `None` where the machine has to see to it, by
    /// [`Input::Changed`](super::Input::Changed).
    pub fn pass<'a>(&mut self, current: &'a Arc<Version>) -> Option<&'a [u8]> {
        let frame = current.frame_from(&self.version)?;
        let mut window = self.window;
        window.sent(frame.len());
        if !window.is_open() || current.len() > self.room {
            return None;
        }
        self.window = window;
        self.version = current.clone();
        self.frames += 1;
        self.bytes += frame.len() as u64;
        Some(frame)
    }

    /// Whether the browser has this version.
    pub fn shows(&self, version: &Arc<Version>) -> bool {
        Arc::ptr_eq(&self.version, version)
    }

    /// Whether it has passed on anything of which the machine has to know.
    pub fn is_used(&self) -> bool {
        self.frames > 0
    }
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Leave to pass on the frames of the shared region whose news the browser was sent last, once [`poll`](Self::poll) has given `None`. There is none
    /// while anything else is under way.
    pub fn lease(&self) -> Option<Lease> {
        let first = self.followed.first()?;
        if !self.out.is_empty() || !self.inbox.is_empty() || self.config.broken.is(Rule::R15) {
            return None;
        }
        let (version, room) = self.passable(&first.region)?;
        let window = self.link.as_ref()?.window;
        Some(Lease { version: version.clone(), window, room, frames: 0, bytes: 0 })
    }

    /// What went out by a lease. Nothing else has happened since that was given.
    pub(super) fn on_passed(&mut self, lease: Lease) {
        let (Some(link), Some(first)) = (self.link.as_mut(), self.followed.first()) else { return };
        link.window = lease.window;
        self.regions.set_html(&first.region, Html::Shared(lease.version));
        self.counters.frames += lease.frames;
        self.counters.shared += lease.frames;
        self.counters.bytes += lease.bytes;
    }
}
