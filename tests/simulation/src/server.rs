//! A server: the core's machines, and what a driver does for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use live_core::wire::Hello;
use live_core::{
    Admission, Config, Instant, Machine, NoGuard, Page, Record, Request, Seat, Session, SessionId, View,
};

use crate::page::{Codec, Diary};

pub(crate) type Live = Machine<Diary, Codec, NoGuard>;

/// One of the servers.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// How often it was started; none while it is down.
    pub(crate) life: u64,
    pub(crate) is_up: bool,
    /// It ends, and the browsers come back within this.
    pub(crate) draining: Option<Duration>,
    /// Who may join, and when somebody did, in this life.
    pub(crate) admission: Option<Admission>,
    pub(crate) admitted: Vec<Instant>,
    pub(crate) sessions: BTreeMap<SessionId, Held>,
}

/// A session in a server's memory.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) instance: u64,
    pub(crate) live: Live,
    pub(crate) seat: Seat,
    /// The topics that it follows.
    pub(crate) follows: bool,
    /// When it is looked at next.
    pub(crate) wakes: Option<Instant>,
}

impl Server {
    /// It is gone, with all that it had in memory.
    pub(crate) fn end(&mut self) {
        *self = Self { life: self.life + 1, ..Self::default() };
    }
}

impl Held {
    fn new(instance: u64, live: Live) -> Self {
        Self { instance, live, seat: Seat::default(), follows: false, wakes: None }
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
        let live = Machine::restore(page, Codec, NoGuard, record, Arc::new(Request::default()), config);
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
    /// Frames sent and acknowledged.
    pub(crate) sent: u32,
    pub(crate) acked: u32,
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
    Some(crate::browser::session(tab.parse().ok()?, mounted.parse().ok()?))
}

/// The page as it would be shown first to whoever has this session.
pub(crate) fn fresh(page: &Diary, session: &Session<crate::page::State>) -> (String, String) {
    let still = Still { page: page.clone(), session: session.clone() };
    let request = Arc::new(Request::default());
    let (id, now, config) = (session.id, Instant::default(), Config::default());
    let machine =
        Machine::mount(Arc::new(still), live_core::NoCodec, NoGuard, id, request, config, false, now);
    let full = machine.and_then(|mut machine| machine.full_page()).expect("the diary can always be shown");
    (full.title, full.html)
}

/// A page that shows what another shows for one session.
struct Still {
    page: Diary,
    session: Session<crate::page::State>,
}

impl Page for Still {
    type State = ();
    type Message = ();

    fn render(&self, _: &Session<()>, view: &mut View) -> live_core::Result {
        self.page.render(&self.session, view)
    }
}
