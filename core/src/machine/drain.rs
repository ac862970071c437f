//! The end of a server: commit, then close (rule R13).

use super::{Machine, Output};
use crate::codec::PageCodec;
use crate::guard::Guard;
use crate::limits::MAX_AWAY;
use crate::page::Page;
use crate::rules::Rule;
use crate::time::Duration;
use crate::wire::{Reason, ServerFrame};

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Whether everything that the session has done is committed, and what it asked for by then is put out.
    pub fn is_settled(&self) -> bool {
        self.commit.is_settled() && self.inbox.is_empty() && self.out.is_empty()
    }

    /// Whether an [`Input::Drain`](super::Input::Drain) has been carried out: the connection is closed and all is committed. Such a machine may be
    /// dropped.
    pub fn is_drained(&self) -> bool {
        let settled = self.is_settled() || self.config.broken.is(Rule::R13);
        self.draining && self.link.is_none() && settled
    }

    /// Whether events, messages and timers still count. If not, they are the next server's: the browser sends again what isn't acknowledged,
    /// timers are in the record, and who followed a topic is told that messages were missed.
    pub(super) fn takes_in(&self) -> bool {
        !self.draining
    }

    pub(super) fn on_drain(&mut self, wait: Duration) {
        if core::mem::replace(&mut self.draining, true) {
            return;
        }
        if self.link.is_some() && !wait.is_zero() {
            let wait = u64::try_from(wait.min(MAX_AWAY).as_millis()).unwrap_or(u64::MAX);
            self.out.push_back(Output::Transmit(ServerFrame::Away { wait }.encode()));
        }
        if self.config.broken.is(Rule::R13) {
            self.close(Reason::Restart);
        }
    }

    /// Closes the connection of a session that has come to its end here.
    pub(super) fn end(&mut self) -> Option<Output<P::Message>> {
        if self.draining && self.is_settled() {
            self.close(Reason::Restart);
        }
        self.out.pop_front()
    }
}
