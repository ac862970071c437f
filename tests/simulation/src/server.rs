//! A server: the core's machines, and what a driver does for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use live_core::wire::Hello;
use live_core::{
    Admission, Config, FullPage, Input, Instant, Lease, Machine, NoCodec, NoGuard, Output, Page, PageCodec,
    Record, Request, Seat, Session, SessionId, View,
};

use crate::browser;
use crate::page::{Codec, Diary, Message, State};
use crate::store::Store;
use crate::streams::Shared;

pub(crate) type Live = Machine<Diary, Codec, NoGuard>;

/// One of the servers.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// How often it was started; none while it is down.
    pub(crate) life: u64,
    pub(crate) is_up: bool,
    /// Since when it ends.
    pub(crate) draining: Option<Instant>,
    /// Who may join, and when somebody did, in this life.
    pub(crate) admission: Option<Admission>,
    pub(crate) admitted: Vec<Instant>,
    /// Records of sleeping sessions, where no other store keeps any.
    pub(crate) own_store: Store,
    /// What it left uncommitted when it was told to end, in its lives so far.
    pub(crate) lost: Option<String>,
    pub(crate) sessions: BTreeMap<SessionId, Held>,
    /// What they look at together.
    pub(crate) shared: Shared,
}

/// A session in a server's memory.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) instance: u64,
    pub(crate) live: Live,
    /// What is sent past it goes by this.
    pub(crate) lease: Option<Lease>,
    pub(crate) seat: Seat,
    /// The topics that it follows.
    pub(crate) follows: bool,
    /// The shared regions of which it is told.
    pub(crate) looks_at: BTreeSet<Arc<str>>,
    /// When it is looked at next.
    pub(crate) wakes: Option<Instant>,
}

impl Server {
    /// It is gone, with all that it had in memory.
    pub(crate) fn end(&mut self) {
        *self = Self { life: self.life + 1, lost: self.lost.take(), ..Self::default() };
    }
}

impl Held {
    fn new(instance: u64, live: Live) -> Self {
        Self {
            instance,
            live,
            lease: None,
            seat: Seat::default(),
            follows: false,
            looks_at: BTreeSet::new(),
            wakes: None,
        }
    }

    pub(crate) fn handle(&mut self, input: Input<'_, Message>, now: Instant) {
        self.give_back(now);
        self.live.handle(input, now);
    }

    pub(crate) fn poll(&mut self, now: Instant) -> Option<Output<Message>> {
        self.give_back(now);
        self.live.poll(now)
    }

    /// The machine is told what went past it.
    fn give_back(&mut self, now: Instant) {
        if let Some(lease) = self.lease.take().filter(Lease::is_used) {
            self.live.handle(Input::Passed(lease), now);
        }
    }

    pub(crate) fn mounted(instance: u64, page: &Diary, id: SessionId, config: Config, now: Instant) -> Self {
        let page = Arc::new(page.clone());
        let live = Machine::mount(page, Codec, NoGuard, id, Arc::new(Request::default()), config, true, now);
        Self::new(instance, live.expect("the diary always opens"))
    }

    pub(crate) fn restored(
        instance: u64,
        page: &Diary,
        record: &Record,
        config: Config,
    ) -> Result<Self, String> {
        let page = Arc::new(page.clone());
        let live = Machine::restore(page, Codec, NoGuard, record, Arc::new(Request::default()), config, true);
        live.map(|live| Self::new(instance, live))
            .map_err(|error| format!("a record that can't be restored: {error}"))
    }
}

/// A server's end of a connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) tab: usize,
    pub(crate) server: usize,
    pub(crate) session: SessionId,
    /// The server's life that it belongs to.
    pub(crate) life: u64,
    /// The browser still listens.
    pub(crate) is_open: bool,
    pub(crate) joined: Joined,
    /// The next thing that the server sends arrives no sooner.
    pub(crate) down_at: Instant,
    /// The sizes of the frames that are sent and not acknowledged, and how many were acknowledged.
    pub(crate) flying: VecDeque<usize>,
    pub(crate) acked: u32,
}

impl Connection {
    pub(crate) fn new(tab: usize, server: usize, life: u64, session: SessionId, now: Instant) -> Self {
        Self {
            tab,
            server,
            session,
            life,
            is_open: true,
            joined: Joined::No,
            down_at: now,
            flying: VecDeque::new(),
            acked: 0,
        }
    }

    /// The browser has said that it received so many frames.
    pub(crate) fn acknowledged(&mut self, frames: u32) {
        while self.acked < frames && self.flying.pop_front().is_some() {
            self.acked += 1;
        }
    }
}

/// How far a connection is.
#[derive(Debug)]
pub(crate) enum Joined {
    No,
    /// The store was asked; the `HELLO`, and what came after it.
    Waiting(Vec<u8>, Vec<Vec<u8>>),
    Yes,
    Gone,
}

/// What a `HELLO` says of its session, which no forger has written here.
pub(crate) fn session_of(hello: &Hello<'_>) -> Option<SessionId> {
    let (tab, mounted) = hello.token.split_once('.')?;
    Some(browser::session(tab.parse().ok()?, mounted.parse().ok()?))
}

/// A response: the page as whoever asks for it first is shown it.
pub(crate) fn response(page: Diary) -> FullPage {
    full(page, Codec)
}

/// The page as it would be shown to whoever has this session.
pub(crate) fn fresh(page: &Diary, session: &Session<State>) -> FullPage {
    full(Still { page: page.clone(), session: session.clone() }, NoCodec)
}

fn full<P: Page, C: PageCodec<P>>(page: P, codec: C) -> FullPage {
    let (request, id, now) = (Arc::default(), SessionId::new([0; 16]), Instant::default());
    let machine = Machine::mount(Arc::new(page), codec, NoGuard, id, request, Config::default(), false, now);
    machine.and_then(|mut machine| machine.full_page()).expect("the diary can always be shown")
}

/// A page that shows what another shows for one session.
struct Still {
    page: Diary,
    session: Session<State>,
}

impl Page for Still {
    type State = ();
    type Message = ();

    fn render(&self, _: &Session<()>, view: &mut View) -> live_core::Result {
        self.page.render(&self.session, view)
    }
}
