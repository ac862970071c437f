//! The server's half: old and new HTML give the delta.

use super::ops::Ops;
use super::{Common, common, index::Index, token, varint};
use alloc::vec::Vec;
use core::ops::Range;

/// A new middle below this is added without looking for anything in it.
const SHORT: usize = 12;
/// A match of this many bytes is taken without looking for a longer one.
const LONG: usize = 64;
/// What follows a changed value must match this far for old and new to be in step again.
const IN_STEP: usize = 32;
/// The least bytes that are worth a copy from the expected place, and from elsewhere.
const NEAR: usize = 4;
const FAR: usize = 8;
/// How many tokens ahead a match is looked for.
const AHEAD: usize = 6;
/// How far around the change the old HTML is indexed.
const WINDOW: usize = 4096;
/// How many matches may be looked for by one delta, which bounds its time.
const SEARCHES: usize = 4096;

/// A delta's integers hold lengths and distances of HTML shorter than this.
const TOO_LONG: usize = 1 << 26;

/// Encodes deltas. Its scratch memory is kept, so that a used encoder allocates nothing; one a worker serves all
/// sessions.
#[derive(Debug, Default)]
pub struct Encoder {
    index: Index,
}

impl Encoder {
    /// An encoder without scratch memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to `out` the delta that turns `old` into `new`, with `hint` as the place in `new` to narrow to.
    /// Returns false, and leaves `out` as it was, where that would be no smaller than `new`, or one of them has 64 MB or more.
    pub fn encode(&mut self, old: &[u8], new: &[u8], hint: Option<Range<usize>>, out: &mut Vec<u8>) -> bool {
        self.encode_between(Common::of(old, new), old, new, hint, out)
    }

    /// [`Self::encode`] for a caller that has compared old and new already.
    pub fn encode_between(
        &mut self,
        common: Common,
        old: &[u8],
        new: &[u8],
        hint: Option<Range<usize>>,
        out: &mut Vec<u8>,
    ) -> bool {
        if old.len().max(new.len()) >= TOO_LONG {
            return false;
        }
        let start = out.len();
        let limit = start + new.len();
        write_hint(hint, out);
        self.index.clear();
        let mut walk = Walk {
            old,
            new: &new[..new.len() - common.suffix],
            old_end: old.len() - common.suffix,
            prefix: common.prefix,
            index: &mut self.index,
            searches: SEARCHES,
            ops: Ops::new(new, out),
        };
        walk.ops.copy(0, 0, common.prefix);
        if new.len() - common.suffix - common.prefix >= SHORT {
            walk.run(limit);
        }
        walk.ops.finish(old.len(), common.suffix);
        if out.len() < limit {
            return true;
        }
        out.truncate(start);
        false
    }
}

fn write_hint(hint: Option<Range<usize>>, out: &mut Vec<u8>) {
    match hint {
        None => out.push(0),
        Some(range) => {
            varint::write(out, range.start as u64 + 1);
            varint::write(out, range.len() as u64);
        }
    }
}

/// One walk over the changed middle of the new HTML.
struct Walk<'a> {
    old: &'a [u8],
    /// Without the common suffix.
    new: &'a [u8],
    old_end: usize,
    prefix: usize,
    index: &'a mut Index,
    searches: usize,
    ops: Ops<'a>,
}

/// `new[at..at + len]` is `old[from..from + len]`.
#[derive(Clone, Copy)]
struct Match {
    at: usize,
    from: usize,
    len: usize,
}

impl Walk<'_> {
    /// Goes on until the middle ends, or the delta has grown to `limit` bytes.
    fn run(&mut self, limit: usize) {
        let (mut at, mut from) = (self.prefix, self.prefix);
        while at < self.new.len() && self.ops.written() < limit {
            (at, from) = self.step(at, from);
        }
    }

    /// Tells the next piece of the new HTML from `at`, where `from` is the expected place in the old one; returns both
    /// places after it.
    fn step(&mut self, at: usize, from: usize) -> (usize, usize) {
        let aligned = Match { at, from, len: self.matching(at, from) };
        if aligned.len >= LONG || at + aligned.len == self.new.len() {
            return self.take(aligned);
        }
        if let Some(resumed) = self.value_changed(aligned) {
            self.take_near(aligned);
            return self.take(resumed);
        }
        if let Some(found) = self.search(at).filter(|found| found.len > aligned.len + NEAR) {
            return self.take(found);
        }
        self.take_near(aligned);
        let (at, from) = (at + aligned.len, from + aligned.len);
        (token::next(self.new, at + 1), token::next(self.old, self.old.len().min(from + 1)))
    }

    fn take(&mut self, found: Match) -> (usize, usize) {
        self.ops.copy(found.at, found.from, found.len);
        (found.at + found.len, found.from + found.len)
    }

    /// Takes a match at the expected place, unless it is too short to interrupt a literal for.
    fn take_near(&mut self, aligned: Match) {
        if aligned.len >= NEAR || aligned.len > 0 && self.ops.end() == aligned.at {
            self.take(aligned);
        }
    }

    /// Where old and new go on together after the value that follows `aligned`, if that is all that differs here.
    fn value_changed(&self, aligned: Match) -> Option<Match> {
        let (changed, was) = (aligned.at + aligned.len, aligned.from + aligned.len);
        let (at, from) = (token::value_end(self.new, changed), token::value_end(self.old, was));
        let len = self.matching(at, from);
        let in_step = len >= IN_STEP || at + len == self.new.len() && from + len == self.old_end;
        let back = common::suffix(&self.new[changed..at], &self.old[was..from]);
        in_step.then_some(Match { at: at - back, from: from - back, len: back + len })
    }

    /// The longest match in the old HTML for what starts at `at` or a few tokens later.
    fn search(&mut self, at: usize) -> Option<Match> {
        self.searches = self.searches.checked_sub(1)?;
        if self.index.is_empty() {
            let end = self.old.len().min(self.old_end + WINDOW);
            self.index.build(self.old, self.prefix.saturating_sub(WINDOW)..end);
        }
        let mut best = Match { at, from: 0, len: FAR - 1 };
        let mut start = token::previous(self.new, at);
        for _ in 0..AHEAD {
            if best.len >= LONG || start >= self.new.len() {
                break;
            }
            best = self.longest(start, at, best);
            start = token::next(self.new, start + 1);
        }
        (best.len >= FAR).then_some(best)
    }

    /// The longest match around the token at `start`, cut to what is from `at` on, if longer than `best`.
    fn longest(&self, start: usize, at: usize, mut best: Match) -> Match {
        let Some(hash) = token::anchor(self.new, start) else { return best };
        for place in self.index.places(hash) {
            let after = self.matching(start, place);
            let before = common::suffix(&self.new[at.min(start)..start], &self.old[..place]);
            let found_at = at.max(start - before);
            let len = (start + after).saturating_sub(found_at);
            if len > best.len {
                best = Match { at: found_at, from: place + found_at - start, len };
            }
        }
        best
    }

    /// How far the new HTML at `at` equals the old one at `from`.
    fn matching(&self, at: usize, from: usize) -> usize {
        common::prefix(&self.new[at..], &self.old[from..])
    }
}
