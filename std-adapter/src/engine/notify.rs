//! What dev mode tells every browser.

use std::sync::{Mutex, MutexGuard, PoisonError};

use live_core::wire::{NoticeLevel, ServerFrame};

use super::Engine;

/// The last notice to all, for those that come later, too.
#[derive(Default)]
pub(super) struct Bulletin(Mutex<Posted>);

#[derive(Default)]
struct Posted {
    number: u64,
    frame: Vec<u8>,
}

impl Engine {
    /// In dev mode tells every browser something, in its console and, where it is an error, on its page: the compiler's errors, say.
    /// Browsers that connect later are told, too. The next call takes the place of this one.
    pub fn notify(&self, level: NoticeLevel, text: &str) {
        if !self.options.dev {
            return;
        }
        let mut posted = self.bulletin.lock();
        posted.number += 1;
        posted.frame = ServerFrame::Notice { level, text }.encode();
        drop(posted);
        self.alarms.ring_all();
    }

    /// The notice, for a connection that has seen those up to the number `seen`.
    pub(super) fn news(&self, seen: &mut u64) -> Option<Vec<u8>> {
        if !self.options.dev {
            return None;
        }
        let posted = self.bulletin.lock();
        let is_new = std::mem::replace(seen, posted.number) != posted.number;
        is_new.then(|| posted.frame.clone())
    }
}

impl Bulletin {
    fn lock(&self) -> MutexGuard<'_, Posted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
