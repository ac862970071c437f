//! What waits in a machine, each with its limit: rules R8 and S11.

use super::Machine;
use crate::codec::PageCodec;
use crate::guard::Guard;
use crate::limits::{
    MAX_HELD, MAX_INBOX, MAX_MARKS, MAX_OUTBOX, MAX_PENDING, MAX_TIMERS, MAX_TOPICS, WINDOW_FRAMES,
};
use crate::page::Page;

/// How much of one thing a machine holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// What it is, in words.
    pub what: &'static str,
    /// How many of them.
    pub count: usize,
    /// As many there may be at most, whatever a browser does.
    pub most: usize,
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// What the machine holds beside its state, each with its limit: for metrics, and for tests that show that no browser can exceed them.
    pub fn load(&self) -> [Load; 10] {
        let (link, delivery) = (self.link.as_ref(), &self.delivery);
        // Beside inputs, one note that some were missed, and one that a connection came or went.
        let inbox = MAX_INBOX + 2;
        [
            ("inputs that wait", self.inbox.len(), inbox),
            ("frames in flight", link.map_or(0, |link| link.window.flying()), WINDOW_FRAMES as usize),
            ("regions asked for again", link.map_or(0, |link| link.resync.len()), self.regions.len()),
            ("commands without an acknowledgement", delivery.outbox.len(), MAX_OUTBOX),
            ("refused events remembered", delivery.refused.len(), MAX_PENDING),
            ("effects that wait for a commit", self.commit.held().len(), MAX_HELD),
            ("timers", self.timers.len(), MAX_TIMERS),
            ("topics", self.topics.len(), MAX_TOPICS),
            ("regions marked", self.session.dirty.iter().count(), MAX_MARKS),
            ("bytes of region HTML", self.regions.bytes(), self.config.max_region_bytes),
        ]
        .map(|(what, count, most)| Load { what, count, most })
    }
}
