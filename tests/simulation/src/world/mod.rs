//! Browsers, links, two servers, a store and a bus, under one clock and one seed.

mod drain;
mod greed;
mod join;
mod serve;
mod tabs;
mod writes;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use live_core::{Broken, Config, Input, SessionId};
use wire_tests::random::Random;

use crate::browser::{self, Tab};
use crate::invariants::{self, When};
use crate::log::Log;
use crate::page::{Database, Diary};
use crate::plan::Plan;
use crate::schedule::{Schedule, What};
use crate::server::{Connection, Joined, Server};
use crate::store::Store;
use crate::tally::{Happening, Tally};

/// How long the time of faults lasts, in milliseconds.
const TROUBLE: usize = 20_000;

/// When everybody acts once more, after the faults are over.
const LAST_ACT: Duration = Duration::from_secs(60);

/// After so many events a run that has not come to rest never will.
const MOST_EVENTS: u64 = 100_000;

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) random: Random,
    pub(crate) schedule: Schedule,
    pub(crate) page: Diary,
    pub(crate) servers: [Server; 2],
    pub(crate) connections: Vec<Connection>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) store: Store,
    /// What the bus has carried, by session and number.
    carried: BTreeSet<(SessionId, u64)>,
    pub(crate) broken: Broken,
    pub(crate) calm: bool,
    /// How many sessions were mounted in place of those that were lost.
    mounted: u64,
    /// How many sessions were ever held in memory.
    instances: u64,
    pub(crate) events: u64,
    pub(crate) tally: Tally,
    pub(crate) log: Log,
}

/// A sentence where something is wrong.
pub(crate) type Checked<T = ()> = Result<T, String>;

impl World {
    /// A world in which nothing is planned yet.
    pub(crate) fn new(plan: Plan, random: Random, broken: Broken, log: Log) -> Self {
        let up = || Server { life: 1, is_up: true, ..Server::default() };
        let mut world = Self {
            plan,
            random,
            schedule: Schedule::default(),
            page: Diary { database: Arc::new(Database::default()) },
            servers: [up(), up()],
            connections: Vec::new(),
            tabs: Vec::new(),
            store: Store::default(),
            carried: BTreeSet::new(),
            broken,
            calm: false,
            mounted: 0,
            instances: 0,
            events: 0,
            tally: Tally::default(),
            log,
        };
        for number in 0..plan.tabs {
            world.open(plan.greedy && number + 1 == plan.tabs);
        }
        world
    }

    /// A world in which users and fate do what a seed says.
    pub(crate) fn of_seed(seed: u64, broken: Broken, log: Log) -> Self {
        let mut random = Random::new(seed);
        let mut world = Self::new(Plan::of(&mut random), random, broken, log);
        world.foresee();
        world
    }

    fn foresee(&mut self) {
        let plan = self.plan;
        for tab in 0..plan.tabs {
            self.sometime(What::Connect { tab });
            for _ in 0..plan.acts {
                self.sometime(if self.tabs[tab].greedy { What::Greed { tab } } else { What::Act { tab } });
            }
        }
        self.some_servers(plan.crashes, |server| What::Crash { server });
        self.some_servers(plan.drains, |server| What::Drain { server });
        self.some_tabs(plan.cuts, |tab| What::Cut { tab });
        self.some_tabs(plan.reloads, |tab| What::Reload { tab });
        self.some_tabs(plan.duplicates, |tab| What::Duplicate { tab });
        self.some_tabs(plan.rests, |tab| What::Idle { tab, sleep: false });
        self.some_tabs(plan.rests, |tab| What::Idle { tab, sleep: true });
        self.some_tabs(plan.spoils, |tab| What::Spoil { tab });
        self.schedule.after(Duration::from_millis(TROUBLE as u64), What::Calm);
    }

    fn some_servers(&mut self, times: usize, what: impl Fn(usize) -> What) {
        for _ in 0..times {
            let server = self.random.below(2);
            self.sometime(what(server));
        }
    }

    fn some_tabs(&mut self, times: usize, what: impl Fn(usize) -> What) {
        for _ in 0..times {
            let tab = self.random.below(self.plan.tabs);
            self.sometime(what(tab));
        }
    }

    fn sometime(&mut self, what: What) {
        let at = Duration::from_millis(self.random.below(TROUBLE) as u64);
        self.schedule.after(at, what);
    }

    /// Lets everything happen, to its end.
    pub(crate) fn run(&mut self) -> Checked {
        while let Some(what) = self.schedule.next() {
            self.step(what)?;
        }
        Ok(())
    }

    /// What must hold when everything has come to rest.
    pub(crate) fn check_rest(&self) -> Checked {
        invariants::check(self, When::AtRest)
    }

    /// One thing happens, and what must always hold is looked at.
    pub(crate) fn step(&mut self, what: What) -> Checked {
        self.events += 1;
        self.log.event(self.schedule.now, &what);
        if self.events > MOST_EVENTS {
            return Err("it doesn't come to rest".to_owned());
        }
        self.happen(what)?;
        invariants::check(self, When::Always)
    }

    fn happen(&mut self, what: What) -> Checked {
        match what {
            What::Act { tab } => {
                let kind = browser::kind(&mut self.random);
                self.act(tab, kind);
            }
            What::LastAct { tab } => self.act(tab, "note"),
            What::Connect { tab } => self.connect(tab),
            What::Up { connection, frame } => return self.on_up(connection, frame),
            What::Down { connection, frame } => return self.on_down(connection, &frame),
            What::Lost { connection } => self.leave(connection),
            What::Closed { connection, reason } => self.on_closed(connection, reason),
            What::Read { connection } => return self.on_read(connection),
            What::Write { server, instance, record, fault } => {
                return self.write(server, instance, record, fault);
            }
            What::Written { server, instance, session, generation, result } => {
                self.on_written(server, instance, session, generation, result);
                return self.rest(server);
            }
            What::Fetch { server, instance, session } => {
                self.on_fetch(server, instance, session);
                return self.rest(server);
            }
            What::Idle { tab, sleep } => self.idle(tab, sleep),
            What::Timeout { server, life, session } => {
                self.on_timeout(server, life, session);
                return self.rest(server);
            }
            What::Deliver { server, life, session, message } => {
                self.input(server, life, session, Input::Message(message));
            }
            What::Changed { server, life, session, region } => {
                self.changed(server, life, session, &region);
            }
            What::Crash { server } => self.crash(server),
            What::Drain { server } => return self.drain(server),
            What::Deadline => {}
            What::Start { server } => self.servers[server].is_up = true,
            What::Cut { tab } => self.cut(tab),
            What::Reload { tab } => self.reload(tab),
            What::Duplicate { tab } => self.duplicate(tab),
            What::Greed { tab } => self.greed(tab),
            What::Spoil { tab } => self.spoil(tab),
            What::Calm => self.calm(),
        }
        Ok(())
    }

    fn delay(&mut self) -> Duration {
        Duration::from_micros(1 + self.random.below(self.plan.latency * 1000) as u64)
    }

    pub(crate) fn config(&self) -> Config {
        // Each machine has a number of its own.
        let nonce = u32::try_from(self.instances).unwrap_or(u32::MAX);
        Config { durable: self.plan.durable, broken: self.broken, nonce, ..Config::default() }
    }

    /// The faults are over: what is down comes up, who is away comes back.
    pub(crate) fn calm(&mut self) {
        self.calm = true;
        for server in &mut self.servers {
            server.is_up = true;
        }
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].connection.is_none() {
                self.connect(tab);
            }
            // What was spoilt has to be found out (rule R7).
            self.schedule.after(LAST_ACT, What::LastAct { tab });
        }
    }

    /// A server is killed, with all that it had in memory.
    pub(crate) fn crash(&mut self, server: usize) {
        let home = &mut self.servers[server];
        if !home.is_up || self.calm {
            return;
        }
        self.tally.note(Happening::Crash);
        home.end();
        for connection in 0..self.connections.len() {
            let link = &mut self.connections[connection];
            if link.server == server && link.is_open {
                link.joined = Joined::Gone;
                self.schedule.after(Duration::ZERO, What::Closed { connection, reason: None });
            }
        }
        let down = Duration::from_millis(self.random.below(3000) as u64);
        self.schedule.after(down, What::Start { server });
    }
}
