//! The buffers that rendering and writing use over and over.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::delta::Encoder;

/// The most bytes that a buffer keeps where a session has its own.
const OWN: usize = 256;

/// Buffers that a machine uses while it is polled, and that are empty in between. One made on demand keeps little, as every session has it. A driver may have one
/// of its own for each worker, which stays in the processor's cache, and [lend](super::Machine::swap_scratch) it to the machine that is polled.
pub struct Scratch {
    /// Of a region of before.
    pub(super) html: String,
    pub(super) deltas: Vec<u8>,
    /// Of a frame that was sent.
    frame: Vec<u8>,
    pub(super) encoder: Encoder,
    most: usize,
}

impl Scratch {
    /// Buffers that keep up to `most` bytes each.
    pub fn new(most: usize) -> Self {
        let (html, deltas, frame, encoder) = Default::default();
        Self { html, deltas, frame, encoder, most }
    }

    /// Takes back the buffer of a frame that was sent, for the next one.
    pub fn recycle(&mut self, frame: Vec<u8>) {
        keep(&mut self.frame, frame, self.most);
    }

    pub(super) fn take_frame(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.frame)
    }

    pub(super) fn keep_deltas(&mut self, deltas: Vec<u8>) {
        keep(&mut self.deltas, deltas, self.most);
    }

    pub(super) fn keep_html(&mut self, mut html: String) {
        if html.capacity() <= self.most {
            html.clear();
            self.html = html;
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new(OWN)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("most", &self.most).finish_non_exhaustive()
    }
}

fn keep(place: &mut Vec<u8>, mut buffer: Vec<u8>, most: usize) {
    if buffer.capacity() <= most {
        buffer.clear();
        *place = buffer;
    }
}
