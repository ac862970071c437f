//! What a driver may ask a machine about work that isn't done yet.

use super::Machine;
use crate::command::Redirect;
use crate::effect::Effect;
use crate::guard::Guard;
use crate::page::Page;

impl<P: Page, C, G: Guard> Machine<P, C, G> {
    /// Where page code wants the browser to be, if it has asked for that since the session was mounted or restored, by
    /// a pushed [`Redirect`] or by one that it returned as an error, and no browser has acknowledged it; the last of
    /// several, as in a browser. A driver answers a request for a page by it, instead of the page.
    pub fn redirect(&self) -> Option<&Redirect> {
        self.delivery.redirect()
    }

    /// How many tasks page code has asked for that wait for a commit, or without a store for the next
    /// [`poll`](Self::poll).
    pub fn held_tasks(&self) -> usize {
        self.commit.held().iter().filter(|effect| matches!(effect, Effect::Spawn(_))).count()
    }

    /// Whether inputs or tasks wait for a commit: page code will run as soon as that is done, without anything else
    /// that happens.
    pub fn is_waiting(&self) -> bool {
        !self.inbox.is_empty() || self.held_tasks() > 0
    }
}
