//! Frames from the browser and messages from elsewhere, each applied once and in order (rule R2).

use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::link::Link;
use super::topics::Position;
use super::{Machine, Output, Saved};
use crate::codec::PageCodec;
use crate::command::{Command, Redirect};
use crate::effect::Call;
use crate::error::Result;
use crate::event::Event;
use crate::guard::{Calling, Guard};
use crate::limits::{MAX_COMMAND, MAX_INBOX, MAX_OUTBOX, MAX_PENDING};
use crate::page::Page;
use crate::region::Browser;
use crate::rules::Rule;
use crate::time::Instant;
use crate::wire::{BrowserFrame, Hello, NoticeLevel, Reason, Received, ServerFrame, Welcome};

/// How far both sides are.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// The highest event applied.
    pub(super) applied: u64,
    /// The highest event that the store has; the browser is told of none beyond (rule R3).
    pub(super) durable: u64,
    /// The browser has to be told of it.
    pub(super) ack_due: bool,
    /// The last events that failed or that the page refused, as many as a browser may wait for.
    pub(super) refused: VecDeque<u64>,
    /// The browser knows of those up to this one.
    pub(super) refusals_told: u64,
    /// Commands that the browser has not acknowledged (rule R6).
    pub(super) outbox: VecDeque<(u64, Command)>,
    /// The last command's id.
    pub(super) last_command: u64,
    /// The last command of the record that the session was restored from.
    restored: u64,
}

/// An input that waits for a commit, or for the state.
#[derive(Debug)]
pub(super) enum Waiting<M> {
    /// An event; for a sleeping machine, a request for a whole region too.
    Frame(Vec<u8>),
    Message(M),
    /// A message, and the place behind it in its topic's log.
    Published {
        topic: String,
        position: Position,
        message: M,
    },
    Missed(String),
    Connection,
}

/// The event's target is no region of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTarget;

impl Delivery {
    pub(super) fn resumed(saved: &Saved<'_>) -> Self {
        let commands = saved.outbox.iter().chain(saved.resets.iter());
        let mut outbox: Vec<_> = commands.map(|(id, command)| (id, command.into_owned())).collect();
        outbox.sort_unstable_by_key(|(id, _)| *id);
        // A version that doesn't know resets keeps theirs, however many commands come after them.
        outbox.drain(..outbox.len().saturating_sub(MAX_OUTBOX));
        Self {
            applied: saved.applied,
            durable: saved.applied,
            refused: saved.refused.iter().collect(),
            outbox: outbox.into(),
            last_command: saved.next_command,
            restored: saved.next_command,
            ..Self::default()
        }
    }

    /// The refused events that this connection has not been told about.
    pub(super) fn news_of_refusals(&self) -> Vec<u64> {
        self.refused.iter().copied().filter(|id| *id > self.refusals_told).collect()
    }

    fn refuse(&mut self, event: u64) {
        if self.refused.len() == MAX_PENDING {
            self.refused.pop_front();
        }
        self.refused.push_back(event);
    }

    /// Takes in commands; the oldest go where there are too many.
    pub(super) fn push(&mut self, commands: impl Iterator<Item = Command>) {
        for command in commands {
            self.last_command += 1;
            self.outbox.push_back((self.last_command, command));
            if self.outbox.len() > MAX_OUTBOX {
                self.outbox.pop_front();
            }
        }
    }

    /// The last redirect that page code has asked for here, and that the browser has not acknowledged.
    pub(super) fn redirect(&self) -> Option<&Redirect> {
        self.outbox.iter().rev().take_while(|(id, _)| *id > self.restored).find_map(|(_, command)| {
            match command {
                Command::Redirect(redirect) => Some(redirect),
                _ => None,
            }
        })
    }

    /// The browser has run the commands up to this one. There may never have been such a one: a browser may know more than a store that was set back.
    fn acknowledge(&mut self, command: u64) {
        while self.outbox.front().is_some_and(|(id, _)| *id <= command) {
            self.outbox.pop_front();
        }
    }

    /// From now on all numbers are above `command`, which the browser has counted to: it runs none that it takes for known.
    /// Whether those that wait have other numbers now, which have to be committed before they are sent.
    fn number_above(&mut self, command: u64) -> bool {
        let last = self.last_command.max(command);
        self.last_command = last;
        let repeats = self.outbox.front().is_some_and(|(id, _)| *id <= command);
        if repeats {
            self.outbox.iter_mut().zip(last + 1..).for_each(|((id, _), number)| *id = number);
            self.last_command += self.outbox.len() as u64;
        }
        repeats
    }
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    pub(super) fn on_connected(&mut self, hello: &Hello<'_>, token: &str, resumed: bool, now: Instant) {
        let command = hello.command.min(MAX_COMMAND);
        if resumed {
            self.delivery.acknowledge(command);
        }
        // What it has run of another session, or of one that a store has lost, is nothing of this one's.
        if self.delivery.number_above(command) {
            self.commit.event(now);
        }
        self.link = Some(Link::new(hello.hashes, command, self.config.broken));
        self.render_failed = false;
        let heartbeat = u64::try_from(self.config.heartbeat.as_millis()).unwrap_or(u64::MAX);
        let applied = self.delivery.durable;
        let refused = self.delivery.refused.iter().copied().filter(|id| *id <= applied).collect();
        self.delivery.refusals_told = applied;
        let reset = self.is_behind(hello);
        let limit = u64::try_from(self.config.max_message).unwrap_or(u64::MAX);
        let version = self.config.version;
        let welcome = Welcome { applied, heartbeat, token, resumed, reset, refused, limit, version };
        self.out.push_back(Output::Transmit(ServerFrame::Welcome(welcome).encode()));
        if resumed && !self.present {
            self.receive(Waiting::Connection, now);
        }
        self.present = true;
    }

    pub(super) fn on_closed(&mut self, now: Instant) {
        self.link = None;
        if core::mem::take(&mut self.present) {
            self.receive(Waiting::Connection, now);
        }
    }

    pub(super) fn on_frame(&mut self, received: &Received<'_>, now: Instant) {
        if self.link.is_none() || !self.takes_in() {
            return;
        }
        match *received.frame() {
            Err(error) => self.protocol_error(&error),
            Ok(BrowserFrame::Hello(_)) => self.protocol_error(&"HELLO came twice"),
            Ok(BrowserFrame::On(0)) => {}
            Ok(BrowserFrame::On(session)) => {
                self.protocol_error(&format!(
                    "ON {session}: a connection carries one session, with the number 0"
                ));
            }
            Ok(BrowserFrame::Ping) => self.out.push_back(Output::Transmit(ServerFrame::Pong.encode())),
            Ok(BrowserFrame::Ack { ack, command }) => {
                self.acknowledge(ack, now);
                let sent = self.link.as_ref().map_or(0, |link| link.command);
                self.delivery.acknowledge(command.min(sent));
            }
            Ok(BrowserFrame::Resync(_)) if self.is_asleep() => {
                self.queue(Waiting::Frame(received.bytes().to_owned()))
            }
            Ok(BrowserFrame::Resync(region)) => self.on_resync(region, now),
            Ok(BrowserFrame::Event { ack, event }) => {
                self.acknowledge(ack, now);
                match () {
                    () if self.link.is_none() => {}
                    () if self.is_idle() => self.on_event(&event, now),
                    () => self.queue(Waiting::Frame(received.bytes().to_owned())),
                }
            }
        }
    }

    /// Takes in a message, now or after the commit that is under way.
    pub(super) fn receive(&mut self, waiting: Waiting<P::Message>, now: Instant) {
        if !self.takes_in() {
            return self.discard(Some(waiting));
        }
        if self.is_idle() { self.run(waiting, now) } else { self.queue(waiting) }
    }

    pub(super) fn run(&mut self, waiting: Waiting<P::Message>, now: Instant) {
        let connected = self.live && self.link.is_some();
        match waiting {
            Waiting::Frame(frame) => match BrowserFrame::decode(&frame) {
                Ok(BrowserFrame::Event { event, .. }) => self.on_event(&event, now),
                Ok(BrowserFrame::Resync(region)) => self.on_resync(region, now),
                _ => {}
            },
            Waiting::Published { topic, position, message } => {
                let known = self.topics.position(&topic);
                if known.is_some_and(|known| known.epoch == position.epoch && known.offset >= position.offset)
                {
                    return self.discard(Some(message));
                }
                self.topics.reach(&topic, position);
                self.run(Waiting::Message(message), now);
            }
            Waiting::Message(message) => {
                self.counters.messages += 1;
                let done = self.attempt(connected, Calling::Info, now, |page, ctx, session| {
                    page.info(ctx, session, message)
                });
                self.after_message(Call::Info, done, now);
            }
            Waiting::Missed(_) if self.config.broken.is(Rule::R15) => {}
            Waiting::Missed(topic) => {
                let done = self.attempt(connected, Calling::Missed(&topic), now, |page, ctx, session| {
                    page.missed(ctx, session, &topic)
                });
                self.after_message(Call::Missed(topic), done, now);
            }
            Waiting::Connection => {
                let done = self.attempt(connected, Calling::Connection, now, |page, ctx, session| {
                    page.connection(ctx, session)
                });
                self.after_message(Call::Connection, done, now);
            }
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        !self.commit.in_flight() && !self.is_asleep() && self.inbox.is_empty()
    }

    /// Events past the limit close the connection, which loses nothing: the browser sends them again. Messages past it become
    /// one call of `missed`.
    fn queue(&mut self, waiting: Waiting<P::Message>) {
        let is_connection = |waiting: &_| matches!(waiting, Waiting::Connection);
        let is_any_missed = |waiting: &_| matches!(waiting, Waiting::Missed(topic) if topic.is_empty());
        if is_connection(&waiting) {
            // One is enough: the page is told how it is by then.
            self.inbox.retain(|known| !is_connection(known));
            self.inbox.push_back(waiting);
        } else if self.inbox.len() < MAX_INBOX {
            self.inbox.push_back(waiting);
        } else if matches!(waiting, Waiting::Frame(_)) {
            self.close(Reason::Rate);
        } else {
            self.discard(Some(waiting));
            self.inbox.retain(|known| !is_any_missed(known));
            self.inbox.push_back(Waiting::Missed(String::new()));
        }
    }

    fn on_event(&mut self, event: &Event<'_>, now: Instant) {
        let broken = self.config.broken;
        if event.id <= self.delivery.applied && !broken.is(Rule::R2) {
            self.counters.repeated += 1;
            self.delivery.ack_due = true;
            return;
        }
        if event.id > self.delivery.applied + 1 {
            return self.protocol_error(&format!(
                "event {} came after {}: numbers have no gaps",
                event.id, self.delivery.applied
            ));
        }
        let done = match event.target {
            Some(target) if !self.has_region(target, now) => Err(UnknownTarget.into()),
            _ => {
                let id = if broken.is(Rule::R4) { now.as_micros() } else { event.id };
                let event = Event { id, ..*event };
                self.attempt(self.live, Calling::Handle(event.name), now, |page, ctx, session| {
                    let done = page.handle(ctx, session, &event);
                    session.pushed_by(event.id);
                    done
                })
            }
        };
        self.counters.events += 1;
        self.delivery.applied = event.id.max(self.delivery.applied);
        if !self.config.durable || broken.is(Rule::R3) {
            self.delivery.durable = event.id;
        }
        self.delivery.ack_due = true;
        self.commit.event(now);
        match done {
            Ok(()) => {}
            Err(error) if error.is_refusal() => {
                self.counters.refused += 1;
                self.refuse(event.id);
            }
            Err(error) => {
                // One that leads elsewhere has done what it was sent for.
                if error.redirect().is_none() {
                    self.counters.failed += 1;
                    self.refuse(event.id);
                }
                self.failed(Call::Handle(event.name.into()), error, now);
            }
        }
    }

    /// Notes that this event failed or was refused, which the browser learns.
    fn refuse(&mut self, event: u64) {
        if !self.config.broken.is(Rule::R17) {
            self.delivery.refuse(event);
        }
    }

    fn after_message(&mut self, call: Call, done: Result, now: Instant) {
        self.commit.change(now);
        if let Err(error) = done {
            self.failed(call, error, now);
        }
    }

    fn acknowledge(&mut self, received: u32, now: Instant) {
        if self.link.as_mut().is_some_and(|link| !link.acknowledge(received, now)) {
            self.protocol_error(&"more frames were acknowledged than sent");
        }
    }

    /// A region that has vanished meanwhile has nothing to send.
    fn on_resync(&mut self, region: &str, now: Instant) {
        self.wake_regions(now);
        let Some(name) = self.regions.name(region) else { return };
        self.counters.resyncs += 1;
        if let (Some(region), Some(link)) = (self.regions.get_mut(&name), self.link.as_mut()) {
            region.browser = Browser::Nothing;
            link.resync.insert(name);
        }
    }

    fn protocol_error(&mut self, what: &dyn fmt::Display) {
        self.notice(NoticeLevel::Error, &format!("The connection is closed: {what}."));
        self.close(Reason::Protocol);
    }
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data-lv-target names no region of the page")
    }
}

impl core::error::Error for UnknownTarget {}
