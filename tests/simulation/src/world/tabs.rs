//! Browsers and their links.

use std::time::Duration;

use live_core::limits::MAX_PENDING;
use live_core::wire::Reason;

use super::{Checked, World};
use crate::browser::{self, Tab};
use crate::plan::Roams;
use crate::schedule::What;
use crate::server::{Connection, response};
use crate::tally::Happening;

impl World {
    /// A tab opens the page.
    pub(super) fn open(&mut self, greedy: bool) -> usize {
        let tab = self.tabs.len();
        self.tabs.push(Tab::new(tab, &response(self.page.clone()), greedy, self.broken));
        tab
    }

    pub(crate) fn act(&mut self, tab: usize, kind: &str) {
        let browser = &mut self.tabs[tab];
        if browser.client.pending() >= MAX_PENDING {
            return;
        }
        let action = browser.act(kind);
        let frame = browser.client.send(action);
        if browser.welcomed {
            self.up(tab, frame);
        }
    }

    pub(crate) fn connect(&mut self, tab: usize) {
        let browser = &self.tabs[tab];
        if browser.connection.is_some() || browser.ended {
            return;
        }
        let (session, now) = (browser.session, self.schedule.now);
        let server = self.server_for(tab);
        let (connection, life) = (self.connections.len(), self.servers[server].life);
        self.connections.push(Connection::new(tab, server, life, session, now));
        let browser = &mut self.tabs[tab];
        (browser.connection, browser.welcomed, browser.up_at) = (Some(connection), false, now);
        browser.away = Duration::ZERO;
        if self.servers[server].is_up {
            let hello = browser.client.hello();
            self.up(tab, hello);
        } else {
            self.lose(connection);
        }
    }

    fn server_for(&mut self, tab: usize) -> usize {
        match self.plan.roams {
            Roams::Freely => self.random.below(2),
            Roams::Never => 0,
            Roams::Always => self.connections.iter().filter(|link| link.tab == tab).count() % 2,
        }
    }

    /// Sends a frame on the tab's connection. Frames of one connection stay in order; those of an earlier one may come later.
    pub(super) fn up(&mut self, tab: usize, frame: Vec<u8>) {
        let at = self.schedule.now + self.delay();
        let browser = &mut self.tabs[tab];
        let Some(connection) = browser.connection else { return };
        browser.up_at = browser.up_at.max(at);
        self.schedule.at(browser.up_at, What::Up { connection, frame });
    }

    pub(super) fn on_down(&mut self, connection: usize, frame: &[u8]) -> Checked {
        let tab = self.connections[connection].tab;
        let browser = &mut self.tabs[tab];
        if browser.connection != Some(connection) || browser.ignores(frame) {
            return Ok(());
        }
        let (was_welcomed, known) = (browser.welcomed, browser.client.applied());
        match browser.client.receive(frame) {
            Ok(heard) => browser.hear(heard, known)?,
            // A spoilt copy may show in a whole region's parent: the browser connects again.
            Err(_) => {
                self.lose(connection);
                return Ok(());
            }
        }
        let mut frames = Vec::new();
        if browser.welcomed && !was_welcomed {
            browser.session = self.connections[connection].session;
            frames = browser.client.resend();
        }
        if !browser.greedy {
            frames.extend(std::iter::from_fn(|| browser.client.reply()));
        }
        frames.into_iter().for_each(|frame| self.up(tab, frame));
        Ok(())
    }

    /// The network loses a connection: the browser knows soon, the server at some time.
    pub(crate) fn cut(&mut self, tab: usize) {
        match self.tabs[tab].connection {
            Some(connection) => {
                self.tally.note(Happening::Cut);
                self.lose(connection);
            }
            None => self.connect(tab),
        }
    }

    pub(super) fn lose(&mut self, connection: usize) {
        self.schedule.after(Duration::ZERO, What::Closed { connection, reason: None });
        let later = Duration::from_millis(self.random.below(5000) as u64);
        self.schedule.after(later, What::Lost { connection });
    }

    /// The tab loads its page anew, and goes on with its session and with what waits (rule R9).
    pub(crate) fn reload(&mut self, tab: usize) {
        if self.calm || self.tabs[tab].ended {
            return;
        }
        self.tally.note(Happening::Reload);
        if let Some(connection) = self.tabs[tab].connection {
            self.connections[connection].is_open = false;
            let soon = self.delay();
            self.schedule.after(soon, What::Lost { connection });
        }
        let page = response(self.page.clone());
        self.tabs[tab].reload(&page);
        self.connect(tab);
    }

    /// Another tab with the same page: it has a session and a queue of its own, whatever it copied.
    pub(super) fn duplicate(&mut self, tab: usize) {
        if self.calm || self.tabs[tab].greedy {
            return;
        }
        self.tally.note(Happening::Duplicate);
        let tab = self.open(false);
        self.connect(tab);
        for _ in 0..self.plan.acts / 2 {
            self.sometime(What::Act { tab });
        }
    }

    pub(crate) fn spoil(&mut self, tab: usize) {
        self.tally.note(Happening::Spoil);
        self.tabs[tab].spoilt += 1;
        self.tabs[tab].client.spoil("last");
    }

    /// A browser's connection is over: it comes back by itself, unless it was told not to.
    pub(super) fn on_closed(&mut self, connection: usize, reason: Option<Reason>) {
        let link = &mut self.connections[connection];
        link.is_open = false;
        let tab = link.tab;
        if self.tabs[tab].connection != Some(connection) {
            return;
        }
        let browser = &mut self.tabs[tab];
        (browser.connection, browser.welcomed) = (None, false);
        browser.ended |= matches!(reason, Some(Reason::Replaced | Reason::Ended));
        let back = self.comes_back(tab, reason);
        self.schedule.after(back, What::Connect { tab });
    }

    /// When a browser whose connection is over tries again.
    fn comes_back(&mut self, tab: usize, reason: Option<Reason>) -> Duration {
        if let Some(Reason::TryLater(wait)) = reason {
            return Duration::from_millis(wait.into());
        }
        let within = self.tabs[tab].away.as_millis() as usize;
        Duration::from_millis(1 + self.random.below(if within > 0 { within } else { 500 }) as u64)
    }

    /// What a tab's session is called, when it is mounted anew.
    pub(super) fn another_session(&mut self, tab: usize) -> live_core::SessionId {
        self.mounted += 1;
        browser::session(tab, self.mounted)
    }
}
