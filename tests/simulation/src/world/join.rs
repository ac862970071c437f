//! How a browser comes to its session.

use std::sync::Arc;

use live_core::wire::{BrowserFrame, Hello, Reason};
use live_core::{Admission, Input, SessionId};

use super::{Checked, World};
use crate::browser;
use crate::schedule::What;
use crate::server::{Held, Joined, session_of};
use crate::tally::Happening;

impl World {
    pub(super) fn on_up(&mut self, connection: usize, frame: Vec<u8>) -> Checked {
        let link = &mut self.connections[connection];
        let server = &self.servers[link.server];
        if !server.is_up || server.life != link.life {
            return Ok(());
        }
        match &mut link.joined {
            Joined::Gone => self.tally.note(Happening::Late),
            Joined::Waiting(_, frames) => frames.push(frame),
            Joined::No if server.draining.is_some() => self.close(connection, Reason::Restart),
            Joined::No => {
                link.joined = Joined::Waiting(frame, Vec::new());
                let delay = self.delay();
                self.schedule.after(delay, What::Read { connection });
            }
            Joined::Yes => self.frame(connection, &frame),
        }
        Ok(())
    }

    /// The store has answered: the session is found, restored or mounted, and the connection takes its seat.
    pub(super) fn on_read(&mut self, connection: usize) -> Checked {
        let link = &mut self.connections[connection];
        let (server, tab) = (link.server, link.tab);
        if !self.servers[server].is_up || self.servers[server].life != link.life {
            return Ok(());
        }
        let Joined::Waiting(hello, frames) = std::mem::replace(&mut link.joined, Joined::Yes) else {
            return Ok(());
        };
        let Ok(BrowserFrame::Hello(hello)) = BrowserFrame::decode(&hello) else {
            return Err("no hello".to_owned());
        };
        if let Some(reason) = self.refused(server) {
            self.close(connection, reason);
            return Ok(());
        }
        let (session, resumed) = self.hold(server, tab, &hello)?;
        self.connections[connection].session = session;
        self.attach(connection, server, &hello, resumed);
        self.turn(server, session);
        frames.iter().for_each(|frame| self.frame(connection, frame));
        Ok(())
    }

    /// Why a server takes in nobody just now.
    fn refused(&mut self, server: usize) -> Option<Reason> {
        let now = self.schedule.now;
        let (rate, burst, broken) = (self.plan.rate, self.plan.burst, self.broken);
        let home = &mut self.servers[server];
        if home.draining.is_some() {
            return Some(Reason::Restart);
        }
        let admission = home
            .admission
            .get_or_insert_with(|| Admission::new(rate as u32, burst as u32).with_broken(broken));
        if let Err(wait) = admission.admit(now) {
            self.tally.note(Happening::Unadmitted);
            return Some(Reason::TryLater(wait.as_micros().div_ceil(1000) as u32));
        }
        home.admitted.push(now);
        None
    }

    /// Sees to it that a server has the session that a browser asks for, or a new one. Says whether there was one.
    fn hold(&mut self, server: usize, tab: usize, hello: &Hello<'_>) -> Checked<(SessionId, bool)> {
        let mut session = session_of(hello).ok_or("an odd token")?;
        match self.servers[server].sessions.get(&session) {
            Some(held) if held.live.is_behind(hello) => self.drop_session(server, session),
            Some(_) => {
                self.tally.note(Happening::Resumed);
                return Ok((session, true));
            }
            None => {}
        }
        let (config, now) = (self.config(), self.schedule.now);
        let stored = self.store.get(session).filter(|_| self.plan.durable).cloned();
        let resumed = stored.is_some();
        if !resumed && hello.applied > 0 {
            self.tally.note(Happening::Reset);
            session = self.another_session(tab);
        }
        self.instances += 1;
        let mut held = match stored {
            Some(record) => {
                self.tally.note(Happening::Restored);
                let mut held = Held::restored(self.instances, &self.page, &record, config)?;
                // Nobody has listened meanwhile (rule R15).
                held.follows = held.live.topics().len() > 0;
                let topics: Vec<String> = held.live.topics().map(str::to_owned).collect();
                for topic in topics {
                    self.tally.note(Happening::Missed);
                    held.handle(Input::Missed(&topic), now);
                }
                held
            }
            None => Held::mounted(self.instances, &self.page, session, config, now),
        };
        held.live.lend(Arc::new(self.servers[server].shared.clone()));
        self.servers[server].sessions.insert(session, held);
        Ok((session, resumed))
    }

    fn attach(&mut self, connection: usize, server: usize, hello: &Hello<'_>, resumed: bool) {
        let (now, broken, session) = (self.schedule.now, self.broken, self.connections[connection].session);
        let token = browser::token(session);
        let Some(held) = self.servers[server].sessions.get_mut(&session) else { return };
        let before = (0..self.connections.len()).find(|known| held.seat.is(*known as u64));
        if !held.seat.take(connection as u64, hello.attempt, broken) {
            return self.close(connection, Reason::Replaced);
        }
        held.handle(Input::Connected { hello, token: &token, resumed }, now);
        if let Some(before) = before {
            self.tally.note(Happening::Replaced);
            self.close(before, Reason::Replaced);
        }
    }
}
