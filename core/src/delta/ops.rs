//! The operations of a delta, and the writer that merges and orders them.

use super::varint;
use alloc::vec::Vec;
use core::ops::Range;

pub(super) const COPY: u64 = 0;
pub(super) const INSERT: u64 = 1;
pub(super) const REPLACE: u64 = 2;
pub(super) const COPY_AT: u64 = 3;

/// Turns copies, told in the order of the new HTML, into operations. What no copy covers is added literally.
pub(super) struct Ops<'a> {
    new: &'a [u8],
    out: &'a mut Vec<u8>,
    /// The decoder's offset into the old HTML after what is written.
    cursor: usize,
    /// What is told but not written: bytes of the new HTML, then a copy of `len` bytes `from` the old one.
    literal: Range<usize>,
    from: usize,
    len: usize,
    /// The new HTML is told up to here.
    end: usize,
}

impl<'a> Ops<'a> {
    pub(super) fn new(new: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        Self { new, out, cursor: 0, literal: 0..0, from: 0, len: 0, end: 0 }
    }

    /// How far the new HTML is told.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Bytes of the delta, at the least, with what is told so far.
    pub(super) fn written(&self) -> usize {
        self.out.len() + self.literal.len()
    }

    /// Says that `new[at..at + len]` is `old[from..from + len]`; `at` is at or after [`Self::end`].
    pub(super) fn copy(&mut self, at: usize, from: usize, len: usize) {
        if at == self.end && from == self.from + self.len {
            self.len += len;
        } else {
            self.write(self.len);
            self.literal = self.end..at;
            (self.from, self.len) = (from, len);
        }
        self.end = at + len;
    }

    /// Ends with a copy of the last `suffix` bytes, which the format implies.
    pub(super) fn finish(mut self, old_len: usize, suffix: usize) {
        self.copy(self.new.len() - suffix, old_len - suffix, suffix);
        self.write(0);
    }

    /// Writes the pending literal, then its copy with a length of `len`.
    fn write(&mut self, len: usize) {
        let literal = &self.new[self.literal.clone()];
        let skipped = self.from.saturating_sub(self.cursor);
        let (replaced, inserted) = literal.split_at(skipped.min(literal.len()));
        self.add(REPLACE, replaced);
        self.add(INSERT, inserted);
        self.cursor += replaced.len();
        if self.from != self.cursor {
            self.op(COPY_AT, len);
            varint::write(self.out, varint::zigzag(self.from as i64 - self.cursor as i64));
        } else if len > 0 {
            self.op(COPY, len);
        }
        self.cursor = self.from + len;
    }

    fn add(&mut self, kind: u64, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.op(kind, bytes.len());
            self.out.extend_from_slice(bytes);
        }
    }

    fn op(&mut self, kind: u64, len: usize) {
        varint::write(self.out, (len as u64) << 2 | kind);
    }
}
