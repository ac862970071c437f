//! The store's part.

use live_core::{CommitError, Input, Record, SessionId};

use super::{Checked, World};
use crate::schedule::What;
use crate::server::Held;
use crate::store::{Fault, Store};
use crate::tally::Happening;

impl World {
    /// How the next write will go.
    pub(super) fn fault(&mut self) -> Fault {
        if self.calm || self.plan.store_faults == 0 || !self.random.one_in(self.plan.store_faults) {
            return Fault::None;
        }
        if self.random.one_in(2) { Fault::Refused } else { Fault::Unsure }
    }

    /// A write that was asked for may happen even if its server is gone by then.
    pub(super) fn write(&mut self, server: usize, instance: u64, record: Record, fault: Fault) -> Checked {
        if !self.is_held(server, instance, record.id) && self.random.one_in(2) {
            return Ok(());
        }
        self.commit(server, instance, record, fault)
    }

    pub(crate) fn commit(&mut self, server: usize, instance: u64, record: Record, fault: Fault) -> Checked {
        let (session, generation) = (record.id, record.generation);
        let applied = Held::restored(0, &self.page, &record, self.config())?.live.applied();
        let broken = self.broken;
        let result = self.store_of(server).commit(record, applied, fault, broken);
        match (fault, result) {
            (Fault::Refused, _) => self.tally.note(Happening::Refused),
            (Fault::Unsure, _) => self.tally.note(Happening::Unsure),
            (_, Err(CommitError::Fenced)) => self.tally.note(Happening::Fenced),
            _ => {}
        }
        let delay = self.delay();
        self.schedule.after(delay, What::Written { server, instance, session, generation, result });
        Ok(())
    }

    pub(super) fn on_written(
        &mut self,
        server: usize,
        instance: u64,
        session: SessionId,
        generation: u64,
        result: Result<(), CommitError>,
    ) {
        if !self.is_held(server, instance, session) {
            return;
        }
        let life = self.servers[server].life;
        let input = match result {
            Ok(()) => Input::Committed { generation },
            Err(error) => Input::CommitFailed { generation, error },
        };
        self.input(server, life, session, input);
        // Where it was fenced, another server has gone on with it, or this one's own write did come through.
        self.bury(server, session);
    }

    /// A sleeping session is read, or the store fails to.
    pub(super) fn on_fetch(&mut self, server: usize, instance: u64, session: SessionId) {
        if !self.is_held(server, instance, session) {
            return;
        }
        let (life, fails) = (self.servers[server].life, self.fault() != Fault::None);
        let record = self.store_of(server).get(session).cloned();
        let input = if fails { Input::FetchFailed } else { Input::Fetched(record.as_ref()) };
        self.tally.note(if fails { Happening::Unfetched } else { Happening::Fetched });
        self.input(server, life, session, input);
        self.bury(server, session);
    }

    /// Drops a session that has gone on elsewhere.
    fn bury(&mut self, server: usize, session: SessionId) {
        if self.servers[server].sessions.get(&session).is_some_and(|held| held.live.is_over()) {
            self.drop_session(server, session);
        }
    }

    /// The store that a server writes to: one that is shared, or one that ends with it.
    fn store_of(&mut self, server: usize) -> &mut Store {
        if self.plan.durable { &mut self.store } else { &mut self.servers[server].own_store }
    }

    /// Whether a server has this very session in memory.
    fn is_held(&self, server: usize, instance: u64, session: SessionId) -> bool {
        self.servers[server].sessions.get(&session).is_some_and(|held| held.instance == instance)
    }
}
