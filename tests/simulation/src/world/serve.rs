//! Servers: what a driver does for its machines.

use std::sync::Arc;

use live_core::wire::{BrowserFrame, Reason, Received, ServerFrame};
use live_core::{Effect, Input, Output, SessionId, Version};

use super::World;
use crate::page::{Message, TOPIC};
use crate::schedule::What;
use crate::server::{Held, Joined, Server};
use crate::tally::Happening;

impl World {
    /// A frame after the `HELLO`.
    pub(super) fn frame(&mut self, connection: usize, frame: &[u8]) {
        let link = &mut self.connections[connection];
        let received = Received::new(frame);
        if let Ok(BrowserFrame::Event { ack, .. } | BrowserFrame::Ack { ack, .. }) = received.frame() {
            link.acknowledged(*ack);
        }
        let (server, session) = (link.server, link.session);
        let now = self.schedule.now;
        match self.servers[server].sessions.get_mut(&session) {
            Some(held) if held.seat.is(connection as u64) => {
                let before = held.live.counters().repeated;
                held.handle(Input::Frame(&received), now);
                self.tally.add(Happening::Repeated, held.live.counters().repeated - before);
            }
            _ => self.tally.note(Happening::Late),
        }
        self.turn(server, session);
    }

    pub(super) fn input(&mut self, server: usize, life: u64, session: SessionId, input: Input<'_, Message>) {
        let now = self.schedule.now;
        let home = &mut self.servers[server];
        if !home.is_up || home.life != life {
            return;
        }
        if let Some(held) = home.sessions.get_mut(&session) {
            held.handle(input, now);
            self.turn(server, session);
        }
    }

    pub(super) fn on_timeout(&mut self, server: usize, life: u64, session: SessionId) {
        let now = self.schedule.now;
        if self.servers[server].life == life
            && let Some(held) = self.servers[server].sessions.get_mut(&session)
        {
            held.wakes = None;
            if held.live.poll_timeout().is_some_and(|at| at <= now) {
                let before = held.live.session().state.fired;
                held.handle(Input::Timeout, now);
                self.tally.add(Happening::Fired, held.live.session().state.fired - before);
            }
            self.turn(server, session);
        }
    }

    /// Nothing seems to happen to the sessions that servers have of a tab.
    pub(crate) fn idle(&mut self, tab: usize, sleep: bool) {
        let (session, was_asleep) = (self.tabs[tab].session, self.is_asleep(tab));
        for server in 0..2 {
            let life = self.servers[server].life;
            self.input(server, life, session, if sleep { Input::Hibernate } else { Input::Rest });
        }
        self.tally.add(Happening::Slept, u64::from(self.is_asleep(tab) && !was_asleep));
    }

    /// Whether a server has a tab's session, but not its state.
    pub(crate) fn is_asleep(&self, tab: usize) -> bool {
        let mut held = self.servers.iter().filter_map(|server| server.sessions.get(&self.tabs[tab].session));
        held.any(|held| held.live.is_asleep())
    }

    /// Does all that a session asks for.
    pub(super) fn turn(&mut self, server: usize, session: SessionId) {
        let now = self.schedule.now;
        loop {
            let Some(held) = self.servers[server].sessions.get_mut(&session) else { return };
            let Some(output) = held.poll(now) else { break };
            self.carry_out(server, session, output);
        }
        let life = self.servers[server].life;
        let Some(held) = self.servers[server].sessions.get_mut(&session) else { return };
        if self.plan.leases {
            held.lease = held.live.lease();
        }
        if let Some(at) = held.live.poll_timeout()
            && held.wakes.is_none_or(|wakes| at < wakes)
        {
            held.wakes = Some(at);
            self.schedule.at(at, What::Timeout { server, life, session });
        }
    }

    fn carry_out(&mut self, server: usize, session: SessionId, output: Output<Message>) {
        match output {
            Output::Transmit(frame) => self.transmit(server, session, frame),
            Output::Close(reason) => {
                let Some(connection) = self.seated(server, session) else { return };
                if reason == Reason::Stuck {
                    self.tally.note(Happening::Stuck);
                }
                self.close(connection, reason);
                self.leave(connection);
            }
            Output::Commit(record) => {
                let (delay, fault) = (self.delay(), self.fault());
                let Some(Held { instance, .. }) = self.servers[server].sessions.get(&session) else { return };
                let write = What::Write { server, instance: *instance, record, fault };
                self.schedule.after(delay, write);
            }
            Output::Fetch { .. } => {
                let delay = self.delay();
                let Some(Held { instance, .. }) = self.servers[server].sessions.get(&session) else { return };
                self.schedule.after(delay, What::Fetch { server, instance: *instance, session });
            }
            Output::Effect(effect) => self.effect(server, session, effect),
        }
    }

    fn transmit(&mut self, server: usize, session: SessionId, frame: Vec<u8>) {
        let Some(connection) = self.seated(server, session) else { return };
        if let Ok(ServerFrame::Update(update)) = ServerFrame::decode(&frame) {
            self.connections[connection].flying.push_back(frame.len());
            self.tally.add(Happening::Shared, u64::from(update.applied.is_none()));
        }
        self.down(connection, frame);
    }

    fn seated(&self, server: usize, session: SessionId) -> Option<usize> {
        let held = self.servers[server].sessions.get(&session)?;
        (0..self.connections.len()).rev().find(|connection| held.seat.is(*connection as u64))
    }

    fn down(&mut self, connection: usize, frame: Vec<u8>) {
        let at = self.schedule.now + self.delay();
        let link = &mut self.connections[connection];
        link.down_at = link.down_at.max(at);
        self.schedule.at(link.down_at, What::Down { connection, frame });
    }

    fn effect(&mut self, server: usize, session: SessionId, effect: Effect<Message>) {
        match effect {
            Effect::Subscribe(_) => {
                if let Some(held) = self.servers[server].sessions.get_mut(&session) {
                    held.follows = true;
                }
                // What was said between the mount and now is missed.
                let life = self.servers[server].life;
                self.input(server, life, session, Input::Missed(TOPIC));
            }
            Effect::Publish { number, message, .. } => {
                if self.carried.insert((session, number)) {
                    self.publish(message);
                }
            }
            Effect::Follow { region, .. } => {
                if let Some(held) = self.servers[server].sessions.get_mut(&session) {
                    held.looks_at.insert(region.clone());
                }
                // It may have changed since the session looked.
                let life = self.servers[server].life;
                self.changed(server, life, session, &region);
            }
            Effect::Unfollow { region, .. } => {
                if let Some(held) = self.servers[server].sessions.get_mut(&session) {
                    held.looks_at.remove(&region);
                }
            }
            Effect::Unsubscribe(_) | Effect::Spawn(_) | Effect::Error(_) => {}
        }
    }

    fn publish(&mut self, message: Message) {
        for server in 0..2 {
            let Server { life, is_up, ref sessions, .. } = self.servers[server];
            let followers: Vec<SessionId> =
                sessions.iter().filter(|(_, held)| is_up && held.follows).map(|(id, _)| *id).collect();
            for session in followers {
                let delay = self.delay();
                self.schedule.after(delay, What::Deliver { server, life, session, message });
            }
            self.servers[server].shared.outdate();
            self.tell_of_changes(server);
        }
    }

    /// A session hears that what all look at has changed, and what it is now, if anybody has rendered that.
    pub(super) fn changed(&mut self, server: usize, life: u64, session: SessionId, region: &str) {
        let current = self.servers[server].shared.current(region);
        if current.as_ref().is_some_and(|current| self.pass_on(server, life, session, current)) {
            return;
        }
        self.input(server, life, session, Input::Changed { region, current: current.as_ref() });
    }

    /// Sends a browser the frame that all are sent, if its machine has given leave to. Whether there is nothing left to tell it.
    fn pass_on(&mut self, server: usize, life: u64, session: SessionId, current: &Arc<Version>) -> bool {
        let home = &mut self.servers[server];
        let held = home.sessions.get_mut(&session).filter(|_| home.is_up && home.life == life);
        let Some(lease) = held.and_then(|held| held.lease.as_mut()) else { return false };
        if lease.shows(current) {
            return true;
        }
        let Some(frame) = lease.pass(current).map(<[u8]>::to_vec) else { return false };
        self.tally.note(Happening::Passed);
        self.transmit(server, session, frame);
        true
    }

    /// Tells the sessions that look at what all share, each when its turn comes.
    fn tell_of_changes(&mut self, server: usize) {
        let Server { life, is_up, ref sessions, .. } = self.servers[server];
        let looks = |(id, held): (&SessionId, &Held)| {
            held.looks_at.iter().map(|region| (*id, region.clone())).collect::<Vec<_>>()
        };
        let looking: Vec<_> = sessions.iter().filter(|_| is_up).flat_map(looks).collect();
        for (session, region) in looking {
            let delay = self.delay();
            self.schedule.after(delay, What::Changed { server, life, session, region });
        }
    }

    /// Closes a connection from the server's side.
    pub(super) fn close(&mut self, connection: usize, reason: Reason) {
        let at = self.schedule.now + self.delay();
        let link = &mut self.connections[connection];
        link.joined = Joined::Gone;
        link.down_at = link.down_at.max(at);
        self.schedule.at(link.down_at, What::Closed { connection, reason: Some(reason) });
    }

    /// A server learns that a connection is gone.
    pub(super) fn leave(&mut self, connection: usize) {
        let link = &mut self.connections[connection];
        link.joined = Joined::Gone;
        let (server, life, session) = (link.server, link.life, link.session);
        if self.servers[server].life != life {
            return;
        }
        let left = self.servers[server]
            .sessions
            .get_mut(&session)
            .is_some_and(|held| held.seat.leave(connection as u64));
        if left {
            self.input(server, life, session, Input::Closed);
        }
    }

    pub(super) fn drop_session(&mut self, server: usize, session: SessionId) {
        self.servers[server].sessions.remove(&session);
    }
}
