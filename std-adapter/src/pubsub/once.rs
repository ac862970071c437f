//! Which messages were published already.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::MessageId;

/// How many messages are remembered.
pub(super) const REMEMBERED: usize = 4096;

/// The last messages of sessions.
#[derive(Default)]
pub(super) struct Once {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    ids: HashSet<MessageId>,
    order: VecDeque<MessageId>,
}

impl Once {
    /// Whether this message is new, as far as is remembered.
    pub(super) fn is_new(&self, id: MessageId) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.ids.insert(id) {
            return false;
        }
        if seen.order.len() == REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.ids.remove(&oldest);
        }
        seen.order.push_back(id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use live_core::SessionId;

    #[test]
    fn a_message_is_new_once_until_it_is_forgotten() {
        let once = Once::default();
        let id = |number| MessageId { session: SessionId::new([1; 16]), number };
        assert!(once.is_new(id(0)) && !once.is_new(id(0)));
        assert!(once.is_new(MessageId { session: SessionId::new([2; 16]), number: 0 }), "another session's");
        (1..REMEMBERED as u64).for_each(|number| assert!(once.is_new(id(number))));
        assert!(!once.is_new(id(9)) && once.is_new(id(0)), "the oldest are forgotten");
    }
}
