//! Where in the old HTML each token occurs.

use super::token;
use alloc::vec::Vec;
use core::ops::Range;

/// How many places of one token are tried.
const PROBES: usize = 24;

/// Token starts of the old HTML by the hash of what follows them: chains in one vector, the last place first. Its
/// memory is kept from one delta to the next.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The newest entry of each chain plus one, 0 for none; a power of two of them.
    heads: Vec<u32>,
    /// The place in the old HTML, and the next entry plus one.
    entries: Vec<(u32, u32)>,
}

impl Index {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.heads.clear();
        self.entries.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Takes up the token starts of `old[range]`.
    pub(super) fn build(&mut self, old: &[u8], range: Range<usize>) {
        self.heads.resize((range.len() / 4).next_power_of_two(), 0);
        let starts = |at: &usize| token::starts(old, *at);
        // Counted first, since a list that doubles as it grows would have three times their memory at its peak.
        self.entries.reserve_exact(range.clone().filter(starts).count());
        for at in range.filter(starts) {
            let Some(hash) = token::anchor(old, at) else { break };
            let slot = self.slot(hash);
            self.entries.push((at as u32, self.heads[slot]));
            self.heads[slot] = self.entries.len() as u32;
        }
    }

    /// The places where a token with this hash may start.
    pub(super) fn places(&self, hash: u32) -> impl Iterator<Item = usize> {
        let mut entry = self.heads[self.slot(hash)];
        core::iter::from_fn(move || {
            let (at, next) = *self.entries.get((entry as usize).checked_sub(1)?)?;
            entry = next;
            Some(at as usize)
        })
        .take(PROBES)
    }

    fn slot(&self, hash: u32) -> usize {
        hash as usize & (self.heads.len() - 1)
    }
}
