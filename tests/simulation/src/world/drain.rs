//! Servers that end in peace: rule R13.

use std::time::Duration;

use live_core::limits::DRAIN_WITHIN;
use live_core::wire::Reason;
use live_core::{Input, SessionId};

use super::{Checked, World};
use crate::schedule::What;
use crate::server::{Held, Joined};
use crate::tally::Happening;

/// The longest time, in milliseconds, over which the browsers of a server that ends come back.
const SPREAD: usize = 3000;

/// How long a successor takes to come up, in milliseconds.
const SUCCESSION: usize = 500;

impl World {
    /// A server is told to end.
    pub(crate) fn drain(&mut self, server: usize) -> Checked {
        let home = &mut self.servers[server];
        if !home.is_up || home.draining.is_some() || self.calm {
            return Ok(());
        }
        self.tally.note(Happening::Drain);
        let (life, wait) = (home.life, Duration::from_millis(self.random.below(SPREAD) as u64));
        home.draining = Some(self.schedule.now);
        let sessions: Vec<SessionId> = home.sessions.keys().copied().collect();
        self.schedule.after(DRAIN_WITHIN, What::Deadline);
        for session in sessions {
            self.input(server, life, session, Input::Drain { wait });
        }
        self.rest(server)
    }

    /// Lets a draining server end, if there is nothing left to wait for.
    pub(super) fn rest(&mut self, server: usize) -> Checked {
        let home = &self.servers[server];
        if home.draining.is_none() || !home.sessions.values().all(|held| held.live.is_drained()) {
            return Ok(());
        }
        let mut left = None;
        for (session, held) in &home.sessions {
            left = left.or(self.left(*session, held)?);
        }
        let life = home.life;
        for connection in 0..self.connections.len() {
            let link = &self.connections[connection];
            let waits = matches!(link.joined, Joined::No | Joined::Waiting(..));
            if waits && (link.server, link.life) == (server, life) {
                self.close(connection, Reason::Restart);
            }
        }
        let home = &mut self.servers[server];
        home.lost = home.lost.take().or(left);
        home.end();
        let down = Duration::from_millis(self.random.below(SUCCESSION) as u64);
        self.schedule.after(down, What::Start { server });
        Ok(())
    }

    /// What a server that ends knows of a session and the store doesn't, unless another server has gone on with it.
    fn left(&self, session: SessionId, held: &Held) -> Checked<Option<String>> {
        if !held.live.is_settled() {
            return Ok(Some("a server ended with work that wasn't committed".to_owned()));
        }
        if !self.plan.durable || held.live.is_asleep() {
            return Ok(None);
        }
        let Some(stored) = self.store.get(session) else { return Ok(None) };
        let own = held.live.record().map_err(|error| error.to_string())?.generation - 1;
        let kept = Held::restored(0, &self.page, stored, self.config())?;
        let same = stored.generation != own || kept.live.session().state == held.live.session().state;
        Ok((!same).then(|| "a server ended, and the store has another state".to_owned()))
    }
}
