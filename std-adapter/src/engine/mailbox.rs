//! What waits for a session.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use atomic_waker::AtomicWaker;
use live_core::Record;
use live_core::limits::MAX_INBOX;

use super::live::Parcel;
use super::runtime::discard;
use crate::store::StoreError;

/// One thing that waits.
pub(crate) enum Mail {
    /// A message for `info`.
    Message(Parcel),
    /// What this shared region shows may have changed.
    Changed(Arc<str>),
    /// Messages of this topic found no room.
    Missed(Arc<str>),
    /// What the store said to a commit.
    Stored { generation: u64, result: Result<(), StoreError> },
    /// What it said to a question for the record.
    Fetched(Result<Option<Record>, StoreError>),
    /// Nothing has happened for a while.
    Idle(Leave),
}

/// What of an idle session leaves memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leave {
    /// Its HTML.
    Html,
    /// Its state, too.
    State,
}

impl Mail {
    /// The store's, for which a session may wait.
    fn is_answer(&self) -> bool {
        matches!(self, Self::Stored { .. } | Self::Fetched(_))
    }
}

/// A list that takes [`MAX_INBOX`] messages from the bus; past it a topic counts as missed. Empty it holds no memory.
#[derive(Default)]
pub(crate) struct Mailbox {
    inbox: Mutex<Inbox>,
    waker: AtomicWaker,
}

#[derive(Default)]
struct Inbox {
    mail: VecDeque<Mail>,
    missed: Vec<Arc<str>>,
    changed: Vec<Arc<str>>,
    idle: Option<Leave>,
}

impl Mailbox {
    /// Leaves a message from the bus, if there is room.
    pub(crate) fn deliver(&self, topic: &Arc<str>, message: &Arc<[u8]>) {
        let mut inbox = self.lock();
        if inbox.missed.contains(topic) {
            return;
        }
        if inbox.mail.len() < MAX_INBOX {
            inbox.mail.push_back(Mail::Message(Parcel::Bytes(message.clone())));
        } else {
            inbox.missed.push(topic.clone());
            inbox.mail.push_back(Mail::Missed(topic.clone()));
        }
        drop(inbox);
        self.wake();
    }

    /// What this shared region shows may have changed: one note of it is enough. Wakes nobody.
    pub(crate) fn changed(&self, region: &Arc<str>) {
        let mut inbox = self.lock();
        if !inbox.changed.contains(region) {
            inbox.changed.push(region.clone());
        }
    }

    /// Leaves what the session itself has asked for: it always finds room.
    pub(crate) fn put(&self, mail: Mail) {
        self.push(mail);
        self.wake();
    }

    /// The same, for whoever wakes the session afterwards.
    pub(crate) fn push(&self, mail: Mail) {
        self.lock().mail.push_back(mail);
    }

    /// Nothing has happened to the session for a while: one note of it is enough.
    pub(crate) fn idle(&self, leave: Leave) {
        self.lock().idle = Some(leave);
        self.wake();
    }

    /// How much there is to take.
    pub(crate) fn len(&self) -> usize {
        let inbox = self.lock();
        inbox.mail.len() + inbox.changed.len() + usize::from(inbox.idle.is_some())
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The session has ended, and reads nothing any more.
    pub(crate) fn clear(&self) {
        let inbox = std::mem::take(&mut *self.lock());
        inbox.mail.into_iter().for_each(discard);
    }

    /// Whether there is anything to take.
    pub(crate) fn has_any(&self, has_room: bool) -> bool {
        if has_room { !self.is_empty() } else { self.lock().mail.iter().any(Mail::is_answer) }
    }

    /// The oldest; notes of changes at the end, when they tell the most, and that nothing happens when nothing does. For a session that has no room while it
    /// waits for its store, the store's answer: what its tasks have brought would be lost.
    pub(crate) fn take(&self, has_room: bool) -> Option<Mail> {
        let mut inbox = self.lock();
        if !has_room {
            let answer = inbox.mail.iter().position(Mail::is_answer)?;
            return inbox.mail.remove(answer);
        }
        let Some(mail) = inbox.mail.pop_front() else {
            let changed = inbox.changed.pop().map(Mail::Changed);
            return changed.or_else(|| inbox.idle.take().map(Mail::Idle));
        };
        if let Mail::Missed(topic) = &mail {
            inbox.missed.retain(|t| t != topic);
        }
        if inbox.mail.is_empty() && inbox.changed.is_empty() && inbox.idle.is_none() {
            *inbox = Inbox::default();
        }
        Some(mail)
    }

    /// Wakes this one from now on, and no other.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Wakes whoever is registered.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_limit_a_topic_is_missed_once_and_in_its_place() {
        let mailbox = Mailbox::default();
        let (a, b, bytes): (Arc<str>, Arc<str>, Arc<[u8]>) = ("a".into(), "b".into(), [0][..].into());
        for _ in 0..MAX_INBOX + 3 {
            mailbox.deliver(&a, &bytes);
        }
        mailbox.deliver(&b, &bytes);
        let taken: Vec<_> = std::iter::from_fn(|| mailbox.take(true)).collect();
        assert_eq!(taken.len(), MAX_INBOX + 2);
        assert!(matches!(&taken[MAX_INBOX], Mail::Missed(topic) if **topic == *"a"));
        assert!(matches!(&taken[MAX_INBOX + 1], Mail::Missed(topic) if **topic == *"b"));
        mailbox.deliver(&a, &bytes);
        assert!(matches!(mailbox.take(true), Some(Mail::Message(_))));
    }
}
