//! Servers that end in peace, and those who come back to their successors: rules R13 and R14.

use std::time::Duration;

use live_core::limits::DRAIN_WITHIN;
use live_core::wire::Reason;
use live_core::{Admission, Input, Instant, SessionId};

use crate::schedule::What;
use crate::server::{Held, Joined};
use crate::world::{Checked, World};

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
        let (life, wait) = (home.life, Duration::from_millis(self.random.below(SPREAD) as u64));
        home.draining = Some(wait);
        let sessions: Vec<SessionId> = home.sessions.keys().copied().collect();
        self.schedule.after(DRAIN_WITHIN, What::Ended { server, life });
        for session in sessions {
            self.input(server, life, session, Input::Drain { wait });
        }
        self.rest(server)
    }

    /// Lets a draining server end, if there is nothing left to wait for: then nothing that it knows may be without a commit.
    pub(crate) fn rest(&mut self, server: usize) -> Checked {
        let home = &self.servers[server];
        if home.draining.is_none() || !home.sessions.values().all(|held| held.live.is_drained()) {
            return Ok(());
        }
        home.sessions.iter().try_for_each(|(session, held)| self.check_committed(*session, held))?;
        let life = home.life;
        for connection in 0..self.connections.len() {
            let link = &self.connections[connection];
            let waits = matches!(link.joined, Joined::No | Joined::Waiting(..));
            if waits && (link.server, link.life) == (server, life) {
                self.close(connection, Reason::Restart);
            }
        }
        self.servers[server].end();
        let down = Duration::from_millis(self.random.below(SUCCESSION) as u64);
        self.schedule.after(down, What::Start { server });
        Ok(())
    }

    /// Rule R13: what a server that ends knows of a session is in the store, unless another server has gone on with it.
    fn check_committed(&self, session: SessionId, held: &Held) -> Checked {
        if !held.live.is_settled() {
            return Err("a server ended with work that wasn't committed (R13)".to_owned());
        }
        let (Some(stored), true) = (self.store.get(session), self.plan.durable) else { return Ok(()) };
        let own = held.live.record().map_err(|error| error.to_string())?.generation - 1;
        let kept = Held::restored(0, &self.page, stored, self.config())?;
        if stored.generation == own && kept.live.session().state != held.live.session().state {
            return Err("a server ended, and the store has another state (R13)".to_owned());
        }
        Ok(())
    }

    /// Rule R13: a server that was told to end has done so in time.
    pub(crate) fn check_ended(&self, server: usize, life: u64) -> Checked {
        if self.servers[server].life == life {
            return Err(format!("a server didn't end within {DRAIN_WITHIN:?} (R13)"));
        }
        Ok(())
    }

    /// Why a server takes in nobody just now.
    pub(crate) fn refused(&mut self, server: usize) -> Checked<Option<Reason>> {
        let now = self.schedule.now;
        let (rate, burst, broken) = (self.plan.rate, self.plan.burst, self.broken);
        let home = &mut self.servers[server];
        if home.draining.is_some() {
            return Ok(Some(Reason::Restart));
        }
        let admission = home
            .admission
            .get_or_insert_with(|| Admission::new(rate as u32, burst as u32).with_broken(broken));
        if let Err(wait) = admission.admit(now) {
            return Ok(Some(Reason::TryLater(wait.as_micros().div_ceil(1000) as u32)));
        }
        home.admitted.push(now);
        self.check_admitted(&self.servers[server].admitted).map(|()| None)
    }

    /// Rule R14: no window that ends now has more than the burst and the rate.
    fn check_admitted(&self, admitted: &[Instant]) -> Checked {
        for (more, from) in admitted.iter().rev().enumerate() {
            let window = (self.schedule.now - *from).as_micros() as usize;
            let most = self.plan.burst + self.plan.rate * window / 1_000_000;
            if more + 1 > most {
                return Err(format!("{} browsers joined within {window} us, {most} may (R14)", more + 1));
            }
        }
        Ok(())
    }

    /// When a browser whose connection is over tries again.
    pub(crate) fn comes_back(&mut self, tab: usize, reason: Option<Reason>) -> Duration {
        if let Some(Reason::TryLater(wait)) = reason {
            return Duration::from_millis(wait.into());
        }
        let within = self.tabs[tab].away.as_millis() as usize;
        Duration::from_millis(1 + self.random.below(if within > 0 { within } else { 500 }) as u64)
    }
}
