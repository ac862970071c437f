//! The session as a state machine: inputs in, outputs out, no I/O, no clock.
//!
//! A driver calls [`Machine::handle`] with what happened, then [`Machine::poll`] until it gives `None`, doing what each
//! output asks for; and again no later than [`Machine::poll_timeout`]. Regions are rendered on poll, when a frame
//! can be sent: what happens meanwhile coalesces.

mod begin;
mod call;
mod commit;
mod drain;
mod events;
mod io;
mod lease;
mod link;
mod load;
mod marks;
mod notices;
mod plan;
mod record;
mod scratch;
mod shared;
mod sleep;
mod strikes;
mod timers;
mod topics;
mod update;
mod values;
mod waiting;

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::codec::PageCodec;
use crate::config::Config;
use crate::counters::Counters;
use crate::ctx::Asked;
use crate::effect::{Call, Effect};
use crate::error::Result;
use crate::guard::{Calling, Guard};
use crate::limits::MAX_INBOX;
use crate::page::Page;
use crate::region::Regions;
use crate::request::Request;
use crate::rules::Rule;
use crate::session::Session;
use crate::stream::Streams;
use crate::time::Instant;
use crate::wire::{Hello, Reason};
use commit::Commit;
pub use events::UnknownTarget;
use events::{Delivery, Waiting};
pub use io::{CommitError, FullPage, Input, Output};
pub use lease::Lease;
use link::Link;
pub use load::Load;
use record::Kept;
pub use record::{Record, RecordError};
pub(crate) use record::{Saved, SavedPublish, SavedTimer, SavedTopic, Unknown};
pub use scratch::Scratch;
use shared::Shared;
use sleep::Sleep;
use strikes::Strikes;
use timers::Timers;
pub use topics::Position;
use topics::Topics;

/// One session of one page.
pub struct Machine<P: Page, C, G: Guard> {
    page: Arc<P>,
    codec: C,
    guard: G,
    config: Config,
    request: Arc<Request>,
    /// A browser is or may come back; not the machine of a first HTTP response.
    live: bool,
    /// What the page knows of its connection.
    present: bool,
    session: Session<P::State>,
    /// The state before the last call, whose room the next copy takes.
    spare: Option<P::State>,
    /// The state's bytes, from the call that changed it to the commit.
    encoded: Option<Vec<u8>>,
    asked: Asked<P::Message>,
    timers: Timers<P::Message>,
    topics: Topics,
    /// What a newer version has put into the session's record.
    unknown: Option<Kept>,
    regions: Regions,
    title: String,
    layout: String,
    /// The last render failed: not tried again before something changes.
    render_failed: bool,
    /// Page code has run since forgotten marks were looked for, and those that were found.
    unchecked: bool,
    forgotten: BTreeSet<Arc<str>>,
    delivery: Delivery,
    inbox: VecDeque<Waiting<P::Message>>,
    commit: Commit<P::Message>,
    link: Option<Link>,
    /// The server ends: nothing new is taken in.
    draining: bool,
    /// The regions' HTML isn't in memory.
    resting: bool,
    sleep: Sleep,
    /// The state can't leave memory as it is: its values panic, or it is over its limit.
    unstorable: bool,
    /// Another server has the session, or its record is lost.
    over: bool,
    strikes: Strikes,
    scratch: Option<Box<Scratch>>,
    /// What many sessions look at, if the driver lends it; and what of it this one is told of.
    streams: Option<Arc<dyn Streams>>,
    followed: Vec<Shared>,
    out: VecDeque<Output<P::Message>>,
    counters: Counters,
}

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// Takes in what happened. Never fails: a browser that breaks the protocol becomes an [`Output::Close`].
    pub fn handle(&mut self, input: Input<'_, P::Message>, now: Instant) {
        match input {
            Input::Connected { hello, token, resumed } => self.on_connected(hello, token, resumed, now),
            Input::Frame(received) => self.on_frame(received, now),
            Input::Message(message) => self.receive(Waiting::Message(message), now),
            Input::Published { topic, position, message } => {
                self.receive(Waiting::Published { topic: topic.into(), position, message }, now);
            }
            Input::Missed(topic) => self.receive(Waiting::Missed(topic.into()), now),
            Input::Changed { region, current } => self.on_changed(region, current, now),
            Input::Passed(lease) => self.on_passed(lease),
            Input::Committed { generation } => self.on_committed(generation),
            Input::CommitFailed { generation, error } => self.on_commit_failed(generation, error, now),
            Input::Timeout => self.on_timeout(now),
            Input::Closed => self.on_closed(now),
            Input::Drain { wait } => self.on_drain(wait),
            Input::Rest => self.on_rest(),
            Input::Hibernate => self.on_hibernate(),
            Input::Fetched(record) => self.on_fetched(record, now),
            Input::FetchFailed => self.on_fetch_failed(now),
        }
    }

    /// The next thing to do, or `None` when there is nothing until the next input or timeout. Renders what is dirty, if a frame
    /// may be sent.
    pub fn poll(&mut self, now: Instant) -> Option<Output<P::Message>> {
        loop {
            if let Some(output) = self.out.pop_front() {
                return Some(output);
            }
            if self.start_fetch(now) {
                continue;
            }
            if self.is_asleep() {
                return self.end();
            }
            if !self.commit.in_flight()
                && let Some(waiting) = self.inbox.pop_front()
            {
                self.run(waiting, now);
                continue;
            }
            if self.start_commit(now) {
                continue;
            }
            if self.commit.in_flight() && !self.config.broken.is(Rule::R3) {
                return None;
            }
            // A failed render gives no frame, but a report.
            let frame = self.update(now).map(Output::Transmit);
            self.warn_of_forgotten();
            return frame.or_else(|| self.out.pop_front()).or_else(|| self.end());
        }
    }

    /// Takes back the buffer of a frame that was sent, for the next one. A driver need not give any.
    pub fn recycle(&mut self, frame: Vec<u8>) {
        if !self.resting {
            self.scratch.get_or_insert_default().recycle(frame);
        }
    }

    /// Exchanges the machine's buffers for others: a driver's own before a [`poll`](Self::poll) or a [`full_page`](Self::full_page), and back after it. Without any
    /// a machine has its own from the first frame on.
    pub fn swap_scratch(&mut self, scratch: &mut Option<Box<Scratch>>) {
        core::mem::swap(&mut self.scratch, scratch);
    }

    /// When to call [`handle`](Self::handle) with [`Input::Timeout`] at the latest, if nothing else happens before. May change with every
    /// input and poll.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let stuck = self.link.as_ref().and_then(Link::stuck_at);
        let timers = if self.takes_in() && self.is_idle() { self.timers.next() } else { None };
        [timers, self.commit.due(&self.config), self.wakes_at(), stuck].into_iter().flatten().min()
    }

    /// Whether there is room for more frames and messages. While `false`, a driver stops reading its socket: inputs wait
    /// for a commit.
    pub fn is_ready(&self) -> bool {
        self.inbox.len() < MAX_INBOX
    }

    /// Whether no page code is due: nothing is marked, nothing waits to be handled, and no HTML has to come back to memory. [`poll`](Self::poll) then only
    /// hands out what is there.
    pub fn is_clean(&self) -> bool {
        !self.session.is_dirty() && self.inbox.is_empty() && !self.resting
    }

    /// The session: for a driver's logs, and for tests. While it sleeps, its state is in the store, and a default one here.
    pub fn session(&self) -> &Session<P::State> {
        &self.session
    }

    /// The session as a store may keep it, one generation after the last: for a driver that commits by itself, as one for forms
    /// without a connection does.
    ///
    /// # Errors
    /// A state that can't be encoded, is over [`Config::max_state`], or is in the store alone (it sleeps).
    pub fn record(&self) -> Result<Record> {
        self.guard.run(Calling::Value, || Record::of(self, self.commit.next()))?
    }

    /// The page as it was rendered last, with every region filled in; empty while the machine rests.
    pub fn page_html(&self) -> String {
        self.regions.whole()
    }

    /// The request that opened the page.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The topics that the session is subscribed to.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = &str> {
        self.topics.names()
    }

    /// How far the session has come in a topic that it is subscribed to: where a bus that keeps a log goes on from.
    pub fn position(&self, topic: &str) -> Option<Position> {
        self.topics.position(topic)
    }

    /// The highest event applied.
    pub fn applied(&self) -> u64 {
        self.delivery.applied
    }

    /// Whether this browser knows more of the session than the machine: another server has gone on with it, or it was mounted anew. Such a machine
    /// is to be dropped, and the session restored from its record; where there is none, mounted under a new id, so that the old one is
    /// never mistaken for it.
    pub fn is_behind(&self, hello: &Hello<'_>) -> bool {
        hello.applied > self.delivery.durable
    }

    /// What the machine has done so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The bytes of region HTML that the session takes memory for: not what it shares with others, and its part of what is [interned](crate::Interner).
    pub fn html_bytes(&self) -> usize {
        self.regions.own_bytes()
    }

    /// Whether a browser is connected.
    pub fn is_connected(&self) -> bool {
        self.link.is_some()
    }

    /// The whole page as the first HTTP response shows it. Renders everything.
    ///
    /// # Errors
    /// What `render` returned, or what is wrong with its regions.
    pub fn full_page(&mut self) -> Result<FullPage> {
        self.session.mark_all();
        self.render_ahead().map_err(|(_, error)| error)?;
        let mut hashes = self.regions.hashes();
        hashes.extend(update::title_hash(&self.title));
        let (title, layout) = (self.title.clone(), self.layout.clone());
        Ok(FullPage { title, layout, html: self.regions.whole(), hashes })
    }

    fn on_timeout(&mut self, now: Instant) {
        // Those that page code sets meanwhile have their turn later.
        for _ in 0..self.timers.due(now) {
            // Behind a commit a message would be in no record.
            if self.takes_in()
                && self.is_idle()
                && let Some(message) = self.timers.pop(now)
            {
                self.receive(Waiting::Message(message), now);
            }
        }
        if self.link.as_ref().and_then(Link::stuck_at).is_some_and(|at| at <= now) {
            self.close(Reason::Stuck);
        }
    }

    fn close(&mut self, reason: Reason) {
        if self.link.take().is_some() {
            self.out.push_back(Output::Close(reason));
        }
    }

    fn report(&mut self, call: Call, error: crate::Error) {
        self.out.push_back(Output::Effect(Effect::Error(crate::effect::ErrorReport { call, error })));
    }
}

impl<P: Page, C, G: Guard> core::fmt::Debug for Machine<P, C, G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Machine")
            .field("id", &self.session.id)
            .field("applied", &self.delivery.applied)
            .field("dirty", &self.session.dirty)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
