//! One connection: which frames are under way (rule R8).

use alloc::collections::BTreeSet;
use alloc::sync::Arc;

use hashbrown::HashSet;

use crate::limits::{STUCK_AFTER, WINDOW_BYTES, WINDOW_FRAMES};
use crate::region::Outline;
use crate::rules::{Broken, Rule};
use crate::time::Instant;

/// What is under way to a browser.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    sent: u32,
    acked: u32,
    bytes: usize,
    /// Of each frame, at its number modulo the window's length.
    sizes: [usize; WINDOW_FRAMES as usize],
}

/// A connection and its window.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) window: Window,
    full_since: Option<Instant>,
    /// The hashes of what the browser showed when it connected, until the first update has made use of them.
    pub(super) shown: Option<HashSet<[u8; 8]>>,
    /// What the browser has of the regions that a resting machine has dropped.
    pub(super) outline: Option<Outline>,
    /// Regions to send whole, as the browser's copy failed its check.
    pub(super) resync: BTreeSet<Arc<str>>,
    /// The highest command sent.
    pub(super) command: u64,
    /// The title differs from what the browser has.
    pub(super) title: bool,
    broken: Broken,
}

impl Link {
    /// A connection whose browser shows what has these hashes, and has run the commands up to this one.
    pub(super) fn new(hashes: &[u8], command: u64, broken: Broken) -> Self {
        let (hashes, _) = hashes.as_chunks::<8>();
        Self { shown: Some(hashes.iter().copied().collect()), command, broken, ..Self::default() }
    }

    /// Whether the next frame depends on the regions, even where none has changed.
    pub(super) fn wants_regions(&self) -> bool {
        self.shown.is_some() || !self.resync.is_empty()
    }

    /// Whether another frame may start.
    pub(super) fn is_open(&self) -> bool {
        self.window.is_open() || self.broken.is(Rule::R8)
    }

    pub(super) fn sent(&mut self, bytes: usize, now: Instant) {
        self.window.sent(bytes);
        if !self.is_open() {
            self.full_since.get_or_insert(now);
        }
    }

    /// The browser has received this many frames. `false` if that is more than were sent. A number of before is no news.
    pub(super) fn acknowledge(&mut self, received: u32, now: Instant) -> bool {
        if !self.window.has_sent(received) {
            return false;
        }
        if self.window.acknowledge(received) {
            self.full_since = (!self.is_open()).then_some(now);
        }
        true
    }

    /// When the browser counts as stuck.
    pub(super) fn stuck_at(&self) -> Option<Instant> {
        self.full_since.map(|since| since + STUCK_AFTER)
    }
}

impl Window {
    pub(super) fn is_open(&self) -> bool {
        self.flying() < WINDOW_FRAMES as usize && self.bytes < WINDOW_BYTES
    }

    /// How many frames are under way.
    pub(super) fn flying(&self) -> usize {
        (self.sent - self.acked) as usize
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.sizes[place(self.sent)] = bytes;
        self.sent += 1;
        self.bytes += bytes;
    }

    /// Whether so many frames were sent.
    fn has_sent(&self, frames: u32) -> bool {
        frames <= self.sent
    }

    /// Whether that is news.
    fn acknowledge(&mut self, received: u32) -> bool {
        let news = received > self.acked;
        while self.acked < received {
            // Without rule R8 the sizes of more frames than there is place for are lost.
            self.bytes = self.bytes.saturating_sub(self.sizes[place(self.acked)]);
            self.acked += 1;
        }
        news
    }
}

fn place(frame: u32) -> usize {
    (frame % WINDOW_FRAMES) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(0);

    #[test]
    fn four_frames_fill_the_window() {
        let mut link = Link::default();
        for _ in 0..WINDOW_FRAMES {
            assert!(link.is_open());
            link.sent(10, NOW);
        }
        assert!(!link.is_open());
        assert_eq!(link.stuck_at(), Some(NOW + STUCK_AFTER));
        assert!(link.acknowledge(1, NOW) && link.is_open() && link.stuck_at().is_none());
        assert!(link.acknowledge(1, NOW), "repeated");
        assert!(!link.acknowledge(5, NOW), "never sent");
    }

    #[test]
    fn bytes_fill_it_too_and_one_frame_may_exceed_it() {
        let mut link = Link::default();
        link.sent(WINDOW_BYTES - 1, NOW);
        assert!(link.is_open());
        link.sent(WINDOW_BYTES, NOW);
        assert!(!link.is_open());
        assert!(link.acknowledge(2, NOW) && link.is_open());
    }
}
