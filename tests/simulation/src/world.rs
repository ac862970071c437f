//! Browsers, links, two servers, a store and a bus, under one clock and one seed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use live_core::limits::WINDOW_FRAMES;
use live_core::wire::{BrowserFrame, Hello, Reason, ServerFrame};
use live_core::{Broken, CommitError, Config, Effect, Input, Output, Record, SessionId};
use wire_tests::random::Random;

use crate::browser::{self, Tab, session};
use crate::page::{Database, Diary, Message};
use crate::schedule::{Schedule, What};
use crate::server::{Connection, Held, Joined, Server, session_of};
use crate::store::{Fault, Store};

/// What may go wrong in one run, and how much of everything there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Sessions are committed to the store; else they end with their server.
    pub(crate) durable: bool,
    pub(crate) tabs: usize,
    pub(crate) acts: usize,
    pub(crate) crashes: usize,
    pub(crate) drains: usize,
    /// How many browsers a server admits in a second, and at once.
    pub(crate) rate: usize,
    pub(crate) burst: usize,
    pub(crate) cuts: usize,
    pub(crate) spoils: usize,
    /// One write in so many fails; 0 for none.
    pub(crate) store_faults: usize,
    /// The slowest that a link is, in milliseconds.
    pub(crate) latency: usize,
}

impl Plan {
    pub(crate) fn of(random: &mut Random) -> Self {
        let some =
            |random: &mut Random, most: usize| if random.one_in(3) { 0 } else { random.below(most + 1) };
        Self {
            durable: !random.one_in(4),
            tabs: 1 + random.below(4),
            acts: 4 + random.below(28),
            crashes: some(random, 4),
            drains: some(random, 4),
            rate: 1 + random.below(4),
            burst: 1 + random.below(3),
            cuts: some(random, 12),
            spoils: some(random, 3),
            store_faults: if random.one_in(2) { 0 } else { 3 + random.below(20) },
            latency: [1, 20, 200, 2000][random.below(4)],
        }
    }
}

/// How long the time of faults lasts.
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
    /// Every event is printed.
    pub(crate) traced: bool,
}

pub(crate) type Checked<T = ()> = Result<T, String>;

impl World {
    pub(crate) fn new(seed: u64, broken: Broken) -> Self {
        let mut random = Random::new(seed);
        let plan = Plan::of(&mut random);
        let up = || Server { life: 1, is_up: true, ..Server::default() };
        let mut world = Self {
            plan,
            random,
            schedule: Schedule::default(),
            page: Diary { database: Arc::new(Database::default()) },
            servers: [up(), up()],
            connections: Vec::new(),
            tabs: (0..plan.tabs).map(|number| Tab::new(number, broken)).collect(),
            store: Store::default(),
            carried: BTreeSet::new(),
            broken,
            calm: false,
            mounted: 0,
            instances: 0,
            events: 0,
            traced: false,
        };
        world.foresee();
        world
    }

    /// Plans what users and fate do.
    fn foresee(&mut self) {
        for tab in 0..self.plan.tabs {
            self.sometime(What::Connect { tab });
            for _ in 0..self.plan.acts {
                self.sometime(What::Act { tab });
            }
        }
        for _ in 0..self.plan.crashes {
            let server = self.random.below(2);
            self.sometime(What::Crash { server });
        }
        for _ in 0..self.plan.drains {
            let server = self.random.below(2);
            self.sometime(What::Drain { server });
        }
        for _ in 0..self.plan.cuts {
            let tab = self.random.below(self.plan.tabs);
            self.sometime(What::Cut { tab });
        }
        for _ in 0..self.plan.spoils {
            let tab = self.random.below(self.plan.tabs);
            self.sometime(What::Spoil { tab });
        }
        self.schedule.after(Duration::from_millis(TROUBLE as u64), What::Calm);
    }

    fn sometime(&mut self, what: What) {
        let at = Duration::from_millis(self.random.below(TROUBLE) as u64);
        self.schedule.after(at, what);
    }

    /// Lets everything happen, to its end.
    pub(crate) fn run(&mut self) -> Checked {
        while let Some(what) = self.schedule.next() {
            self.events += 1;
            if self.traced {
                println!("{:>12} {what:?}", self.schedule.now.as_micros());
            }
            if self.events > MOST_EVENTS {
                return Err("it doesn't come to rest".to_owned());
            }
            self.happen(what)?;
        }
        Ok(())
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
            What::Write { server, instance, record, fault } => self.write(server, instance, record, fault),
            What::Written { server, instance, session, generation, result } => {
                self.on_written(server, instance, session, generation, result);
                return self.rest(server);
            }
            What::Timeout { server, life, session } => {
                self.on_timeout(server, life, session);
                return self.rest(server);
            }
            What::Deliver { server, life, session, message } => {
                self.input(server, life, session, Input::Message(message));
            }
            What::Crash { server } => self.crash(server),
            What::Drain { server } => return self.drain(server),
            What::Ended { server, life } => return self.check_ended(server, life),
            What::Start { server } => self.servers[server].is_up = true,
            What::Cut { tab } => self.cut(tab),
            What::Spoil { tab } => self.tabs[tab].client.spoil("last"),
            What::Calm => self.calm(),
        }
        Ok(())
    }

    fn delay(&mut self) -> Duration {
        Duration::from_micros(1 + self.random.below(self.plan.latency * 1000) as u64)
    }

    pub(crate) fn config(&self) -> Config {
        Config { durable: self.plan.durable, broken: self.broken, ..Config::default() }
    }

    /// The faults are over: what is down comes up, who is away comes back.
    fn calm(&mut self) {
        self.calm = true;
        for server in &mut self.servers {
            server.is_up = true;
        }
        for tab in 0..self.plan.tabs {
            if self.tabs[tab].connection.is_none() {
                self.connect(tab);
            }
            // What was spoilt has to be found out (rule R7).
            self.schedule.after(LAST_ACT, What::LastAct { tab });
        }
    }
}

/// Browsers and links.
impl World {
    fn act(&mut self, tab: usize, kind: &str) {
        let browser = &mut self.tabs[tab];
        if browser.client.pending() >= live_core::limits::MAX_PENDING {
            return;
        }
        let action = browser.act(kind);
        let frame = browser.client.send(action);
        if browser.welcomed {
            self.up(tab, frame);
        }
    }

    fn connect(&mut self, tab: usize) {
        if self.tabs[tab].connection.is_some() || self.tabs[tab].ended {
            return;
        }
        let server = self.random.below(2);
        let connection = self.connections.len();
        let now = self.schedule.now;
        self.connections.push(Connection {
            tab,
            server,
            session: session(tab, 0),
            life: self.servers[server].life,
            is_open: true,
            joined: Joined::No,
            down_at: now,
            sent: 0,
            acked: 0,
        });
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

    /// Sends a frame on the tab's connection. Frames of one connection stay in order; those of an earlier one may come later.
    fn up(&mut self, tab: usize, frame: Vec<u8>) {
        let at = self.schedule.now + self.delay();
        let browser = &mut self.tabs[tab];
        let Some(connection) = browser.connection else { return };
        browser.up_at = browser.up_at.max(at);
        self.schedule.at(browser.up_at, What::Up { connection, frame });
    }

    fn down(&mut self, connection: usize, frame: Vec<u8>) {
        let at = self.schedule.now + self.delay();
        let link = &mut self.connections[connection];
        link.down_at = link.down_at.max(at);
        self.schedule.at(link.down_at, What::Down { connection, frame });
    }

    fn on_down(&mut self, connection: usize, frame: &[u8]) -> Checked {
        let tab = self.connections[connection].tab;
        let browser = &mut self.tabs[tab];
        if browser.connection != Some(connection) {
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
        self.check_acknowledged(tab)?;
        let mut frames = Vec::new();
        let browser = &mut self.tabs[tab];
        if browser.welcomed && !was_welcomed {
            frames = browser.client.resend();
        }
        frames.extend(std::iter::from_fn(|| browser.client.reply()));
        frames.into_iter().for_each(|frame| self.up(tab, frame));
        Ok(())
    }

    /// Rule R3: what is acknowledged is in the store.
    fn check_acknowledged(&self, tab: usize) -> Checked {
        let Some(connection) = self.tabs[tab].connection else { return Ok(()) };
        let (acknowledged, session) = (self.tabs[tab].client.applied(), self.connections[connection].session);
        if !self.plan.durable || acknowledged == 0 {
            return Ok(());
        }
        let stored = self.store.get(session).map(|record| {
            let held = Held::restored(0, &self.page, record, self.config())?;
            Ok::<u64, String>(held.live.applied())
        });
        match stored.transpose()? {
            Some(stored) if stored >= acknowledged => Ok(()),
            stored => Err(format!("event {acknowledged} is acknowledged, and the store has {stored:?} (R3)")),
        }
    }

    /// The network loses a connection: the browser knows soon, the server at some time.
    fn cut(&mut self, tab: usize) {
        match self.tabs[tab].connection {
            Some(connection) => self.lose(connection),
            None => self.connect(tab),
        }
    }

    fn lose(&mut self, connection: usize) {
        self.schedule.after(Duration::ZERO, What::Closed { connection, reason: None });
        let later = Duration::from_millis(self.random.below(5000) as u64);
        self.schedule.after(later, What::Lost { connection });
    }

    /// A browser's connection is over: it comes back by itself, unless it was told not to.
    fn on_closed(&mut self, connection: usize, reason: Option<Reason>) {
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
}

/// Servers.
impl World {
    fn on_up(&mut self, connection: usize, frame: Vec<u8>) -> Checked {
        let link = &mut self.connections[connection];
        let server = &self.servers[link.server];
        if !server.is_up || server.life != link.life {
            return Ok(());
        }
        match &mut link.joined {
            Joined::Gone => {}
            Joined::Waiting(_, frames) => frames.push(frame),
            Joined::No if server.draining.is_some() => self.close(connection, Reason::Restart),
            Joined::No => {
                link.joined = Joined::Waiting(frame, Vec::new());
                let delay = self.delay();
                self.schedule.after(delay, What::Read { connection });
            }
            Joined::Yes => return self.frame(connection, &frame),
        }
        Ok(())
    }

    fn frame(&mut self, connection: usize, frame: &[u8]) -> Checked {
        let link = &mut self.connections[connection];
        if let Ok(BrowserFrame::Event { ack, .. } | BrowserFrame::Ack { ack, .. }) =
            BrowserFrame::decode(frame)
        {
            link.acked = link.acked.max(ack);
        }
        let (server, session) = (link.server, link.session);
        let now = self.schedule.now;
        if let Some(held) = self.servers[server].sessions.get_mut(&session)
            && held.seat.is(connection as u64)
        {
            held.live.handle(Input::Frame(frame), now);
        }
        self.turn(server, session);
        self.check_window(connection)
    }

    /// Rule R8: frames in flight are few.
    fn check_window(&self, connection: usize) -> Checked {
        let Connection { sent, acked, .. } = self.connections[connection];
        let flying = sent.saturating_sub(acked);
        if flying > WINDOW_FRAMES {
            return Err(format!("{flying} frames are in flight (R8)"));
        }
        Ok(())
    }

    /// The store has answered: the session is found, restored or mounted, and the connection takes its seat.
    fn on_read(&mut self, connection: usize) -> Checked {
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
        if let Some(reason) = self.refused(server)? {
            self.close(connection, reason);
            return Ok(());
        }
        let (session, resumed) = self.hold(server, tab, &hello)?;
        self.connections[connection].session = session;
        self.attach(connection, server, &hello, resumed);
        self.turn(server, session);
        frames.iter().try_for_each(|frame| self.frame(connection, frame))
    }

    /// Sees to it that a server has the session that a browser asks for, or a new one. Says whether there was one.
    fn hold(&mut self, server: usize, tab: usize, hello: &Hello<'_>) -> Checked<(SessionId, bool)> {
        let mut session = session_of(hello).ok_or("an odd token")?;
        match self.servers[server].sessions.get(&session) {
            Some(held) if held.live.is_behind(hello) => drop(self.servers[server].sessions.remove(&session)),
            Some(_) => return Ok((session, true)),
            None => {}
        }
        let (config, now) = (self.config(), self.schedule.now);
        let record = self.store.get(session).filter(|_| self.plan.durable);
        let resumed = record.is_some();
        if !resumed && hello.applied > 0 {
            self.mounted += 1;
            session = browser::session(tab, self.mounted);
        }
        self.instances += 1;
        let mut held = match record {
            Some(record) => Held::restored(self.instances, &self.page, record, config)?,
            None => Held::mounted(self.instances, &self.page, session, config, now),
        };
        if resumed {
            // Nobody has listened meanwhile (rule R15).
            held.follows = !held.live.topics().is_empty();
            for topic in held.live.topics().to_vec() {
                held.live.handle(Input::Missed(&topic), now);
            }
        }
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
        held.live.handle(Input::Connected { hello, token: &token, resumed }, now);
        if let Some(before) = before {
            self.close(before, Reason::Replaced);
        }
    }

    /// Closes a connection from the server's side.
    pub(crate) fn close(&mut self, connection: usize, reason: Reason) {
        let at = self.schedule.now + self.delay();
        let link = &mut self.connections[connection];
        link.joined = Joined::Gone;
        link.down_at = link.down_at.max(at);
        self.schedule.at(link.down_at, What::Closed { connection, reason: Some(reason) });
    }

    /// A server learns that a connection is gone.
    fn leave(&mut self, connection: usize) {
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

    pub(crate) fn input(&mut self, server: usize, life: u64, session: SessionId, input: Input<'_, Message>) {
        let now = self.schedule.now;
        let home = &mut self.servers[server];
        if !home.is_up || home.life != life {
            return;
        }
        if let Some(held) = home.sessions.get_mut(&session) {
            held.live.handle(input, now);
            self.turn(server, session);
        }
    }

    fn on_timeout(&mut self, server: usize, life: u64, session: SessionId) {
        let now = self.schedule.now;
        if self.servers[server].life == life
            && let Some(held) = self.servers[server].sessions.get_mut(&session)
        {
            held.wakes = None;
            if held.live.poll_timeout().is_some_and(|at| at <= now) {
                held.live.handle(Input::Timeout, now);
            }
            self.turn(server, session);
        }
    }

    /// Does all that a session asks for.
    fn turn(&mut self, server: usize, session: SessionId) {
        let now = self.schedule.now;
        loop {
            let Some(held) = self.servers[server].sessions.get_mut(&session) else { return };
            let Some(output) = held.live.poll(now) else { break };
            self.carry_out(server, session, output);
        }
        let life = self.servers[server].life;
        let Some(held) = self.servers[server].sessions.get_mut(&session) else { return };
        if let Some(at) = held.live.poll_timeout()
            && held.wakes.is_none_or(|wakes| at < wakes)
        {
            held.wakes = Some(at);
            self.schedule.at(at, What::Timeout { server, life, session });
        }
    }

    fn carry_out(&mut self, server: usize, session: SessionId, output: Output<Message>) {
        match output {
            Output::Transmit(frame) => {
                let Some(connection) = self.seated(server, session) else { return };
                let is_update = matches!(ServerFrame::decode(&frame), Ok(ServerFrame::Update(_)));
                self.connections[connection].sent += u32::from(is_update);
                self.down(connection, frame);
            }
            Output::Close(reason) => {
                let Some(connection) = self.seated(server, session) else { return };
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
                let (life, record) = (self.servers[server].life, self.store.get(session).cloned());
                self.input(server, life, session, Input::Fetched(record.as_ref()));
            }
            Output::Effect(effect) => self.effect(server, session, effect),
        }
    }

    fn seated(&self, server: usize, session: SessionId) -> Option<usize> {
        let held = self.servers[server].sessions.get(&session)?;
        (0..self.connections.len()).rev().find(|connection| held.seat.is(*connection as u64))
    }

    fn effect(&mut self, server: usize, session: SessionId, effect: Effect<Message>) {
        match effect {
            Effect::Subscribe(_) => {
                if let Some(held) = self.servers[server].sessions.get_mut(&session) {
                    held.follows = true;
                }
                // What was said between the mount and now is missed.
                let life = self.servers[server].life;
                self.input(server, life, session, Input::Missed("room"));
            }
            Effect::Publish { number, message, .. } => {
                if self.carried.insert((session, number)) {
                    self.publish(message);
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
        }
    }

    fn crash(&mut self, server: usize) {
        let home = &mut self.servers[server];
        if !home.is_up || self.calm {
            return;
        }
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

/// The store.
impl World {
    fn fault(&mut self) -> Fault {
        if self.calm || self.plan.store_faults == 0 || !self.random.one_in(self.plan.store_faults) {
            return Fault::None;
        }
        if self.random.one_in(2) { Fault::Refused } else { Fault::Unsure }
    }

    /// A write that was asked for happens even if its server is gone by then.
    fn write(&mut self, server: usize, instance: u64, record: Record, fault: Fault) {
        let (session, generation) = (record.id, record.generation);
        let result = self.store.commit(record, fault, self.broken);
        let delay = self.delay();
        self.schedule.after(delay, What::Written { server, instance, session, generation, result });
    }

    fn on_written(
        &mut self,
        server: usize,
        instance: u64,
        session: SessionId,
        generation: u64,
        result: Result<(), CommitError>,
    ) {
        let held = self.servers[server].sessions.get(&session);
        if held.is_none_or(|held| held.instance != instance) {
            return;
        }
        let life = self.servers[server].life;
        let input = match result {
            Ok(()) => Input::Committed { generation },
            Err(error) => Input::CommitFailed { generation, error },
        };
        self.input(server, life, session, input);
        if result == Err(CommitError::Fenced) {
            // Another server has gone on with it, or this one's own write did come through.
            self.servers[server].sessions.remove(&session);
        }
    }
}
