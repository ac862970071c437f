//! Commits that failed, of which nobody knows whether the file has them.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use live_core::SessionId;

use super::MAX_WAITING;
use super::queue::Change;

/// The generations in doubt, by session. They are this store's own, so trying them again is no theft: they may be written over.
/// Of more than [`MAX_WAITING`] sessions the rest is not noted; what they try again is fenced, should the file have it.
#[derive(Default)]
pub(super) struct Doubts(HashMap<SessionId, RangeInclusive<u64>>);

impl Doubts {
    /// A transaction with these changes failed.
    pub(super) fn add<'a>(&mut self, changes: impl Iterator<Item = &'a Change>) {
        for change in changes {
            let Change::Commit { next, .. } = change else { continue };
            if self.0.len() < MAX_WAITING || self.0.contains_key(&next.id) {
                let own = self.0.entry(next.id).or_insert(next.generation..=next.generation);
                *own = next.generation.min(*own.start())..=next.generation.max(*own.end());
            }
        }
    }

    /// Whether what is `there` may be this session's failed commit, and `next` that commit once more.
    pub(super) fn own(&self, id: SessionId, there: Option<u64>, next: u64) -> bool {
        let Some(own) = self.0.get(&id) else { return false };
        own.contains(&next) && there.is_some_and(|there| there >= next && own.contains(&there))
    }

    /// It is known again what the file has of this session.
    pub(super) fn settle(&mut self, id: SessionId) {
        self.0.remove(&id);
    }

    /// Another process may have written meanwhile.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
