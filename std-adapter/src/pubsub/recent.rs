//! Which topics were published on lately.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many publications are remembered.
const KEPT: usize = 256;

/// The topics of the last publications, as hashes.
pub(super) struct Recent {
    hasher: RandomState,
    count: AtomicU64,
    topics: [AtomicU64; KEPT],
}

impl Recent {
    /// Remembers a publication. To be called before it is delivered.
    pub(super) fn add(&self, topic: &str) {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        self.place(number).store(self.hasher.hash_one(topic), Ordering::SeqCst);
    }

    /// How many there have been.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Whether the topic was among those after the first `mark`; yes where that isn't remembered.
    pub(super) fn has(&self, mark: u64, topic: &str) -> bool {
        let (count, hash) = (self.count(), self.hasher.hash_one(topic));
        count - mark >= KEPT as u64 || (mark..count).any(|n| self.place(n).load(Ordering::SeqCst) == hash)
    }

    fn place(&self, number: u64) -> &AtomicU64 {
        &self.topics[(number % KEPT as u64) as usize]
    }
}

impl Default for Recent {
    fn default() -> Self {
        let topics = [const { AtomicU64::new(0) }; KEPT];
        Self { hasher: RandomState::new(), count: AtomicU64::new(0), topics }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_published_after_the_mark_is_known() {
        let recent = Recent::default();
        recent.add("a");
        let mark = recent.count();
        assert!(!recent.has(mark, "a") && recent.has(0, "a"));
        recent.add("b");
        assert!(!recent.has(mark, "a") && recent.has(mark, "b"));
        (0..KEPT).for_each(|_| recent.add("c"));
        assert!(recent.has(mark, "a"), "forgotten counts as yes");
    }
}
